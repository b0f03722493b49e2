//! A small desk to draw: five sessions in different states, groups in several scripts, one card.

use crate::api::{
    EpochMillis, Group, GroupMember, MemberRole, Session, SessionRole, SessionStatus,
};
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::{GroupKey, RequestId};
use crate::console::keymap::Keymap;
use crate::console::state::{
    Card, Connection, CounterOptions, EditForm, Entry, Floods, Groups, Invite, Members, Options,
    Pane, Sessions, Settings, State, Undo, copy_texts,
};
use crate::console::theme::{ColorDepth, Theme};
use ratatui_textarea::{CursorMove, TextArea};
use std::collections::BTreeMap;

/// 18 November 2026, 12:04:31 UTC.
pub const NOW: EpochMillis = 1_795_003_471_000;
pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
pub const LINK: &str = "https://chat.whatsapp.com/AbCdEf1234567890XyZ12a";
pub const SUPPORT: &str = "01SUPPORT";
pub const REQUEST: RequestId = RequestId(7);

/// A desk without any answer yet.
pub fn fresh() -> State {
    State {
        options: Options {
            gateway_name: "demo".to_owned(),
            session_ids: Vec::new(),
            profiles: Vec::new(),
            here: 0,
            mouse: true,
            counter: CounterOptions::default(),
            copy: copy_texts(Vec::new()),
            theme: Theme::new(ColorDepth::TrueColor),
            keymap: Keymap::default(),
            zone: jiff::tz::TimeZone::UTC,
        },
        size: (80, 24),
        now: NOW,
        connection: Connection::Connecting,
        sessions: Sessions::default(),
        groups: Groups::default(),
        focus: Pane::Groups,
        zoomed: false,
        card: None,
        layers: Vec::new(),
        toasts: Vec::new(),
        link_list: None,
        batch: None,
        batches_begun: 0,
        unfinished: Vec::new(),
        floods: Floods::default(),
        undo: Undo::default(),
        failures: Vec::new(),
        whole_blocks: false,
        lacking: Vec::new(),
        requests: crate::console::state::Requests::default(),
    }
}

/// The desk in its usual state: the support line's groups, the first one selected, its link shown.
pub fn desk() -> State {
    let mut state = fresh();
    state.connection = Connection::Live;
    state.sessions = sessions();
    state.sessions.cursor = 1;
    fill(&mut state, groups());
    state.card = Some(card(&key("volunteers")));
    state
}

pub fn key(name: &str) -> GroupKey {
    GroupKey {
        session: SUPPORT.to_owned(),
        jid: format!("{name}@g.us"),
    }
}

fn sessions() -> Sessions {
    let session = |id: &str, label: Option<&str>, number: Option<&str>, status, groups| Session {
        id: id.to_owned(),
        label: label.map(str::to_owned),
        phone_number: number.map(str::to_owned),
        status,
        group_count: groups,
        ..Session::default()
    };
    let mut rows = vec![
        session(
            SUPPORT,
            Some("Support line"),
            Some("6281234567890"),
            SessionStatus::Working,
            Some(42),
        ),
        session(
            "01SALES",
            Some("Sales"),
            Some("12025550123"),
            SessionStatus::Working,
            Some(1_204),
        ),
        session(
            "01JAKARTA",
            Some("Jakarta desk"),
            Some("6281987654321"),
            SessionStatus::Starting,
            Some(8),
        ),
        session(
            "01OLD",
            Some("Old phone"),
            Some("4915123456789"),
            SessionStatus::LoggedOut,
            Some(3),
        ),
        session(
            "01TOKYO",
            Some("東京オフィス"),
            None,
            SessionStatus::ScanQrCode,
            None,
        ),
    ];
    rows[3].status_reason = Some("the phone removed this device".to_owned());
    let since = [
        (SUPPORT, 3 * MINUTE),
        ("01SALES", 26 * HOUR),
        ("01JAKARTA", 12_000),
        ("01OLD", 9 * DAY),
    ];
    Sessions {
        rows,
        loaded: true,
        since: since
            .into_iter()
            .map(|(id, ago)| (id.to_owned(), NOW - ago))
            .collect(),
        ..Sessions::default()
    }
}

/// Puts groups into the pane, in the order given.
pub fn fill(state: &mut State, groups: Vec<Group>) {
    let entries: Vec<Entry> = groups
        .into_iter()
        .map(|group| Entry::new(SUPPORT, group))
        .collect();
    let groups = &mut state.groups;
    groups.positions = entries
        .iter()
        .enumerate()
        .map(|(at, entry)| (entry.key.clone(), at))
        .collect();
    groups.rows = (0..entries.len()).collect();
    (groups.total, groups.shown) = (entries.len(), entries.len());
    groups.entries = entries;
}

