//! Parsing the frames of the stream: lenient about types, strict about sizes.
//!
//! What is kept for longer than a frame (ids, map keys, texts of rows) is bounded here, because the
//! sender determines how much memory it takes.

use crate::api::lenient::number_of;
use crate::api::{
    AuthCodePayload, AuthQrPayload, Envelope, EventKind, GroupParticipantPayload,
    GroupRequestPayload, GroupUpdatePayload, LinkStep, RequestOutcome, SessionStatusPayload,
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Bytes of an id: an event's, a session's, an organization's. `evt_` and a ULID have 30.
pub(super) const ID_MAX: usize = 64;
/// Bytes of the id of a group or a person.
const JID_MAX: usize = 128;
/// Bytes of a name: an event, a status.
const WORD_MAX: usize = 64;
/// Bytes of a group's name; WhatsApp takes 100 characters.
const SUBJECT_MAX: usize = 1_024;
/// Bytes of any other text: a description has up to 2,048 characters.
const TEXT_MAX: usize = 16 << 10;
/// Ids in one list; a community's announcement group has 5,000 members.
const LIST_MAX: usize = 8_192;

/// A parsed frame.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// `connected` or `ping`, with the heartbeat interval in seconds if given.
    Control {
        heartbeat: Option<u32>,
    },
    Event(Envelope),
    Unreadable(Unreadable),
}

/// An unreadable frame, and its session and group if known.
#[derive(Debug, PartialEq)]
pub(super) struct Unreadable {
    pub why: &'static str,
    /// The event's name.
    pub event: Option<String>,
    pub session: Option<String>,
    pub group: Option<String>,
}

pub(super) fn read(text: &str) -> Incoming {
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => read_object(fields),
        _ => Incoming::Unreadable(Unreadable {
            why: "not a JSON object",
            event: None,
            session: None,
            group: None,
        }),
    }
}

fn read_object(fields: Map<String, Value>) -> Incoming {
    let name = fields.get("event").and_then(Value::as_str);
    if let Some("connected" | "ping") = name {
        let heartbeat = fields.get("heartbeatSeconds").and_then(number_of);
        return Incoming::Control {
            heartbeat: heartbeat.and_then(|seconds| u32::try_from(seconds).ok()),
        };
    }
    let short = |value: Option<&Value>, most: usize| {
        let text = value?.as_str()?;
        (!text.is_empty() && text.len() <= most).then(|| text.to_owned())
    };
    let payload = fields.get("payload");
    let about = Unreadable {
        why: "",
        event: short(fields.get("event"), WORD_MAX),
        session: short(fields.get("session"), ID_MAX),
        group: short(payload.and_then(|payload| payload.get("groupJid")), JID_MAX),
    };
    let envelope = Envelope::deserialize(Value::Object(fields));
    let checked = envelope
        .map_err(|_| "a field is missing or has an unexpected type")
        .and_then(checked);
    match checked {
        Ok(envelope) => Incoming::Event(envelope),
        Err(why) => Incoming::Unreadable(Unreadable { why, ..about }),
    }
}

/// An envelope whose parts have a plausible size, and whose payload can be read.
fn checked(envelope: Envelope) -> Result<Envelope, &'static str> {
    if envelope.id.is_empty() || envelope.id.len() > ID_MAX {
        return Err("its id is empty or too long");
    }
    if envelope.session.len() > ID_MAX || envelope.organization.len() > ID_MAX {
        return Err("the id of its session or organization is too long");
    }
    let payload = &envelope.payload;
    let plausible = match &envelope.event {
        EventKind::SessionStatus => {
            let it = typed::<SessionStatusPayload>(payload)?;
            let step = match &it.link_step {
                Some(LinkStep::Other(word)) => word.as_str(),
                _ => "",
            };
            it.status.as_str().len().max(step.len()) <= WORD_MAX && fits([(&it.reason, TEXT_MAX)])
        }
        EventKind::AuthQr => {
            let it = typed::<AuthQrPayload>(payload)?;
            !it.code.is_empty() && it.code.len() <= TEXT_MAX
        }
        EventKind::AuthCode => {
            let it = typed::<AuthCodePayload>(payload)?;
            fits([
                (&it.jid, JID_MAX),
                (&it.lid, JID_MAX),
                (&it.business_name, TEXT_MAX),
                (&it.platform, TEXT_MAX),
            ])
        }
        EventKind::GroupUpdate => {
            let it = typed::<GroupUpdatePayload>(payload)?;
            is_jid(&it.group_jid)
                && fits([
                    (&it.subject, SUBJECT_MAX),
                    (&it.description, TEXT_MAX),
                    (&it.new_invite_link, TEXT_MAX),
                    (&it.sender, JID_MAX),
                    (&it.reason, TEXT_MAX),
                ])
        }
        EventKind::GroupParticipant => {
            let it = typed::<GroupParticipantPayload>(payload)?;
            let lists = [&it.join, &it.leave, &it.promote, &it.demote];
            let fits_list = |list: &Vec<String>| {
                list.len() <= LIST_MAX && list.iter().all(|id| id.len() <= JID_MAX)
            };
            is_jid(&it.group_jid)
                && fits([(&it.sender, JID_MAX)])
                && lists.into_iter().flatten().all(fits_list)
        }
        EventKind::GroupRequest => {
            let it = typed::<GroupRequestPayload>(payload)?;
            let outcome = match &it.outcome {
                Some(RequestOutcome::Other(word)) => word.as_str(),
                _ => "",
            };
            is_jid(&it.group_jid)
                && is_jid(&it.jid)
                && outcome.len() <= WORD_MAX
                && fits([
                    (&it.name, TEXT_MAX),
                    (&it.phone_number, JID_MAX),
                    (&it.sender, JID_MAX),
                ])
        }
        EventKind::Other(name) => name.len() <= WORD_MAX,
    };
    if !plausible {
        return Err("a text of it is empty or too long");
    }
    if envelope.session.is_empty() && !matches!(envelope.event, EventKind::Other(_)) {
        return Err("it names no session");
    }
    Ok(envelope)
}

