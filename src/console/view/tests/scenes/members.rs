//! Who asks, who is in a group, who comes and goes.

use super::super::fixture::{LINK, MINUTE, NOW, SUPPORT, desk, failure, key, typed};
use super::{Scene, over};
use crate::api::{InvitePreview, PrivateInvite, RequestOutcome};
use crate::console::effect::MemberChange;
use crate::console::failure::FailureKind;
use crate::console::people;
use crate::console::state::{
    Asker, AskerId, AskerOutcome, ButtonId, ConfirmDialog, FieldOrButton, FloodDialog, InboxDialog,
    InboxRun, InboxSource, Layer, LeaveGroupDialog, LeavePhase, Members, NewGroupDialog,
    NewGroupFocus, NewGroupWay, PersonOutcome, Question, RosterDialog, RosterPerson, RosterPhase,
    RosterTask, RosterWork, State,
};
use std::collections::VecDeque;
use std::time::Duration;

pub const SCENES: &[Scene] = &[
    ("inbox", || inbox(|_| ())),
    ("inbox-run", || {
        inbox(|inbox| {
            inbox.rows[0].outcome = Some(AskerOutcome::LetIn);
            inbox.rows[1].outcome = Some(AskerOutcome::Failed(failure(
                FailureKind::NotAdmin,
                "not an admin",
            )));
            inbox.rows[2].outcome = Some(AskerOutcome::Sending);
            inbox.rows[4].outcome = Some(AskerOutcome::Elsewhere(RequestOutcome::Withdrawn));
            inbox.marks.clear();
            inbox.cursor = 1;
            inbox.run = Some(InboxRun {
                approve: true,
                left: VecDeque::from([inbox.rows[3].id.clone()]),
                current: Some(inbox.rows[2].id.clone()),
                all: 4,
                done: 1,
                failed: 1,
                begun: NOW - 2_000,
                waits: 0,
                until: None,
            });
        })
    }),
    ("inbox-waits", || {
        inbox(|inbox| {
            inbox.rows[0].outcome = Some(AskerOutcome::LetIn);
            inbox.marks.clear();
            inbox.run = Some(InboxRun {
                approve: true,
                left: VecDeque::from([inbox.rows[1].id.clone(), inbox.rows[3].id.clone()]),
                current: None,
                all: 3,
                done: 1,
                failed: 0,
                begun: NOW - 2_000,
                waits: 1,
                until: Some(NOW + 12_000),
            });
        })
    }),
    ("inbox-empty", || {
        inbox(|inbox| {
            inbox.rows.clear();
            inbox.marks.clear();
        })
    }),
    ("inbox-groups", || {
        inbox(|inbox| {
            inbox.rows.truncate(2);
            inbox.source = InboxSource::Singly {
                left: VecDeque::from([key("volunteers"), key("choir")]),
                all: 12,
                failed: 1,
            };
            inbox.filter = "ann".to_owned();
            inbox.typing = true;
        })
    }),
    ("inbox-question", || {
        let mut state = inbox(|_| ());
        state.layers.push(Layer::Confirm(ConfirmDialog {
            question: Question::Settle {
                approve: false,
                people: 3,
                takes: Duration::from_secs(2),
            },
            focus: ButtonId::Cancel,
            held: None,
        }));
        state
    }),
    ("members", || roster(|_| {})),
    ("members-add", || {
        roster(|dialog| {
            let text = "Budi Santoso: +62 812-3456-7890\nChloé, +44 7911 123456\n12345\n";
            dialog.typed = typed(text.trim_end());
            dialog.pasted = people::read(text, None);
            dialog.phase = RosterPhase::Adding(FieldOrButton::Field);
        })
    }),
    ("members-ask", || {
        roster(|dialog| {
            let members = dialog.loaded();
            let people = members.iter().take(2);
            let people = people.map(|member| RosterPerson::of(member, members));
            let task = RosterTask {
                change: MemberChange::Remove,
                people: people.collect(),
            };
            dialog.phase = RosterPhase::Asking(task, ButtonId::Cancel);
        })
    }),
    ("members-refused", || {
        roster(|dialog| {
            let people = [
                "Budi Santoso (+62 812-3456-7890)",
                "Chloé (+44 7911 123456)",
            ];
            let people = people.map(|name| RosterPerson {
                jid: "6281234567890@s.whatsapp.net".to_owned(),
                name: name.to_owned(),
            });
            let mut work = RosterWork::new(RosterTask {
                change: MemberChange::Add,
                people: people.into(),
            });
            work.lines[0].outcome = PersonOutcome::Refused(
                "this person's privacy settings do not let others add them".to_owned(),
            );
            work.lines[0].invite = Some(PrivateInvite {
                jid: "6281234567890@s.whatsapp.net".to_owned(),
                code: "AbCdEf1234567890XyZ12".to_owned(),
                expires_at: None,
            });
            work.lines[1].outcome = PersonOutcome::Applied;
            dialog.phase = RosterPhase::Working(work);
        })
    }),
    ("new-group", || {
        new_group(|dialog| {
            dialog.name = typed("Sunday walk");
            dialog.people = typed("Budi +62 812-3456-7890");
            dialog.pasted = people::read("Budi +62 812-3456-7890", None);
        })
    }),
    ("new-group-join", || {
        new_group(|dialog| {
            dialog.way = NewGroupWay::Join;
            dialog.link = typed(LINK);
            dialog.focus = NewGroupFocus::Link;
            let preview = InvitePreview {
                subject: Some("Chess Club".to_owned()),
                participant_count: Some(44),
                join_approval: Some(true),
                ..InvitePreview::default()
            };
            let code = dialog.code().unwrap_or_default();
            dialog.preview = Some((code, Some(Ok(preview))));
        })
    }),
    ("leave-group", || {
        over(Layer::LeaveGroup(Box::new(LeaveGroupDialog {
            key: key("volunteers"),
            name: "Weekend Volunteers".to_owned(),
            only_admin: Some(true),
            focus: ButtonId::Cancel,
            phase: LeavePhase::Asking,
            held: None,
        })))
    }),
    ("flood-line", || flooded(desk(), 3)),
    ("flood", || {
        let flood = FloodDialog {
            key: key("volunteers"),
            focus: ButtonId::Close,
        };
        flooded(over(Layer::Flood(flood)), 1)
    }),
];

