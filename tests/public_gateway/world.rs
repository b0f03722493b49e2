//! The gateway's data: the recorded rows, and further ones of the same shape up to the real number.

use super::described::{Described, Live};
use super::{CHOIR, SESSION, VOLUNTEERS, recorded};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub struct World {
    pub sessions: Vec<Value>,
    /// The rows of each session's groups, as stored reads return them.
    pub groups: BTreeMap<String, Vec<Value>>,
    members: BTreeMap<(String, String), Vec<Value>>,
    pub live: BTreeMap<String, Live>,
    pub described: Described,
    resets: u32,
    /// Subjects that WhatsApp has but the rows do not.
    unstored: BTreeMap<String, String>,
    /// Requested changes, as `METHOD path body`.
    pub changes: Vec<String>,
    /// Every request, as `METHOD path`.
    pub requests: Vec<String>,
    pub tickets: usize,
}

impl World {
    pub fn new() -> Self {
        let many = "groups, first three of many";
        let mut main = grown(many);
        for (row, jid, subject) in [(3, VOLUNTEERS, "Weekend Volunteers"), (4, CHOIR, "Choir")] {
            main[row]["groupJid"] = json!(jid);
            main[row]["subject"] = json!(subject);
            main[row]["description"] = json!("");
        }
        main[3]["participantCount"] = json!(12);
        main[4]["participantCount"] = json!(9);
        let unpaired = recorded::named("groups of a never paired session");
        let mut sessions = rows(&recorded::answer("list sessions").body);
        sessions.push(recorded::answer("one session (fourth)").body);
        let groups = BTreeMap::from([
            (SESSION.to_owned(), main),
            (
                session_of(&unpaired.request.path),
                grown("groups of a never paired session"),
            ),
        ]);
        let mut members = BTreeMap::new();
        for name in [
            "members",
            "members through a session that does not have the group",
        ] {
            let path = recorded::named(name).request.path;
            members.insert((session_of(&path), group_of(&path)), grown(name));
        }
        members.insert((SESSION.to_owned(), CHOIR.to_owned()), choir());
        Self {
            sessions,
            groups,
            members,
            live: BTreeMap::new(),
            described: Described::default(),
            resets: 0,
            unstored: BTreeMap::new(),
            changes: Vec::new(),
            requests: Vec::new(),
            tickets: 0,
        }
    }

    pub fn session(&self, id: &str) -> Option<&Value> {
        self.sessions.iter().find(|row| row["id"] == id)
    }

    /// The groups of a session. None of the second session were recorded.
    pub fn groups_of(&self, session: &str) -> &[Value] {
        self.groups.get(session).map_or(&[], Vec::as_slice)
    }

    /// A group's row. The real gateway does not check the session either.
    pub fn group(&self, jid: &str) -> Option<&Value> {
        let mut all = self.groups.values().flatten();
        all.find(|row| row["groupJid"] == jid)
    }

    pub fn members(&self, session: &str, jid: &str) -> &[Value] {
        let key = (session.to_owned(), jid.to_owned());
        self.members.get(&key).map_or(&[], Vec::as_slice)
    }

    pub fn live(&self, session: &str) -> Live {
        self.live.get(session).copied().unwrap_or_default()
    }

    pub fn link(&self) -> String {
        format!("https://chat.whatsapp.com/PublicLink{:011}", self.resets)
    }

    pub fn reset_link(&mut self) {
        self.resets += 1;
    }

    /// The changes of a PATCH.
    pub fn set_subject(&mut self, jid: &str, subject: &str) {
        self.unstored.insert(jid.to_owned(), subject.to_owned());
        if self.described.rows_follow {
            self.store_changes();
        }
    }

    /// Applies the changes to the rows.
    pub fn store_changes(&mut self) {
        let now = jiff::Timestamp::now().as_millisecond();
        for (jid, subject) in std::mem::take(&mut self.unstored) {
            for row in self.groups.values_mut().flatten() {
                if row["groupJid"] == jid.as_str() {
                    row["subject"] = json!(subject);
                    row["updatedAt"] = json!(now);
                }
            }
        }
    }

    /// The row of a new session.
    pub fn add_session(&mut self, label: Option<&str>) -> Value {
        let mut row = recorded::answer("one session (never paired)").body;
        row["id"] = json!(format!(
            "01KAYV5M3T0000000000000N{:02}",
            self.sessions.len()
        ));
        if let Some(label) = label {
            row["label"] = json!(label);
        }
        self.sessions.push(row.clone());
        row
    }
}

/// The rows of a list.
fn rows(list: &Value) -> Vec<Value> {
    list["data"].as_array().cloned().expect("a list")
}

/// A recorded list in its full length: the missing rows are generated from the recorded ones.
fn grown(name: &str) -> Vec<Value> {
    let answer = recorded::answer(name);
    let kept = rows(&answer.body);
    let full = answer.rows_in_the_real_answer.unwrap_or(kept.len());
    let (first, step) = (number(&kept[0]), 7_919);
    (0..full)
        .map(|at| {
            let mut row = kept[at % kept.len()].clone();
            if at < kept.len() {
                return row;
            }
            row["id"] = json!(row["id"].as_u64().expect("a number") + at as u64);
            if row.get("lid").is_some() {
                row["lid"] = json!(format!("{}@lid", 200_000_000_100_000 + at));
            } else {
                row["groupJid"] = json!(format!("{}@g.us", first + step * at as u64));
                let subject = row["subject"].as_str().unwrap_or_default();
                row["subject"] = json!(format!("{subject} {at}"));
            }
            row
        })
        .collect()
}

fn number(row: &Value) -> u64 {
    let jid = row["groupJid"].as_str().unwrap_or_default();
    jid.trim_end_matches("@g.us").parse().unwrap_or_default()
}

/// Members of a group without the session's account among the admins.
fn choir() -> Vec<Value> {
    let [mut me, mut ana, mut other] =
        <[Value; 3]>::try_from(rows(&recorded::answer("members").body)).expect("three rows");
    me["role"] = json!("member");
    ana["role"] = json!("superadmin");
    ana["tag"] = json!("Ana");
    other["role"] = json!("moderator");
    [me, ana, other]
        .into_iter()
        .map(|mut row| {
            row["groupJid"] = json!(CHOIR);
            row
        })
        .collect()
}

fn session_of(path: &str) -> String {
    path.split('/').nth(4).expect("a session").to_owned()
}

fn group_of(path: &str) -> String {
    let group = path.split('/').nth(6).expect("a group");
    group.replace("%40", "@")
}
