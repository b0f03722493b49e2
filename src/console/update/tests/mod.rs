//! Tests of `update`: the harness presses keys and plays the gateway.

mod audience;
mod batch;
mod burst;
mod card;
mod check;
mod copy_as;
mod counter;
mod filter;
mod find;
mod flood;
mod form;
mod groups;
mod health;
mod history;
mod hours;
mod idle;
mod inbox;
mod lag;
mod leave_group;
mod leaving;
mod lost;
mod marks;
mod members;
mod mouse;
mod new_gateway;
mod new_group;
mod notebook;
mod other_account;
mod overlays;
mod pairing;
mod palette;
mod place;
mod profiles;
mod properties;
mod public;
mod realtime;
mod refusals;
mod rename;
mod reset;
mod roster;
mod sessions;
mod sheet;
mod theme;
mod undo;
mod unknown;

use super::{start, update};
use crate::api::{
    Audience, Envelope, EpochMillis, EventKind, Group, GroupMember, GroupSchedule, MemberRole,
    Session, SessionRole, SessionStatus,
};
use crate::client::realtime::RealtimeEvent;
use crate::console::effect::{BatchCommand, Call, Effect, SessionAction};
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::{GroupKey, RequestId};
use crate::console::keymap::Keymap;
use crate::console::msg::{Msg, Reply};
use crate::console::notebook::{Notebook, NotebookChange};
use crate::console::state::{CounterOptions, Invite, Layer, Options, State, copy_texts};
use crate::console::theme::{ColorDepth, Theme};
use crate::console::view::view;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::{Value, json};
use std::time::Duration;

const START: EpochMillis = 1_700_000_000_000;
const WIDE: (u16, u16) = (200, 60);
const NARROW: (u16, u16) = (80, 24);
const LINK: &str = "https://chat.whatsapp.com/AbCdEf1234567890XyZ12";
const OTHER_LINK: &str = "https://chat.whatsapp.com/Zz9876543210FeDcBa987";

fn options() -> Options {
    Options {
        gateway_name: "test".to_owned(),
        session_ids: Vec::new(),
        profiles: Vec::new(),
        here: 0,
        mouse: true,
        counter: CounterOptions::default(),
        copy: copy_texts(Vec::new()),
        theme: Theme::new(ColorDepth::TrueColor),
        keymap: Keymap::default(),
        zone: jiff::tz::TimeZone::UTC,
    }
}

fn session(id: &str, status: SessionStatus) -> Session {
    Session {
        id: id.to_owned(),
        label: Some(format!("Desk {id}")),
        status,
        wa_jid: Some(format!("{id}@s.whatsapp.net")),
        wa_lid: Some(format!("{id}@lid")),
        updated_at: START - 60_000,
        ..Session::default()
    }
}

fn group(jid: &str, subject: &str) -> Group {
    Group {
        group_jid: format!("{jid}@g.us"),
        subject: Some(subject.to_owned()),
        description: Some("Meet at eight.".to_owned()),
        participant_count: Some(10),
        is_announce: Some(false),
        is_locked: Some(false),
        created_at_wa: Some(START - 1_000_000),
        updated_at: START - 1_000,
        my_role: Some(SessionRole::Admin),
        invite_by: Some(Audience::Admins),
        ..Group::default()
    }
}

fn with_role(mut group: Group, role: SessionRole) -> Group {
    group.my_role = Some(role);
    group
}

fn key_of(session: &str, jid: &str) -> GroupKey {
    GroupKey {
        session: session.to_owned(),
        jid: format!("{jid}@g.us"),
    }
}

fn failure(kind: FailureKind) -> CallFailure {
    CallFailure {
        kind,
        message: "no".to_owned(),
        code: "code".to_owned(),
        request_id: Some("req-1".to_owned()),
        fields: Vec::new(),
        partial: None,
        members: None,
        invite: None,
        status: None,
        retry_after: None,
        unconfirmed: false,
    }
}

/// A console with its unanswered requests.
struct Harness {
    state: State,
    asked: Vec<(RequestId, Call)>,
    /// Changes of the notebook, and its first read, in order.
    noted: Vec<(RequestId, Option<NotebookChange>)>,
    /// All other effects, in order.
    others: Vec<Effect>,
    /// The gateway's clock, which continues when the local clock is set back.
    clock: EpochMillis,
}