fn groups() -> Vec<Group> {
    use SessionRole::{Admin, Member, None as Removed, Superadmin};
    let rows = [
        (
            "volunteers",
            "Weekend Volunteers",
            128,
            Admin,
            true,
            false,
            2 * MINUTE,
        ),
        (
            "volleyball",
            "School Volleyball",
            31,
            Member,
            false,
            false,
            HOUR,
        ),
        (
            "cairo",
            "متطوعون · Vol. Cairo",
            67,
            Admin,
            false,
            true,
            3 * DAY,
        ),
        (
            "tokyo",
            "東京ボランティアの会・週末と祝日の集まり",
            1_024,
            Superadmin,
            true,
            true,
            150 * DAY,
        ),
        (
            "garden",
            "🌱 Community garden 👨‍👩‍👧‍👦",
            12,
            Member,
            false,
            false,
            800 * DAY,
        ),
        (
            "hostile",
            "\u{1b}[31mFree\u{202e}money\u{0}",
            3,
            Removed,
            false,
            false,
            20 * DAY,
        ),
        (
            "long",
            "The very long name of a group that somebody wrote as a whole sentence, to the limit",
            250,
            Member,
            true,
            false,
            40 * DAY,
        ),
    ];
    let mut groups: Vec<Group> = rows
        .into_iter()
        .map(
            |(id, subject, members, role, announce, locked, ago)| Group {
                group_jid: format!("{id}@g.us"),
                subject: Some(subject.to_owned()),
                participant_count: Some(members),
                my_role: Some(role),
                is_announce: Some(announce),
                is_locked: Some(locked),
                created_at_wa: Some(NOW - ago),
                updated_at: NOW - ago / 2,
                ..Group::default()
            },
        )
        .collect();
    groups[0].description = Some(
        "Meet at the north gate at 8. Bring gloves, water and good shoes; tools are there.\nRain or shine."
            .to_owned(),
    );
    groups[0].owner_jid = Some("6281234567890@s.whatsapp.net".to_owned());
    groups.extend((8..43).map(|number| Group {
        group_jid: format!("1203630410000{number:05}@g.us"),
        subject: Some(format!("Neighbourhood {number}")),
        participant_count: Some(number * 3),
        my_role: Some(if number % 3 == 0 { Admin } else { Member }),
        created_at_wa: Some(NOW - i64::from(number) * 17 * DAY),
        ..Group::default()
    }));
    groups
}

pub fn card(key: &GroupKey) -> Card {
    let mut card = Card::new(key.clone());
    card.invite = Invite::Shown {
        link: LINK.to_owned(),
        fetched_at: NOW - 3_000,
    };
    card.members = Members::Loaded(members(128));
    card
}

pub fn members(count: u32) -> Vec<GroupMember> {
    (0..count)
        .map(|number| GroupMember {
            lid: match number {
                0 => "6281234567890@s.whatsapp.net".to_owned(),
                _ => format!("{}@lid", 100_200_300_400_u64 + u64::from(number)),
            },
            role: match number {
                0 => MemberRole::Superadmin,
                1 | 2 => MemberRole::Admin,
                _ => MemberRole::Member,
            },
            tag: (number == 1).then(|| "Ayu, gate keys".to_owned()),
            name: match number % 4 {
                2 => Some("Sari Wulandari".to_owned()),
                3 => Some("王小明\u{202e}".to_owned()),
                _ => None,
            },
            phone_number: (number % 5 > 0)
                .then(|| (6_280_100_005_500 + u64::from(number)).to_string()),
            ..GroupMember::default()
        })
        .collect()
}

pub fn failure(kind: FailureKind, message: &str) -> CallFailure {
    CallFailure {
        kind,
        message: message.to_owned(),
        code: "forbidden".to_owned(),
        request_id: Some("01REQUEST0000000000000000".to_owned()),
        fields: Vec::new(),
        partial: None,
        members: None,
        invite: None,
        status: None,
        retry_after: None,
        unconfirmed: false,
    }
}

/// A text field with its cursor at the end.
pub fn typed(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}

/// The form of the volunteers, nothing changed yet.
pub fn form() -> EditForm {
    let base = Settings {
        subject: "Weekend Volunteers".to_owned(),
        description: "Meet at the north gate at 8. Bring gloves, water and good shoes; tools are there.\nRain or shine."
            .to_owned(),
        announce: false,
        locked: false,
        ..Settings::default()
    };
    EditForm::new(key("volunteers"), base, BTreeMap::new())
}