fn typed<'a, T: Deserialize<'a>>(payload: &'a Value) -> Result<T, &'static str> {
    T::deserialize(payload).map_err(|_| "its payload has a field missing or of an unexpected type")
}

fn is_jid(jid: &str) -> bool {
    !jid.is_empty() && jid.len() <= JID_MAX
}

fn fits<const N: usize>(texts: [(&Option<String>, usize); N]) -> bool {
    let fits = |(text, most): (&Option<String>, usize)| {
        text.as_ref().is_none_or(|text| text.len() <= most)
    };
    texts.into_iter().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(change: impl FnOnce(&mut Value)) -> Incoming {
        let mut event = json!({"schema": "v1", "id": "evt_1", "event": "group.update",
            "session": "s", "organization": "o", "timestamp": 7,
            "payload": {"groupJid": "1@g.us", "isLocked": true}});
        change(&mut event);
        read(&event.to_string())
    }

    #[track_caller]
    fn readable(incoming: Incoming) -> Envelope {
        match incoming {
            Incoming::Event(envelope) => envelope,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn values_of_other_types_are_accepted() {
        let envelope = readable(event(|event| {
            event["schema"] = json!(1);
            event["id"] = json!(81_723);
            event["session"] = json!(12);
            event["organization"] = json!(null);
            event["timestamp"] = json!("1700000000000");
            event["payload"]["timestamp"] = json!("1700000000000");
            event["payload"]["sender"] = json!(4_915_112_345_678_i64);
        }));
        let ids = (envelope.id.as_str(), envelope.session.as_str());
        assert_eq!(ids, ("81723", "12"));
        assert_eq!(envelope.timestamp, 1_700_000_000_000);
        let payload: GroupUpdatePayload = serde_json::from_value(envelope.payload).unwrap();
        assert_eq!(payload.is_locked, Some(true));
        assert_eq!(payload.timestamp, Some(1_700_000_000_000));
    }

    #[test]
    fn control_frames_are_read_whatever_other_fields_they_have() {
        for (text, heartbeat) in [
            (
                r#"{"event": "connected", "heartbeatSeconds": "20"}"#,
                Some(20),
            ),
            (
                r#"{"event": "connected", "heartbeatSeconds": -1, "id": 3}"#,
                None,
            ),
            (r#"{"event": "ping", "timestamp": []}"#, None),
        ] {
            assert_eq!(read(text), Incoming::Control { heartbeat }, "{text}");
        }
    }

    /// A corruption of an event, and the session and group that are still readable.
    type Fault = (
        fn(&mut Value, &str),
        Option<&'static str>,
        Option<&'static str>,
    );

    #[test]
    fn an_unreadable_event_still_reports_its_session_and_group_if_possible() {
        let long = "x".repeat(900_000);
        let faults: [Fault; 8] = [
            (
                |event, _| event["id"] = json!(null),
                Some("s"),
                Some("1@g.us"),
            ),
            (
                |event, long| event["id"] = json!(long),
                Some("s"),
                Some("1@g.us"),
            ),
            (
                |event, _| event["payload"]["isLocked"] = json!("true"),
                Some("s"),
                Some("1@g.us"),
            ),
            (
                |event, _| event["payload"]["isLocked"] = json!({}),
                Some("s"),
                Some("1@g.us"),
            ),
            (
                |event, long| event["payload"]["subject"] = json!(long),
                Some("s"),
                Some("1@g.us"),
            ),
            (
                |event, long| event["session"] = json!(long),
                None,
                Some("1@g.us"),
            ),
            (
                |event, long| event["payload"]["groupJid"] = json!(long),
                Some("s"),
                None,
            ),
            (|event, _| event["payload"] = json!("none"), Some("s"), None),
        ];
        for (number, (fault, session, group)) in faults.into_iter().enumerate() {
            let Incoming::Unreadable(it) = event(|event| fault(event, &long)) else {
                panic!("fault {number} was read")
            };
            assert_eq!(
                (it.session.as_deref(), it.group.as_deref()),
                (session, group),
                "{number}"
            );
            assert_eq!(it.event.as_deref(), Some("group.update"));
        }
        for text in [
            "",
            "{",
            "[]",
            "null",
            "\"event\"",
            r#"{"event": 1}"#,
            r#"{"event": "x"}"#,
        ] {
            assert!(matches!(read(text), Incoming::Unreadable(_)), "{text}");
        }
    }

    #[test]
    fn an_event_of_a_later_version_is_no_error() {
        let envelope = readable(event(|event| {
            event["event"] = json!("group.poll");
            event["payload"] = json!(3);
        }));
        assert_eq!(envelope.event, EventKind::Other("group.poll".to_owned()));
    }
}