/// The inbox over the groups, which say how many wait.
fn inbox(change: impl Fn(&mut InboxDialog)) -> State {
    let mut state = desk();
    let mut inbox = InboxDialog::new();
    let asker =
        |name: Option<&str>, number: Option<&str>, group: &str, minutes: Option<i64>| Asker {
            id: AskerId {
                group: key("volunteers"),
                jid: format!("{}@lid", name.map_or(990_012_345_678, str::len)),
            },
            name: name.map(str::to_owned),
            number: number.map(str::to_owned),
            group: group.to_owned(),
            account: "Support line".to_owned(),
            since: minutes.map(|minutes| NOW - minutes * MINUTE),
            outcome: None,
        };
    inbox.rows = vec![
        asker(
            Some("Zoë Örsted"),
            Some("447700900123"),
            "Weekend Volunteers",
            Some(4_000),
        ),
        asker(
            Some("田中 さくら"),
            Some("81312345678"),
            "東京サポートチーム",
            Some(130),
        ),
        asker(None, None, "Weekend Volunteers", Some(45)),
        asker(
            Some("A name that is as long as people make them, with a title"),
            Some("6281234567890"),
            "Everything that anybody ever wanted to say about the garden, its gates and its keys",
            Some(2),
        ),
        asker(Some("Anna"), None, "Weekend Volunteers", None),
    ];
    inbox.source = InboxSource::Read;
    inbox.marks.insert(inbox.rows[0].id.clone());
    inbox.marks.insert(inbox.rows[3].id.clone());
    inbox.cursor = 1;
    change(&mut inbox);
    state.groups.waiting = inbox.rows.len();
    state.layers.push(Layer::Inbox(Box::new(inbox)));
    state
}

/// Alarms of this many groups.
fn flooded(mut state: State, groups: usize) -> State {
    let names = ["volunteers", "choir", "chess"];
    for name in names.iter().take(groups).rev() {
        let joins = (23, NOW - 2 * MINUTE);
        state.floods.joined(&key(name), joins, true, 20);
    }
    state
}

/// The members of the volunteers, after a change of the dialog.
fn roster(change: impl Fn(&mut RosterDialog)) -> State {
    let mut state = desk();
    let members = state.card.as_ref().map(|card| card.members.clone());
    let mut dialog = RosterDialog::new(key("volunteers"), "Weekend Volunteers".to_owned(), None);
    dialog.members = members.unwrap_or(Members::NotAsked);
    dialog.shown = (0..dialog.loaded().len()).collect();
    dialog.cursor = 1;
    dialog
        .marked
        .extend(dialog.loaded().first().map(|member| member.lid.clone()));
    change(&mut dialog);
    state.layers.push(Layer::Roster(Box::new(dialog)));
    state
}

fn new_group(change: impl Fn(&mut NewGroupDialog)) -> State {
    let accounts = vec![SUPPORT.to_owned(), "second".to_owned()];
    let mut dialog = NewGroupDialog::new(accounts, 0, true);
    change(&mut dialog);
    over(Layer::NewGroup(Box::new(dialog)))
}
