//! Every screen and overlay that has a snapshot, by name.

use super::fixture::{
    LINK, MINUTE, NOW, REQUEST, SUPPORT, desk, failure, fill, form, fresh, key, typed,
};
use crate::api::{
    Audience, Capability, Group, GroupKind, GroupSchedule, InvitePreview, LinkStep, Missed,
    PrivateInvite, RequestOutcome, SessionRole, SessionStatus, SettingField, SettingsPatch,
};
use crate::batch::{Outcome, RowState, Target};
use crate::console::effect::{GatewayFault, GatewayField, MemberChange, SessionAction};
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::RequestId;
use crate::console::msg::{OpenBatch, OpenRow};
use crate::console::people;
use crate::console::state::{
    Asker, AskerId, AskerOutcome, BatchBefore, BatchFocus, BatchKind, BatchMenu, BatchPhase,
    BatchProgress, BatchResume, BatchRun, ButtonId, CheckDialog, ConfirmDialog, Connection, CopyAs,
    CopyText, Counter, CounterPhase, EditForm, Entry, FailureRecord, FieldOrButton, FieldOutcome,
    FloodDialog, FormFocus, FormPhase, GatewayFocus, HelpDialog, HistoryDialog, HistoryEntry,
    HistoryPhase, HoursDialog, HoursPhase, InboxDialog, InboxRun, InboxSource, Invite, Layer,
    LeaveGroupDialog, LeavePhase, Leaving, LinkHidden, Members, NewGatewayDialog, NewGatewayPhase,
    NewGroupDialog, NewGroupFocus, NewGroupWay, Pane, PersonOutcome, Profile, ProfilesDialog,
    ProfilesStep, Question, RenameDialog, RenamePhase, ResetDialog, ResetPhase, RosterDialog,
    RosterPerson, RosterPhase, RosterTask, RosterWork, SheetDialog, SheetFocus, SheetPhase,
    SheetSource, Sort, State, Toast, ToastKind, copy_texts,
};
use std::collections::VecDeque;
use std::time::Duration;

/// The dialog over a card that shows the same hours.
fn opening_hours() -> State {
    let mut state = desk();
    let rules = ["mon-fri 08:00-22:00", "sat,sun 10:00-02:00"];
    let schedule = GroupSchedule {
        zone: Some("Europe/Berlin".to_owned()),
        rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
        is_open: Some(true),
        next_change_at: Some(NOW + 125 * MINUTE),
        last_outcome: None,
        zone_unknown: false,
    };
    let card = state.card.as_mut().unwrap();
    let mut dialog = HoursDialog::reading(card.key.clone(), "Choir".to_owned(), RequestId(1));
    dialog.fill(&schedule, "UTC");
    card.schedule = Some(schedule);
    state.layers.push(Layer::Hours(Box::new(dialog)));
    state
}

