//! Any steps in any order: no panic, no change sent twice, no dead link.
//!
//! The simulated gateway answers with the state at the time of the request, which may be stale by then, and
//! reports every change through the stream at once.

use super::*;
use crate::api::{
    EventKind, GroupInfo, GroupSchedule, JoinedGroup, MembershipRequest, PairingCode,
    PartialUpdate, PendingRequest, QrCode, SettingField,
};
use crate::console::effect::GroupHistory;
use crate::console::state::{Connection, FormPhase, Pane, ResetPhase};
use crate::console::view::view;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::collections::HashMap;

/// The session and JID of the group that most steps concern.
const SESSION: &str = "a";
const JID: &str = "1";

#[derive(Debug, Clone)]
enum Step {
    Key(&'static str),
    Paste(&'static str),
    Resize(u16, u16),
    Mouse(MouseEventKind, u16, u16),
    Clock(i64),
    /// Answers the nth open request correctly.
    Answer(usize),
    /// Refuses the nth open request.
    Refuse(usize, FailureKind),
    /// Answers a request that is not in flight, or with a reply of another kind.
    Nonsense(u64, bool),
    Stream(u8),
    Status(&'static str),
    Reset {
        has_link: bool,
    },
    Role(bool),
    Rename(u8),
}

struct World {
    desk: Harness,
    status: &'static str,
    is_admin: bool,
    resets: u32,
    subject: String,
    /// The session that the last "Add an account" created.
    added: Option<Session>,
    /// How many sessions were created, and how often the overlay was opened.
    created: u32,
    overlays: u32,
    /// The state when the request was sent.
    replies: HashMap<RequestId, Reply>,
}

impl World {
    fn new(size: (u16, u16)) -> Self {
        let mut world = Self {
            desk: Harness::with(options(), size),
            status: "working",
            is_admin: true,
            resets: 0,
            subject: "Allotment".to_owned(),
            added: None,
            created: 0,
            overlays: 0,
            replies: HashMap::new(),
        };
        world.look();
        world
    }

    fn link(&self) -> String {
        format!("https://chat.whatsapp.com/Link{:018}", self.resets)
    }

    fn session(&self) -> Session {
        session(SESSION, SessionStatus::from(self.status))
    }

    fn group(&self) -> Group {
        let role = if self.is_admin {
            SessionRole::Admin
        } else {
            SessionRole::Member
        };
        let mut group = with_role(group(JID, &self.subject), role);
        group.updated_at = self.desk.state.now;
        group
    }

    /// Records the requests since the last call, and applies the changes.
    fn look(&mut self) {
        let open: Vec<_> = self.desk.asked.clone();
        for (id, call) in open {
            if self.replies.contains_key(&id) {
                continue;
            }
            let reply = match &call {
                Call::Sessions => {
                    let rows = [self.session(), session("b", SessionStatus::Stopped)];
                    Reply::Sessions(Ok(rows.into_iter().chain(self.added.clone()).collect()))
                }
                Call::Ready => Reply::Ready(Ok(id.0.is_multiple_of(2))),
                Call::Session(of) if of == "new" => match &self.added {
                    Some(added) => Reply::Session(Ok(added.clone())),
                    None => refuse(&call, FailureKind::Other),
                },
                Call::History(_) => Reply::History(Ok(GroupHistory::default())),
                Call::Schedule(_) => Reply::Schedule(Ok(GroupSchedule::default())),
                Call::SetSchedule { .. } => refuse(&call, FailureKind::Other),
                Call::Session(_) => Reply::Session(Ok(self.session())),
                Call::Act { session: of, .. } if of == SESSION => {
                    self.status = "starting";
                    let reply = Reply::SessionActed(Ok(self.session()));
                    self.desk.status(SESSION, "starting");
                    reply
                }
                Call::Act { .. } => Reply::SessionActed(Ok(session("b", SessionStatus::Starting))),
                Call::CreateSession { label } => {
                    let mut new = session("new", SessionStatus::Starting);
                    new.label.clone_from(label);
                    (new.wa_jid, new.wa_lid) = (None, None);
                    self.added = Some(new.clone());
                    Reply::SessionCreated(Ok(new))
                }
                Call::DeleteSession(of) => {
                    if of == "new" {
                        self.added = None;
                    }
                    Reply::SessionDeleted(Ok(()))
                }
                Call::RenameSession { .. } => Reply::SessionRenamed(Ok(self.session())),
                Call::PairingQr(_) => Reply::PairingQr(Ok(QrCode {
                    code: format!("2@{}", "x".repeat(243)),
                    expires_at: Some(self.desk.state.now + 20_000),
                })),
                Call::PairingCode { phone, .. } => {
                    assert!(phone.bytes().all(|byte| byte.is_ascii_digit()));
                    Reply::PairingCode(Ok(PairingCode {
                        code: "ABCD1234".to_owned(),
                    }))
                }
                Call::Passkey(_) => refuse(&call, FailureKind::Other),
                Call::AnswerPasskey { .. } => Reply::PasskeyAnswered(Ok(())),
                Call::Groups { session } if session == SESSION => {
                    let more = (10..14).map(|n| group(&n.to_string(), &format!("Group {n}")));
                    Reply::Groups(Ok(more.chain([self.group()]).collect()))
                }
                Call::Groups { .. } => Reply::Groups(Ok(vec![group("4", "Darts")])),
                Call::Group(key) if *key == key_of(SESSION, JID) => Reply::Group(Ok(self.group())),
                Call::Group(key) => {
                    Reply::Group(Ok(group(key.jid.trim_end_matches("@g.us"), "Some group")))
                }
                Call::FindMembers(_) => refuse(&call, FailureKind::Other),
                Call::Members(_) => Reply::Members(Ok(members())),
                Call::Invite(_) => Reply::Invite(Ok(self.link())),
                Call::Requests(_) => Reply::Requests(Ok(vec![MembershipRequest::default(); 2])),
                Call::AllRequests => Reply::AllRequests(Ok((1..4)
                    .map(|number| PendingRequest {
                        session_id: SESSION.to_owned(),
                        group_jid: format!("{JID}@g.us"),
                        jid: format!("{number}@lid"),
                        ..PendingRequest::default()
                    })
                    .collect())),
                Call::Settle { .. } => Reply::Settled(Ok(())),
                Call::Preview { .. } => refuse(&call, FailureKind::DeadInvite),
                Call::ResetInvite(_) => {
                    self.resets += 1;
                    Reply::InviteReset(Ok(self.link()))
                }
                Call::ChangeMembers { members, .. } => {
                    assert!(!members.is_empty());
                    Reply::MembersChanged(Ok(()))
                }
                Call::CreateGroup { name, .. } => {
                    assert!(!name.trim().is_empty());
                    Reply::GroupCreated(Ok(GroupInfo {
                        group_jid: "20@g.us".to_owned(),
                        ..GroupInfo::default()
                    }))
                }
                Call::JoinGroup { .. } => Reply::GroupJoined(Ok(JoinedGroup {
                    group_jid: "21@g.us".to_owned(),
                    pending: true,
                })),
                Call::LeaveGroup(_) => Reply::GroupLeft(Ok(())),
                Call::Update { group, patch } => {
                    assert!(!patch.is_empty());
                    if let Some(entry) = self.desk.state.groups.get(group) {
                        let stored = entry.settings();
                        assert_ne!(patch.subject.as_deref(), Some(stored.subject.trim()));
                        assert_ne!(patch.description.as_ref(), Some(&stored.description));
                        assert_ne!(patch.announce, Some(stored.announce));
                        assert_ne!(patch.locked, Some(stored.locked));
                    }
                    Reply::Updated(Ok(None))
                }
            };
            self.replies.insert(id, reply);
        }
    }

    fn step(&mut self, step: Step) {
        let before = self.adds();
        match step {
            Step::Key(key) => self.desk.press(key),
            Step::Paste(text) => self.desk.send(Msg::Paste(text.to_owned())),
            Step::Resize(columns, rows) => self.desk.send(Msg::Resize { columns, rows }),
            Step::Mouse(kind, column, row) => self.desk.send(Msg::Mouse(MouseEvent {
                kind,
                column,
                row,
                modifiers: KeyModifiers::NONE,
            })),
            Step::Clock(passed) => self.desk.wait(passed),
            Step::Answer(nth) => self.answer(nth, None),
            Step::Refuse(nth, kind) => self.answer(nth, Some(kind)),
            Step::Nonsense(id, is_open) => {
                let open = self.desk.asked.first().map(|(id, _)| *id);
                let id = open.filter(|_| is_open).unwrap_or(RequestId(id));
                let reply = Reply::Copied(Err("nonsense".to_owned()));
                self.desk.send(Msg::Reply(id, reply));
            }
            Step::Stream(0) => self.desk.realtime(RealtimeEvent::Connected),
            Step::Stream(1) => self.desk.lose_realtime(),
            Step::Stream(_) => self.desk.realtime(RealtimeEvent::Unavailable {
                reason: "none".to_owned(),
            }),
            Step::Status(status) => {
                self.status = status;
                self.desk.status(SESSION, status);
            }
            Step::Reset { has_link } => {
                self.resets += 1;
                let mut payload = json!({"groupJid": format!("{JID}@g.us"), "reason": "invite_reset", "sender": "6@lid"});
                if has_link {
                    payload["newInviteLink"] = json!(self.link());
                }
                self.desk.event(EventKind::GroupUpdate, SESSION, payload);
            }
            Step::Role(is_admin) => {
                self.is_admin = is_admin;
                let list = if is_admin { "promote" } else { "demote" };
                let payload = json!({"groupJid": format!("{JID}@g.us"), list: ["a@lid"]});
                self.desk
                    .event(EventKind::GroupParticipant, SESSION, payload);
            }
            Step::Rename(n) => {
                self.subject = format!("Renamed {n}");
                let payload = json!({"groupJid": format!("{JID}@g.us"), "subject": self.subject});
                self.desk.event(EventKind::GroupUpdate, SESSION, payload);
            }
        }
        self.overlays += u32::from(self.adds() && !before);
        self.look();
    }

    /// Whether "Add an account" is open.
    fn adds(&self) -> bool {
        let layers = &self.desk.state.layers;
        layers
            .iter()
            .any(|layer| matches!(layer, Layer::Pairing(_)))
    }

    fn answer(&mut self, nth: usize, refusal: Option<FailureKind>) {
        let count = self.desk.asked.len();
        if count == 0 {
            return;
        }
        let (id, call) = self.desk.asked.remove(nth % count);
        let truth = self.replies.remove(&id);
        let reply = match refusal {
            Some(kind) => refuse(&call, kind),
            None => truth.expect("every request has its answer"),
        };
        self.created += u32::from(matches!(reply, Reply::SessionCreated(Ok(_))));
        self.desk.send(Msg::Reply(id, reply));
    }

    fn check(&self) {
        let changes: Vec<_> = self
            .desk
            .asked
            .iter()
            .filter(|(_, call)| call.changes())
            .collect();
        for (position, (_, first)) in changes.iter().enumerate() {
            for (_, second) in &changes[position + 1..] {
                let same_kind = std::mem::discriminant(first) == std::mem::discriminant(second);
                let same_place =
                    first.session() == second.session() && first.group() == second.group();
                assert!(!(same_kind && same_place), "sent twice: {first:?}");
            }
        }
        assert!(
            self.created <= self.overlays,
            "one overlay added two accounts"
        );
        let state = &self.desk.state;
        for layer in &state.layers {
            if let Layer::Reset(dialog) = layer
                && let ResetPhase::Done { link, .. } = &dialog.phase
                && dialog.key == key_of(SESSION, JID)
            {
                assert_eq!(*link, self.link(), "a dialog shows a dead link");
            }
        }
        let Some(card) = &state.card else {
            return;
        };
        let Some(link) = card.link() else {
            return;
        };
        assert!(!matches!(state.connection, Connection::Away { .. }));
        let session = state.sessions.get(&card.key.session);
        assert!(session.is_some_and(|session| !session.status.is_disconnected()));
        assert_eq!(
            state.groups.selected().map(|entry| &entry.key),
            Some(&card.key)
        );
        if card.key == key_of(SESSION, JID) {
            // An unknown status does not prevent reading the link.
            assert!(matches!(self.status, "working" | "odd"));
            assert!(self.is_admin);
            assert_eq!(link, self.link(), "a dead link is shown");
        }
    }

    /// Esc leads back to the first screen.
    fn go_back(&mut self) {
        for _ in 0..20 {
            let asks = matches!(self.desk.top(), Some(Layer::Form(form)) if form.phase == FormPhase::AskLeave);
            if asks {
                self.desk.press("Right");
                self.desk.press("Enter");
            }
            self.desk.press("Esc");
        }
        assert!(self.desk.state.layers.is_empty());
        assert!(!self.desk.state.groups.typing);
        assert_eq!(self.desk.state.focus, Pane::Sessions);
    }
}

fn refuse(call: &Call, kind: FailureKind) -> Reply {
    let mut failure = failure(kind);
    if let Call::Update { patch, .. } = call {
        let mut sent = patch.clone().into_settings().into_iter().rev();
        let failed = sent
            .next()
            .map_or(SettingField::Subject, |last| last.field());
        failure.partial = Some(Box::new(PartialUpdate {
            applied: sent.map(|setting| setting.field()).collect(),
            failed,
            not_attempted: Vec::new(),
        }));
    }
    Reply::refused(call, failure)
}

const KEYS: &[&str] = &[
    "Enter",
    "Enter",
    "Enter",
    "Esc",
    "Tab",
    "BackTab",
    "Space",
    "Backspace",
    "Up",
    "Down",
    "Down",
    "Left",
    "Right",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "F1",
    "Ctrl-s",
    "Ctrl-u",
    "Ctrl-w",
    "Ctrl-c",
    "Ctrl-z",
    "/",
    "y",
    "Q",
    "K",
    "e",
    "e",
    "R",
    "R",
    "S",
    "b",
    "s",
    "x",
    "t",
    "L",
    "o",
    "i",
    "r",
    "!",
    "?",
    "q",
    "n",
    "a",
    "l",
    "م",
];

fn failures() -> impl Strategy<Value = FailureKind> {
    prop::sample::select(vec![
        FailureKind::Offline,
        FailureKind::NotAdmin,
        FailureKind::NotInGroup,
        FailureKind::RateLimited { wait: Some(3) },
        FailureKind::MissingCapability {
            capability: "send".to_owned(),
        },
        FailureKind::GatewayAway,
        FailureKind::Other,
    ])
}

fn steps() -> impl Strategy<Value = Step> {
    let mouse = prop::sample::select(vec![
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::ScrollUp,
        MouseEventKind::ScrollDown,
        MouseEventKind::Moved,
    ]);
    let statuses = vec![
        "working",
        "working",
        "starting",
        "stopped",
        "logged_out",
        "odd",
    ];
    prop_oneof![
        20 => prop::sample::select(KEYS).prop_map(Step::Key),
        20 => (0..6_usize).prop_map(Step::Answer),
        3 => ((0..6_usize), failures()).prop_map(|(nth, kind)| Step::Refuse(nth, kind)),
        1 => (0..50_u64, any::<bool>()).prop_map(|(id, is_open)| Step::Nonsense(id, is_open)),
        1 => prop::sample::select(vec!["a\nb", "\u{1b}[2J\u{202e}", "Renamed 1", ""]).prop_map(Step::Paste),
        1 => prop::sample::select(vec![(0, 0), (20, 5), (80, 24), (120, 40), (200, 60)])
            .prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        2 => (mouse, 0..200_u16, 0..60_u16).prop_map(|(kind, column, row)| Step::Mouse(kind, column, row)),
        5 => prop::sample::select(vec![0, 1, 100, 700, 1_000, 5_000, 30_000, 3_600_000, -1, -3_600_000])
            .prop_map(Step::Clock),
        1 => (0..3_u8).prop_map(Step::Stream),
        2 => prop::sample::select(statuses).prop_map(Step::Status),
        2 => any::<bool>().prop_map(|has_link| Step::Reset { has_link }),
        2 => any::<bool>().prop_map(Step::Role),
        2 => (0..3_u8).prop_map(Step::Rename),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn invariants_hold_for_any_sequence_of_steps(
        size in prop::sample::select(vec![NARROW, (120, 40), WIDE]),
        begins_open in any::<bool>(),
        steps in prop::collection::vec(steps(), 1..80),
    ) {
        let mut world = World::new(size);
        if begins_open {
            world.step(Step::Stream(0));
            for _ in 0..6 {
                world.step(Step::Answer(0));
            }
            for key in ["Tab", "Enter"] {
                world.step(Step::Key(key));
            }
        }
        for step in steps {
            world.step(step);
            world.check();
        }
        let (columns, rows) = world.desk.state.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| view(&world.desk.state, frame)).unwrap();
        world.go_back();
    }

    /// However a form is edited, it sends only fields that differ.
    #[test]
    fn a_form_never_sends_stored_values(
        steps in prop::collection::vec(
            prop_oneof![
                6 => prop::sample::select(vec!["Tab", "Space", "Backspace", "a", "Ctrl-s", "Enter", "Esc", "e"]).prop_map(Step::Key),
                2 => (0..3_u8).prop_map(Step::Rename),
                2 => (0..3_usize).prop_map(Step::Answer),
                1 => (0..3_usize).prop_map(|nth| Step::Refuse(nth, FailureKind::NotAdmin)),
                1 => Just(Step::Paste("Renamed 1")),
            ],
            1..60,
        ),
    ) {
        let mut world = World::new(NARROW);
        for step in [Step::Stream(0), Step::Answer(0), Step::Answer(0), Step::Answer(0), Step::Key("Tab"), Step::Key("e")] {
            world.step(step);
        }
        for step in steps {
            world.step(step);
            world.check();
            if let Some(Layer::Form(form)) = world.desk.top() {
                prop_assert_eq!(form.patch().is_empty(), form.changes().is_empty());
            }
        }
    }
}
