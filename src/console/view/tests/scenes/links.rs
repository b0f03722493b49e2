//! The invite link in all its forms.

use super::super::fixture::{LINK, MINUTE, NOW, REQUEST, desk, failure, key, typed};
use super::{Scene, focused, over, with_invite};
use crate::api::{Audience, Group, GroupKind};
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::state::{
    ButtonId, CheckDialog, CopyAs, CopyText, Counter, CounterPhase, FieldOrButton, Invite, Layer,
    LinkHidden, Pane, ResetDialog, ResetPhase, State, copy_texts,
};

pub const SCENES: &[Scene] = &[
    ("link-not-asked", || opened(Invite::NotAsked)),
    ("link-waiting", || opened(Invite::Waiting(REQUEST))),
    ("link-reset", || {
        let mut state = opened(Invite::Hidden(LinkHidden::Reset));
        if let Some(card) = &mut state.card {
            let by = "6281987654321@s.whatsapp.net".to_owned();
            card.reset_seen = Some((NOW - MINUTE, Some(by)));
        }
        state
    }),
    ("link-not-admin", || {
        opened(Invite::Hidden(LinkHidden::NotAdmin))
    }),
    ("link-failed", || {
        let kind = FailureKind::RateLimited { wait: Some(30) };
        opened(Invite::Hidden(LinkHidden::Failed(failure(
            kind,
            "too many requests",
        ))))
    }),
    ("qr", || over(Layer::Qr)),
    ("qr-whole-blocks", || {
        let mut state = over(Layer::Qr);
        state.whole_blocks = true;
        state
    }),
    ("qr-blank", || {
        let mut state = with_invite(desk(), Invite::Hidden(LinkHidden::Reset));
        state.layers.push(Layer::Qr);
        state
    }),
    ("copy-as", || {
        let mut state = over(copy_as(3));
        let text = |name, text| CopyText::parse(name, text).expect("a text");
        state.options.copy = copy_texts(vec![
            text(
                "Français",
                "Rejoignez « {name} » sur WhatsApp avec « {account} » :\n{link}",
            ),
            text("العربية", "انضم إلى «{name}» على واتساب: {link}"),
            text("日本語", "WhatsAppの「{name}」に参加: {link}"),
        ]);
        state
    }),
    ("copy-as-no-link", || {
        with_invite(over(copy_as(1)), Invite::Waiting(REQUEST))
    }),
    ("counter-locking", || over(Layer::Counter(counter()))),
    ("counter-choosing", || {
        let mut counter = counter();
        if let CounterPhase::Choosing { pin, .. } = &mut counter.phase {
            "12345".chars().for_each(|digit| pin.push(digit));
        }
        let mut state = over(Layer::Counter(counter));
        state.options.counter.dark_after = 600_000;
        state
    }),
    ("reset", || reset(ResetPhase::Asking, ButtonId::Cancel)),
    ("reset-running", || {
        reset(ResetPhase::Running(REQUEST), ButtonId::Close)
    }),
    ("reset-checking", || {
        reset(ResetPhase::Checking, ButtonId::Close)
    }),
    ("reset-lost", || {
        let sentence = "Whether the link was reset is not known, and it could not be looked up. The gateway does not answer. The desk keeps looking for it; check that it runs.";
        reset(
            ResetPhase::Failed(CallFailure::lost_answer(sentence, true)),
            ButtonId::Close,
        )
    }),
    ("reset-done", || {
        let link = LINK.replace("AbCdEf", "ZyXwVu");
        let differs = Some(true);
        reset(ResetPhase::Done { link, differs }, ButtonId::Copy)
    }),
    ("reset-failed", || {
        let refusal = failure(FailureKind::NotAdmin, "you are not an admin");
        reset(ResetPhase::Failed(refusal), ButtonId::Close)
    }),
    ("check", || check(|_, _| ())),
    ("check-problems", || {
        check(|group, dialog| {
            group.join_approval = Some(true);
            group.participant_count = Some(1_024);
            dialog.requests = Some(Ok(3));
            let dead = CallFailure {
                status: Some(404),
                ..failure(FailureKind::DeadInvite, "the link is dead")
            };
            let link = "https://chat.whatsapp.com/Zz9876543210FeDcBa987";
            dialog.given = Some((link.to_owned(), Some(Err(dead))));
            dialog.link = typed(link);
            dialog.focus = FieldOrButton::Field;
        })
    }),
    ("check-foreign", || {
        check(|group, dialog| {
            *group = Group {
                group_jid: group.group_jid.clone(),
                subject: group.subject.clone(),
                participant_count: group.participant_count,
                ..Group::default()
            };
            dialog.requests = Some(Err(CallFailure {
                status: Some(404),
                ..failure(FailureKind::Other, "not found")
            }));
        })
    }),
];

fn opened(invite: Invite) -> State {
    with_invite(focused(Pane::Group), invite)
}

fn copy_as(cursor: usize) -> Layer {
    Layer::CopyAs(CopyAs {
        key: key("volunteers"),
        cursor,
    })
}

fn counter() -> Counter {
    Counter::new(key("volunteers"), "Weekend Volunteers".to_owned())
}

/// The checks of the volunteers, after a change of what is known.
fn check(change: impl Fn(&mut Group, &mut CheckDialog)) -> State {
    let mut state = desk();
    let mut dialog = CheckDialog::new(key("volunteers"), "Weekend Volunteers".to_owned(), NOW);
    dialog.requests = Some(Ok(0));
    let group = &mut state.groups.entries[0].group;
    group.kind = Some(GroupKind::Group);
    group.invite_by = Some(Audience::Admins);
    group.join_approval = Some(false);
    change(group, &mut dialog);
    state.layers.push(Layer::Check(Box::new(dialog)));
    state
}

fn reset(phase: ResetPhase, focus: ButtonId) -> State {
    over(Layer::Reset(ResetDialog {
        key: key("volunteers"),
        name: "Weekend Volunteers".to_owned(),
        old: Some(LINK.to_owned()),
        focus,
        phase,
    }))
}