impl Harness {
    fn with(options: Options, size: (u16, u16)) -> Self {
        let (state, effects) = start(options, size, START);
        let mut desk = Self {
            state,
            asked: Vec::new(),
            noted: Vec::new(),
            others: Vec::new(),
            clock: START,
        };
        desk.take(effects);
        desk
    }

    /// Two sessions, `a` connected and `b` stopped, with four groups; realtime is live. The cursor is on the
    /// first group, and no data of its card has been requested.
    fn ready(size: (u16, u16)) -> Self {
        let mut desk = Self::with(options(), size);
        desk.realtime(RealtimeEvent::Connected);
        desk.answer(
            &Call::Sessions,
            Reply::Sessions(Ok(vec![
                session("a", SessionStatus::Working),
                session("b", SessionStatus::Stopped),
            ])),
        );
        desk.list(
            "a",
            vec![
                group("1", "Allotment"),
                group("2", "Book club"),
                with_role(group("3", "Choir"), SessionRole::Member),
            ],
        );
        desk.list("b", vec![group("4", "Darts")]);
        desk.press("Tab");
        desk
    }

    /// [`Harness::ready`] with the first group opened and its members and link loaded.
    fn opened(size: (u16, u16)) -> Self {
        let mut desk = Self::ready(size);
        let key = key_of("a", "1");
        desk.press("Enter");
        desk.answer(
            &Call::Group(key.clone()),
            Reply::Group(Ok(group("1", "Allotment"))),
        );
        let none = GroupSchedule::default();
        desk.answer(&Call::Schedule(key.clone()), Reply::Schedule(Ok(none)));
        desk.answer(&Call::Members(key.clone()), Reply::Members(Ok(members())));
        desk.answer(&Call::Invite(key), Reply::Invite(Ok(LINK.to_owned())));
        desk
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Call { id, call } => self.asked.push((id, call)),
                Effect::Cancel(id) if self.is_adding(id) => self.others.push(Effect::Cancel(id)),
                Effect::Cancel(id) => {
                    assert!(self.asked.iter().any(|(asked, _)| *asked == id));
                    self.asked.retain(|(asked, _)| *asked != id);
                }
                Effect::Wake(at) => assert!(at > self.state.now, "a wake in the past"),
                Effect::Batch {
                    command: BatchCommand::Look,
                    ..
                } => {}
                Effect::Notebook { id, change, .. } => self.noted.push((id, change)),
                other => self.others.push(other),
            }
        }
    }

    /// Whether a gateway is added, or many links are read, with this request.
    fn is_adding(&self, request: RequestId) -> bool {
        let is_it = |effect: &Effect| matches!(effect, Effect::AddGateway { id, .. } | Effect::AskLinks { id, .. } if *id == request);
        self.others.iter().any(is_it)
    }

    fn send(&mut self, msg: Msg) {
        let now = self.state.now;
        self.send_at(now, msg);
    }

    fn send_at(&mut self, now: EpochMillis, msg: Msg) {
        let effects = update(&mut self.state, now, msg);
        self.take(effects);
    }

    fn press(&mut self, key: &str) {
        self.send(Msg::Key(key_event(key)));
    }

    fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            self.send(Msg::Key(KeyEvent::from(KeyCode::Char(character))));
        }
    }

    /// Advances the clock.
    fn wait(&mut self, milliseconds: i64) {
        let now = self.state.now + milliseconds;
        self.clock = self.clock.max(now);
        self.send_at(now, Msg::Tick);
    }

    fn realtime(&mut self, news: RealtimeEvent) {
        self.send(Msg::Realtime(news));
    }

    fn event(&mut self, kind: EventKind, session: &str, payload: Value) {
        self.event_at(self.clock, kind, session, payload);
    }

    fn event_at(&mut self, timestamp: EpochMillis, kind: EventKind, session: &str, payload: Value) {
        self.realtime(RealtimeEvent::Event(Envelope {
            schema: "v1".to_owned(),
            id: format!("evt_{timestamp}"),
            event: kind,
            session: session.to_owned(),
            organization: "o".to_owned(),
            timestamp,
            payload,
        }));
    }

    fn status(&mut self, session: &str, status: &str) {
        self.event(
            EventKind::SessionStatus,
            session,
            json!({ "status": status }),
        );
    }

    fn lose_realtime(&mut self) {
        self.realtime(RealtimeEvent::Lost {
            reason: "closed".to_owned(),
            retry_in: Duration::from_secs(1),
        });
    }

    fn is_asked(&self, call: &Call) -> bool {
        self.count(call) > 0
    }

    fn count(&self, call: &Call) -> usize {
        self.asked.iter().filter(|(_, asked)| asked == call).count()
    }

    fn asks_for_link(&self) -> bool {
        let is_invite = |(_, call): &(RequestId, Call)| matches!(call, Call::Invite(_));
        self.asked.iter().any(is_invite)
    }

    /// Answers a call that must be in flight.
    #[track_caller]
    fn answer(&mut self, call: &Call, reply: Reply) {
        let position = self.asked.iter().position(|(_, asked)| asked == call);
        let position = position.unwrap_or_else(|| panic!("{call:?} not among {:?}", self.asked));
        let (id, _) = self.asked.remove(position);
        self.send(Msg::Reply(id, reply));
    }

    #[track_caller]
    fn list(&mut self, session: &str, groups: Vec<Group>) {
        let call = Call::Groups {
            session: session.to_owned(),
        };
        self.answer(&call, Reply::Groups(Ok(groups)));
    }

    /// The change in flight.
    #[track_caller]
    fn change(&self) -> Call {
        let mut changes = self.asked.iter().filter(|(_, call)| call.changes());
        let (_, call) = changes.next().expect("no change is in flight");
        assert!(
            changes.next().is_none(),
            "more than one change is in flight"
        );
        call.clone()
    }

    #[track_caller]
    fn answer_change(&mut self, reply: Reply) {
        let change = self.change();
        self.answer(&change, reply);
    }

    fn invite(&self) -> &Invite {
        &self.state.card.as_ref().expect("a card").invite
    }

    fn shown(&self) -> Option<&str> {
        self.state.card.as_ref()?.link()
    }

    fn names(&self) -> Vec<&str> {
        let rows = 0..self.state.groups.len();
        rows.map(|row| self.state.groups.row(row).unwrap().name.as_str())
            .collect()
    }

    fn selected(&self) -> &str {
        self.state.groups.selected().map_or("", |entry| &entry.name)
    }

    /// The groups whose links are being read, with the request.
    #[track_caller]
    fn links_asked(&self) -> (RequestId, Vec<GroupKey>) {
        let found = self.others.iter().rev().find_map(|effect| match effect {
            Effect::AskLinks { id, groups } => Some((*id, groups.clone())),
            _ => None,
        });
        found.expect("no links are read")
    }

    fn toast_now(&self) -> Option<&str> {
        self.state.toasts.last().map(|toast| toast.text.as_str())
    }

    fn toast(&self) -> &str {
        self.state.toasts.last().map_or("", |toast| &toast.text)
    }

    fn copied(&self) -> Option<&str> {
        self.others.iter().rev().find_map(|effect| match effect {
            Effect::Copy { text, .. } => Some(text.as_str()),
            _ => None,
        })
    }

    /// The drawn screen, as text.
    fn screen(&self) -> String {
        let (columns, rows) = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| view(&self.state, frame)).unwrap();
        terminal.backend().to_string()
    }

    fn top(&self) -> Option<&Layer> {
        self.state.layers.last()
    }
}

fn members() -> Vec<GroupMember> {
    let member = |lid: &str, role, tag: Option<&str>| GroupMember {
        lid: lid.to_owned(),
        role,
        tag: tag.map(str::to_owned),
        ..GroupMember::default()
    };
    vec![
        member("5@lid", MemberRole::Member, None),
        member("6@lid", MemberRole::Admin, Some("Ana")),
        member("7@lid", MemberRole::Superadmin, None),
    ]
}

fn key_event(key: &str) -> KeyEvent {
    let (modifiers, name) = match key.strip_prefix("Ctrl-") {
        Some(name) => (KeyModifiers::CONTROL, name),
        None => (KeyModifiers::NONE, key),
    };
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "BackTab" => KeyCode::BackTab,
        "Space" => KeyCode::Char(' '),
        "Backspace" => KeyCode::Backspace,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PageUp" => KeyCode::PageUp,
        "PageDown" => KeyCode::PageDown,
        "F1" => KeyCode::F(1),
        one => KeyCode::Char(one.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}