/// A name and the state to draw.
pub type Scene = (&'static str, fn() -> State);

pub const SCENES: &[Scene] = &[
    ("loading", fresh),
    ("no-sessions", || {
        let mut state = fresh();
        state.connection = Connection::Live;
        state.sessions.loaded = true;
        state
    }),
    ("first-run", || {
        let mut state = with_demo();
        state.focus = Pane::Sessions;
        state
    }),
    ("new-gateway", || new_gateway(NewGatewayPhase::Editing)),
    ("new-gateway-failed", || {
        new_gateway(NewGatewayPhase::Failed(GatewayFault {
            field: GatewayField::Address,
            reason: "wa.example.com has no address: the name server knows none; check the spelling, the network and the VPN; a proxy may be needed to get out.".to_owned(),
        }))
    }),
    ("sheet", || sheet(SheetPhase::Choosing(None))),
    ("sheet-reading", || {
        sheet(SheetPhase::Reading {
            request: RequestId(7),
            asked: vec![key("volunteers"); 120],
            done: 41,
            begun: NOW - 20_000,
            expected: 3 * MINUTE,
            paused: None,
        })
    }),
    ("sheet-done", || {
        sheet(SheetPhase::Done {
            file: "/home/desk/Pictures/sheet 2026-11-27.html".into(),
            groups: 41,
        })
    }),
    ("gateway-away", || {
        let mut state = fresh();
        state.connection = Connection::Away {
            since: NOW - MINUTE,
            failure: failure(FailureKind::GatewayAway, "connection refused"),
        };
        state
    }),
    ("groups", desk),
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
    ("opening-hours", opening_hours),
    ("opening-hours-failed", || {
        let mut state = opening_hours();
        if let Some(Layer::Hours(dialog)) = state.layers.last_mut() {
            dialog.phase = HoursPhase::Failed(failure(
                FailureKind::Other,
                "zone: must be an IANA time zone",
            ));
        }
        state
    }),
    ("sessions", || focused(Pane::Sessions)),
    ("sessions-heard", || {
        let mut state = focused(Pane::Sessions);
        let rows = &mut state.sessions.rows;
        rows[0].last_traffic_at = Some(NOW - 12_000);
        rows[1].last_traffic_at = Some(NOW - 2 * MINUTE);
        rows[2].last_traffic_at = Some(NOW - 61 * MINUTE);
        rows[2].status_reason =
            Some("no connection to WhatsApp within 60 s; still trying".to_owned());
        state
    }),
    ("sessions-catching-up", || {
        let mut state = focused(Pane::Sessions);
        let totals = [None, Some(20_000), Some(2_000)];
        for (row, total) in state.sessions.rows.iter_mut().zip(totals) {
            row.status = SessionStatus::Starting;
            row.link_step = Some(LinkStep::CatchingUp);
            row.missed = Some(Missed { total, done: 1_200 });
        }
        let rows = &mut state.sessions.rows;
        rows[4].status = SessionStatus::Starting;
        rows[4].link_step = Some(LinkStep::CatchingUp);
        state
    }),
    ("card", || focused(Pane::Group)),
    ("all-sessions", || {
        let mut state = desk();
        state.sessions.cursor = 0;
        state.groups.cursor = 3;
        state
    }),
    ("polling", || {
        let mut state = desk();
        state.connection = Connection::Polling {
            reason: "the gateway has no realtime".to_owned(),
        };
        state
    }),
    ("scrolled-to-the-end", || {
        let mut state = desk();
        state.groups.cursor = state.groups.len() - 1;
        state.groups.offset = state.groups.len() - 5;
        state
    }),
    ("sorted-by-age", || {
        let mut state = desk();
        state.groups.sort = Sort::Age;
        state
    }),
    ("sorted-by-members", || {
        let mut state = desk();
        state.groups.sort = Sort::Members;
        state
    }),
    ("filter", || {
        let mut state = desk();
        state.groups.filter = "vol".to_owned();
        state.groups.typing = true;
        state.groups.rows = vec![0, 1, 2];
        state.groups.shown = 3;
        state
    }),
    ("filter-without-match", || {
        let mut state = desk();
        state.groups.filter = "xyzzy".to_owned();
        state.groups.typing = true;
        state.groups.rows.clear();
        state.groups.shown = 0;
        state.card = None;
        state
    }),
    ("nothing-to-invite-to", || {
        let mut state = desk();
        state.groups.invitable_only = true;
        state.groups.rows.clear();
        state.groups.shown = 0;
        state
    }),
    ("marks", marked),
    ("marks-range", || {
        let mut state = marked();
        state.groups.marks.range_from = Some(state.groups.entries[2].key.clone());
        state.groups.cursor = 4;
        state
    }),
    ("batch-menu", || {
        let mut state = marked();
        state.layers.push(Layer::BatchMenu(BatchMenu::default()));
        state
    }),
    ("batch-before", || before(BatchKind::Reset)),
    ("batch-replace", || {
        let mut state = before(BatchKind::ReplaceInSubject);
        let Some(Layer::BatchBefore(dialog)) = state.layers.last_mut() else {
            panic!("no dialog");
        };
        dialog.fields[0].insert_str("o");
        dialog.fields[1].insert_str("0");
        dialog.focus = BatchFocus::Field(1);
        let State {
            layers,
            groups,
            sessions,
            ..
        } = &mut state;
        if let Some(Layer::BatchBefore(dialog)) = layers.last_mut() {
            dialog.plan_with(groups, sessions);
        }
        state
    }),
    ("batch-progress", || {
        let mut state = marked();
        let mut run = BatchRun::new(1, open_batch(), BatchPhase::Running, NOW - 30_000);
        run.set(0, RowState::Done(Outcome::Applied));
        run.set(1, RowState::Done(Outcome::Applied));
        run.set(3, RowState::Sending);
        state.batch = Some(run);
        let progress = BatchProgress::default();
        state.layers.push(Layer::BatchProgress(progress));
        state
    }),
    ("batch-behind", || {
        let mut state = marked();
        let run = BatchRun::new(1, open_batch(), BatchPhase::Running, NOW - 30_000);
        state.batch = Some(run);
        state
    }),
    ("batch-resume", || {
        let mut state = desk();
        state.unfinished.push(open_batch());
        let resume = BatchResume::default();
        state.layers.push(Layer::BatchResume(resume));
        state
    }),
    ("groups-loading", || {
        let mut state = desk();
        fill(&mut state, Vec::new());
        state.groups.loading.insert(SUPPORT.to_owned(), REQUEST);
        state.card = None;
        state
    }),
    ("groups-failed", || {
        let mut state = desk();
        fill(&mut state, Vec::new());
        state.card = None;
        let refused = failure(
            FailureKind::MissingCapability {
                capability: "read".to_owned(),
            },
            "capability read is missing",
        );
        state.groups.failures.insert(SUPPORT.to_owned(), refused);
        state
    }),
    ("session-never-connected", || {
        let mut state = desk();
        state.sessions.cursor = 5;
        fill(&mut state, Vec::new());
        state.card = None;
        state
    }),
    ("session-unlinked", || {
        let mut state = desk();
        state.sessions.cursor = 4;
        with_invite(
            state,
            Invite::Hidden(LinkHidden::SessionLeft(SessionStatus::LoggedOut)),
        )
    }),
    ("session-acting", || {
        let mut state = focused(Pane::Sessions);
        let acting = (SessionAction::Restart, REQUEST);
        state.sessions.acting.insert(SUPPORT.to_owned(), acting);
        state
    }),
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
    ("members-failed", || {
        let mut state = focused(Pane::Group);
        if let Some(card) = &mut state.card {
            card.members = Members::Failed(failure(FailureKind::Other, "the store is locked"));
        }
        state
    }),
    ("lacking", || {
        let mut state = focused(Pane::Group);
        state.lacking = vec![Capability::Send, Capability::Manage];
        state
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
    ("history", || history(history_entries())),
    ("history-not-kept", || history(HistoryPhase::NotKept)),
    ("history-empty", || {
        history(HistoryPhase::Read {
            entries: Vec::new(),
            more: false,
        })
    }),
    ("history-failed", || {
        let failure = failure(FailureKind::Other, "the store is locked");
        history(HistoryPhase::Failed(failure))
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
    ("edit", || edit(|_| ())),
    ("edit-changed", || edit(change)),
    ("edit-faults", || {
        edit(|form| {
            form.subject = typed(&"Weekend ".repeat(15));
            form.faults = vec![(
                SettingField::Subject,
                "is 119 characters long; at most 100 are allowed".to_owned(),
            )];
        })
    }),
    ("edit-theirs", || {
        edit(|form| {
            change(form);
            form.base.subject = "Sunday Volunteers".to_owned();
            form.changed_elsewhere = vec![SettingField::Subject];
        })
    }),
    ("edit-saving", || {
        edit(|form| {
            change(form);
            form.phase = FormPhase::Saving(REQUEST);
            form.focus = FormFocus::Button(ButtonId::Cancel);
        })
    }),
    ("edit-refused", || {
        edit(|form| {
            change(form);
            form.switches.locked = true;
            form.base.subject = "Weekend Volunteers 2027".to_owned();
            let refusal = failure(FailureKind::NotAdmin, "you are no longer an admin");
            form.phase = FormPhase::Failed(refusal.clone());
            form.focus = FormFocus::Button(ButtonId::Save);
            form.outcomes = vec![
                (SettingField::Subject, FieldOutcome::Applied),
                (SettingField::Announce, FieldOutcome::Refused(refusal)),
                (SettingField::Locked, FieldOutcome::NotAttempted),
            ];
        })
    }),
    ("edit-checking", || {
        edit(|form| {
            change(form);
            form.phase = FormPhase::Checking;
            form.focus = FormFocus::Button(ButtonId::Cancel);
        })
    }),
    ("edit-lost", || {
        edit(|form| {
            change(form);
            form.switches.locked = true;
            form.base.subject = "Weekend Volunteers 2027".to_owned();
            let says = "The answer was lost. The gateway says: subject is now “Weekend Volunteers 2027”: applied, announce is off: not applied, nothing about locked.";
            form.phase = FormPhase::Failed(CallFailure::lost_answer(says, false));
            form.focus = FormFocus::Button(ButtonId::Save);
            form.outcomes = vec![
                (SettingField::Subject, FieldOutcome::Applied),
                (SettingField::Announce, FieldOutcome::NotApplied),
                (SettingField::Locked, FieldOutcome::Unknown),
            ];
        })
    }),
    ("edit-leave", || {
        edit(|form| {
            change(form);
            form.phase = FormPhase::AskLeave;
            form.focus = FormFocus::Button(ButtonId::KeepEditing);
        })
    }),
    ("reset", || reset(ResetPhase::Asking, ButtonId::Cancel)),
    ("reset-running", || {
        reset(ResetPhase::Running(REQUEST), ButtonId::Close)
    }),
    ("reset-checking", || {
        reset(ResetPhase::Checking, ButtonId::Close)
    }),
    ("reset-lost", || {
        let sentence = "Whether the link was reset is not known, and it could not be looked up. The gateway does not answer. It is asked again by itself; check that it runs.";
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
    ("confirm-logout", || {
        over(Layer::Confirm(ConfirmDialog {
            question: Question::Act {
                session: SUPPORT.to_owned(),
                label: "Support line".to_owned(),
                action: SessionAction::Logout,
            },
            focus: ButtonId::Cancel,
            held: None,
        }))
    }),
    ("confirm-stop", || ask(SUPPORT, SessionAction::Stop)),
    ("confirm-restart", || {
        ask("01JAKARTA", SessionAction::Restart)
    }),
    ("confirm-remove", || {
        over(Layer::Confirm(ConfirmDialog {
            question: Question::Remove {
                session: SUPPORT.to_owned(),
                label: "Support line".to_owned(),
            },
            focus: ButtonId::Cancel,
            held: None,
        }))
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
    ("card-other-account", || {
        let mut state = focused(Pane::Group);
        let mut group = state.groups.entries[0].group.clone();
        state.groups.entries[0].group.my_role = Some(SessionRole::Member);
        state.groups.entries[0].group.invite_by = Some(Audience::Admins);
        group.my_role = Some(SessionRole::Admin);
        let entry = Entry::new("01SALES", group);
        let position = state.groups.entries.len();
        state.groups.positions.insert(entry.key.clone(), position);
        state.groups.entries.push(entry);
        if let Some(card) = &mut state.card {
            card.invite = Invite::Hidden(LinkHidden::NotAdmin);
        }
        state
    }),
    ("rename", || rename(|_| ())),
    ("rename-impossible", || {
        rename(|dialog| {
            dialog.phase = RenamePhase::Impossible;
            dialog.focus = FieldOrButton::Button(ButtonId::Close);
        })
    }),
    ("confirm-quit", || {
        over(Layer::Confirm(ConfirmDialog {
            question: Question::Leave {
                then: Leaving::Quit,
                losses: vec![
                    "A change is still being sent: what becomes of it".to_owned(),
                    "Weekend Volunteers: subject as typed, not saved".to_owned(),
                ],
            },
            focus: ButtonId::Cancel,
            held: None,
        }))
    }),
    ("profiles", || over_profiles(ProfilesStep::Choosing)),
    ("profiles-asking", || {
        over_profiles(ProfilesStep::TypingToken("wa_0123456789".to_owned()))
    }),
    ("profiles-knocking", || {
        over_profiles(ProfilesStep::Connecting(REQUEST))
    }),
    ("profiles-failed", || {
        over_profiles(ProfilesStep::Failed(
            "the gateway cannot be reached: Connection refused (os error 111)".to_owned(),
        ))
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
    ("help", || over(Layer::Help(HelpDialog::default()))),
    ("help-search", || {
        over(Layer::Help(HelpDialog {
            search: "link".to_owned(),
            scroll: 0,
        }))
    }),
    ("failure", || {
        let mut state = over(Layer::Failures { scroll: 0 });
        let entry = |seconds: i64, times, action: &str, text: &str| FailureRecord {
            at: NOW - seconds * 1_000,
            times,
            action: action.to_owned(),
            text: text.to_owned(),
        };
        state.failures = vec![
            entry(
                4,
                1,
                "Reset the invite link · Weekend Volunteers (through Support line)",
                "This account is not an admin of the group. Ask Ana to make it one.\nThe gateway said: you are not an admin\nCode: forbidden\nRequest: 7ac1",
            ),
            entry(
                70,
                12,
                "List the accounts",
                &"The store could not be read. ".repeat(12),
            ),
        ];
        state
    }),
    ("toasts", || with_toasts(desk())),
    ("toasts-beside-the-code", || {
        with_toasts(focused(Pane::Group))
    }),
    ("toasts-on-the-code", || with_toasts(over(Layer::Qr))),
];

fn with_toasts(mut state: State) -> State {
    let toast = |kind, text: &str| Toast {
        kind,
        text: text.to_owned(),
        until: NOW + MINUTE,
    };
    state.toasts = vec![
        toast(ToastKind::Good, "Link copied to the system clipboard"),
        toast(
            ToastKind::Bad,
            "Rate limited by WhatsApp; retry in 30 s. Press ! for its words.",
        ),
    ];
    state
}

/// The scene with a name.
pub fn scene(name: &str) -> State {
    let found = SCENES.iter().find(|(scene, _)| *scene == name);
    found.expect("a scene of that name").1()
}

fn focused(pane: Pane) -> State {
    State {
        focus: pane,
        ..desk()
    }
}

fn with_invite(mut state: State, invite: Invite) -> State {
    if let Some(card) = &mut state.card {
        card.invite = invite;
    }
    state
}

fn opened(invite: Invite) -> State {
    with_invite(focused(Pane::Group), invite)
}

fn copy_as(cursor: usize) -> Layer {
    Layer::CopyAs(CopyAs {
        key: key("volunteers"),
        cursor,
    })
}

fn history(phase: HistoryPhase) -> State {
    over(Layer::History(HistoryDialog {
        key: key("volunteers"),
        cursor: 1,
        phase,
    }))
}

fn history_entries() -> HistoryPhase {
    let entry = |minutes: i64, who: &str, what: &str| HistoryEntry {
        at: NOW - minutes * MINUTE,
        who: who.to_owned(),
        session: Some("Support line".to_owned()),
        what: what.to_owned(),
        ..HistoryEntry::default()
    };
    let change =
        |field, before: &str, after: &str| (field, Some(before.to_owned()), Some(after.to_owned()));
    let entries = vec![
        entry(2, "this desk", "link reset"),
        HistoryEntry {
            id: Some("key:01JD5Q8Z4YV6T3N2M1K0H9G8F7".to_owned()),
            changes: vec![
                change(
                    SettingField::Subject,
                    "“Weekend Volunteers of the neighbourhood”",
                    "“Weekend Volunteers”",
                ),
                change(SettingField::Announce, "off", "on"),
            ],
            former: SettingsPatch {
                subject: Some("Weekend Volunteers of the neighbourhood".to_owned()),
                announce: Some(false),
                ..SettingsPatch::default()
            },
            ..entry(90, "Jakarta office", "subject, announce")
        },
        HistoryEntry {
            refused: Some("not_admin".to_owned()),
            ..entry(4_000, "東京オフィスの受付端末とその予備機", "settings")
        },
        entry(90_000, "0190-ana", "3 members added"),
    ];
    HistoryPhase::Read {
        entries,
        more: false,
    }
}

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

fn counter() -> Counter {
    Counter::new(key("volunteers"), "Weekend Volunteers".to_owned())
}

fn over(layer: Layer) -> State {
    let mut state = desk();
    state.layers.push(layer);
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

fn edit(change: impl Fn(&mut EditForm)) -> State {
    let mut form = form();
    change(&mut form);
    over(Layer::Form(Box::new(form)))
}

fn change(form: &mut EditForm) {
    form.subject = typed("Weekend Volunteers 2027");
    form.switches.announce = true;
}

fn ask(session: &str, action: SessionAction) -> State {
    let label = desk().session_name(session);
    over(Layer::Confirm(ConfirmDialog {
        question: Question::Act {
            session: session.to_owned(),
            label,
            action,
        },
        focus: ButtonId::Cancel,
        held: None,
    }))
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

fn rename(change: impl Fn(&mut RenameDialog)) -> State {
    let mut dialog = RenameDialog::new(SUPPORT.to_owned(), "Support line".to_owned());
    change(&mut dialog);
    over(Layer::Rename(Box::new(dialog)))
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

/// An own gateway without accounts, which offers the demo.
fn with_demo() -> State {
    let mut state = fresh();
    state.connection = Connection::Live;
    state.sessions.loaded = true;
    state.options.profiles = vec![Profile {
        name: "demo".to_owned(),
        address: "a simulated world in this process".to_owned(),
        session_ids: Vec::new(),
        prompts: false,
        known: true,
        is_demo: true,
        flood_joins: 0,
    }];
    state
}

fn sheet(phase: SheetPhase) -> State {
    let source = |label: &str, count| SheetSource {
        label: label.to_owned(),
        title: "sheet 2026-11-27".to_owned(),
        groups: vec![key("volunteers"); count],
    };
    let mut dialog = SheetDialog::new(vec![source("all 120 that the list shows", 120)]);
    dialog.layout = crate::sheet::Layout::Twelve;
    if let SheetPhase::Done { .. } = phase {
        dialog.focus = SheetFocus::Button(ButtonId::Close);
        dialog.left_out = vec![
            (
                "Weekend Volunteers".to_owned(),
                "Only admins have the link.".to_owned(),
            ),
            (
                "東京オフィス".to_owned(),
                "Sales is not connected.".to_owned(),
            ),
        ];
    }
    dialog.phase = phase;
    over(Layer::Sheet(Box::new(dialog)))
}

fn new_gateway(phase: NewGatewayPhase) -> State {
    let mut state = with_demo();
    let mut dialog = NewGatewayDialog::new();
    dialog.name = typed("work");
    dialog.address = typed("https://wa.example.com");
    dialog.token = "wa_secret".to_owned();
    dialog.focus = GatewayFocus::Field(GatewayField::Address);
    dialog.phase = phase;
    state.layers.push(Layer::NewGateway(Box::new(dialog)));
    state
}

/// The list of profiles, with the second one selected.
fn over_profiles(step: ProfilesStep) -> State {
    let mut state = over(Layer::Profiles(ProfilesDialog { cursor: 1, step }));
    let profile = |name: &str, address: &str| Profile {
        name: name.to_owned(),
        address: address.to_owned(),
        session_ids: Vec::new(),
        prompts: false,
        known: false,
        is_demo: false,
        flood_joins: 0,
    };
    state.options.profiles = vec![
        profile("demo", "a simulated world in this process"),
        profile("work", "https://wa.example.com"),
        profile("東京", "https://gateway.tokyo.example.com:8443/whatsapp"),
    ];
    state
}

/// Two marked groups, and one that the filter hides.
fn marked() -> State {
    let mut state = desk();
    for position in [0, 1, 3] {
        state.groups.marks.set(position, true);
    }
    state.groups.rows.retain(|row| *row != 3);
    state.groups.shown = state.groups.rows.len();
    state
}

/// What would be done to the first eight groups.
fn before(kind: BatchKind) -> State {
    let mut state = marked();
    let entries = state.groups.entries.iter().take(8);
    let keys = entries.map(|entry| entry.key.clone()).collect();
    let mut dialog = BatchBefore::new(kind, keys);
    dialog.plan_with(&state.groups, &state.sessions);
    state.layers.push(Layer::BatchBefore(Box::new(dialog)));
    state
}

/// A batch in which two groups were done, and one was under way.
fn open_batch() -> OpenBatch {
    let names = [
        "Weekend Volunteers",
        "School Volleyball",
        "Alumni 1998",
        "Book keepers",
    ];
    let rows = names.into_iter().enumerate().map(|(at, name)| OpenRow {
        target: Target {
            session: SUPPORT.to_owned(),
            group: format!("{at}@g.us"),
            name: name.to_owned(),
        },
        outcome: (at == 2).then(|| Outcome::Refused("the account is not an admin".to_owned())),
        in_doubt: at == 1,
    });
    OpenBatch {
        id: "01J".to_owned(),
        change: "reset the invite link".to_owned(),
        started_at: NOW - 3 * MINUTE,
        rows: rows.collect(),
    }
}
