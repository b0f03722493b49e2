//! The panes, and what lies over them without being a dialog.

use super::super::fixture::{MINUTE, NOW, REQUEST, SUPPORT, desk, failure, fill, fresh};
use super::{Scene, focused, over, with_demo, with_invite};
use crate::api::{Audience, Capability, LinkStep, Missed, SessionRole, SessionStatus};
use crate::console::effect::SessionAction;
use crate::console::failure::FailureKind;
use crate::console::state::{
    Connection, Entry, FailureRecord, HelpDialog, Invite, Layer, LinkHidden, Members, Pane, Sort,
    State, Toast, ToastKind,
};

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
    ("gateway-away", || {
        let mut state = fresh();
        state.connection = Connection::Away {
            since: NOW - MINUTE,
            failure: failure(FailureKind::GatewayAway, "connection refused"),
        };
        state
    }),
    ("groups", desk),
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
