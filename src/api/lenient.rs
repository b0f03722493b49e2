//! Lenient deserialization of answers from other gateways.
//!
//! A field that nothing depends on never makes an answer unreadable: `null`, absence and a value of
//! another type all count as unknown. Every function here reads one field.

use super::time::EpochMillis;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// The last millisecond of the year 9999: later times are mistakes, and calendars cannot show them.
const TIME_MAX: EpochMillis = 253_402_300_799_999;

/// Reads `null` as the type's default. Use together with `#[serde(default)]`, which covers absence.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A value, or the type's default. Use together with `#[serde(default)]`, which covers absence.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + DeserializeOwned,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// An enum that keeps unknown values as text; `unknown` if the value is not text.
pub(crate) fn word<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = Value::deserialize(deserializer)?;
    serde_json::from_value(value)
        .or_else(|_| serde_json::from_value(Value::from("unknown")))
        .map_err(Error::custom)
}

/// An id that is needed: a string or a number.
pub(crate) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    id_of(Value::deserialize(deserializer)?)
        .ok_or_else(|| Error::custom("an id must be a string or a number"))
}

/// An id, or nothing.
pub(crate) fn optional_id<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(id_of(Value::deserialize(deserializer)?))
}

/// An id, or an empty text.
pub(crate) fn id_or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(id_of(Value::deserialize(deserializer)?).unwrap_or_default())
}

fn id_of(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A time, or 0 if absent or invalid.
pub(crate) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EpochMillis, D::Error> {
    Ok(time_of(&Value::deserialize(deserializer)?).unwrap_or_default())
}

/// A time, or nothing.
pub(crate) fn optional_time<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<EpochMillis>, D::Error> {
    Ok(time_of(&Value::deserialize(deserializer)?))
}

fn time_of(value: &Value) -> Option<EpochMillis> {
    number_of(value).filter(|time| (0..=TIME_MAX).contains(time))
}

/// A whole number, or a text that is one.
pub(crate) fn number_of(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        _ => value.as_i64(),
    }
}

/// The elements of a list that can be read.
pub(crate) fn readable<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(match Value::deserialize(deserializer)? {
        Value::Array(values) => values
            .into_iter()
            .filter_map(|value| serde_json::from_value(value).ok())
            .collect(),
        _ => Vec::new(),
    })
}

/// Reads anything but an object as an empty one.
pub(crate) fn object_or_nothing<'de, D>(deserializer: D) -> Result<Map<String, Value>, D::Error>
where
    D: Deserializer<'de>,
{
    Ok(match Value::deserialize(deserializer)? {
        Value::Object(map) => map,
        _ => Map::new(),
    })
}

#[cfg(test)]
mod tests {
    use crate::api::{
        ApiKey, AuditEntry, CapabilityWord, Envelope, ErrorObject, Group, GroupMember,
        GroupUpdatePayload, InviteLink, JoinedGroup, MemberRole, MembershipRequest, Missed,
        PairingCode, QrCode, Session, SessionMe, SessionStatus, SessionStatusPayload, Ticket,
    };
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    /// Values of unexpected types, which some gateways send.
    fn odd_values() -> [Value; 12] {
        [
            Value::Null,
            json!("7"),
            json!(""),
            json!(-1),
            json!(1.5),
            json!(u64::MAX),
            json!(1e300),
            json!(true),
            json!([]),
            json!({}),
            json!([{"a": [null]}]),
            json!("0000-00-00"),
        ]
    }

    /// Parses `row` with each field but the required ones replaced by every odd value, one at a time and all at
    /// once.
    fn reads<T: DeserializeOwned>(row: &Value, needed: &[&str]) {
        let fields = row.as_object().unwrap();
        let optional: Vec<_> = fields
            .keys()
            .filter(|name| !needed.contains(&name.as_str()))
            .collect();
        for odd in odd_values() {
            let mut all = row.clone();
            for name in &optional {
                let mut one = row.clone();
                one[name.as_str()] = odd.clone();
                all[name.as_str()] = odd.clone();
                if let Err(error) = serde_json::from_value::<T>(one) {
                    panic!("{name} = {odd}: {error}");
                }
            }
            serde_json::from_value::<T>(all).unwrap();
        }
        let mut bare = row.clone();
        bare.as_object_mut()
            .unwrap()
            .retain(|name, _| needed.contains(&name.as_str()));
        serde_json::from_value::<T>(bare).unwrap();
    }

    #[test]
    fn invalid_optional_fields_are_ignored() {
        reads::<Group>(
            &json!({"id": 1, "groupJid": "1@g.us", "subject": "a", "description": "b", "ownerJid": "2@lid",
                "participantCount": 3, "isAnnounce": true, "isLocked": false, "createdAtWa": 1, "firstSeenAt": 2,
                "updatedAt": 3, "myRole": "admin", "later": 1}),
            &["groupJid"],
        );
        reads::<GroupMember>(
            &json!({"id": 1, "sessionId": "s", "groupJid": "1@g.us", "lid": "2@lid", "role": "admin", "tag": "x",
                "firstSeenAt": 1, "lastSeenAt": 2}),
            &["lid"],
        );
        reads::<MembershipRequest>(&json!({"jid": "2@lid", "requestedAt": 1}), &["jid"]);
        reads::<Session>(
            &json!({"id": "s", "organizationId": "o", "gatewayId": "g", "status": "working", "label": "l",
                "phoneNumber": "1", "waJid": "1:2@s.whatsapp.net", "waLid": "1:2@lid", "isAdminSession": true,
                "autoRead": true, "presenceTyping": true, "ratePerMin": 1, "ratePerHour": 2,
                "createdByUserId": "u", "lastConnectedAt": 1, "createdAt": 2, "updatedAt": 3, "groupCount": 4,
                "unreadableGroups": 1,
                "statusReason": "r", "lastTrafficAt": 5, "linkStep": "catching_up",
                "missed": {"total": 2, "done": 1}}),
            &["id"],
        );
        reads::<SessionMe>(
            &json!({"sessionId": "s", "status": "working", "connected": true, "phoneNumber": "1", "waJid": "j",
                "waLid": "l"}),
            &["sessionId"],
        );
        reads::<QrCode>(&json!({"code": "c", "expiresAt": 1}), &["code"]);
        reads::<JoinedGroup>(
            &json!({"groupJid": "1@g.us", "pending": true}),
            &["groupJid"],
        );
        reads::<Ticket>(
            &json!({"ticket": "rt_1", "expiresInSeconds": 30, "url": "wss://x"}),
            &["ticket"],
        );
        reads::<ApiKey<CapabilityWord>>(
            &json!({"id": "k", "label": "l", "capabilities": ["read"], "disabled": false, "createdAt": 1,
                "expiresAt": 2, "lastUsedAt": 3}),
            &["id"],
        );
        reads::<AuditEntry>(
            &json!({"id": "a", "at": 1, "actor": "key:1", "action": "group.update", "sessionId": "s",
                "groupJid": "1@g.us", "old": "x", "new": "y", "outcome": "ok"}),
            &["id", "action", "outcome"],
        );
        reads::<Envelope>(
            &json!({"schema": "v1", "id": "evt_1", "event": "group.update", "session": "s", "organization": "o",
                "timestamp": 1, "payload": {}}),
            &["id", "event"],
        );
        reads::<SessionStatusPayload>(
            &json!({"status": "starting", "reason": "r", "linkStep": "catching_up",
                "missed": {"total": 2, "done": 1}}),
            &["status"],
        );
        reads::<Missed>(&json!({"total": 2, "done": 1}), &["done"]);
        reads::<GroupUpdatePayload>(
            &json!({"groupJid": "1@g.us", "sender": "1@lid", "reason": "x", "timestamp": 1}),
            &["groupJid"],
        );
        reads::<ErrorObject>(
            &json!({"code": "internal", "message": "m", "details": {}}),
            &["code"],
        );
    }

    #[test]
    fn ids_are_strings_or_numbers() {
        let group: Group =
            serde_json::from_value(json!({"id": 2200, "groupJid": "1@g.us"})).unwrap();
        assert_eq!(group.id, "2200");
        let member: GroupMember =
            serde_json::from_value(json!({"id": 38559, "sessionId": 7, "lid": "1@lid"})).unwrap();
        assert_eq!(
            (member.id.as_str(), member.session_id.as_str()),
            ("38559", "7")
        );
        let session: Session =
            serde_json::from_value(json!({"id": 12, "createdByUserId": 5})).unwrap();
        assert_eq!(session.id, "12");
        assert_eq!(session.created_by_user_id.as_deref(), Some("5"));
        let key: ApiKey = serde_json::from_value(json!({"id": 3, "capabilities": []})).unwrap();
        assert_eq!(key.id, "3");
        let entry: AuditEntry = serde_json::from_value(
            json!({"id": 9, "action": "x", "outcome": "ok", "sessionId": 4}),
        )
        .unwrap();
        assert_eq!(
            (entry.id.as_str(), entry.session_id.as_deref()),
            ("9", Some("4"))
        );
        let event: Envelope =
            serde_json::from_value(json!({"id": 1, "event": "x", "session": 2, "schema": 1}))
                .unwrap();
        assert_eq!((event.id.as_str(), event.session.as_str()), ("1", "2"));
        let code: PairingCode = serde_json::from_value(json!({"code": 12_345_678})).unwrap();
        assert_eq!(code.code, "12345678");
        for needed in [
            json!({}),
            json!({"id": null}),
            json!({"id": ""}),
            json!({"id": []}),
        ] {
            assert!(serde_json::from_value::<Session>(needed).is_err());
        }
    }

    #[test]
    fn a_value_of_another_type_counts_as_absent() {
        let group: Group = serde_json::from_value(json!({
            "groupJid": "1@g.us", "subject": 7, "participantCount": "23", "isAnnounce": "yes", "updatedAt": -5,
            "createdAtWa": 1.5, "firstSeenAt": u64::MAX,
        }))
        .unwrap();
        let untold = Group {
            group_jid: "1@g.us".to_owned(),
            ..Group::default()
        };
        assert_eq!(group, untold);
        let session: Session = serde_json::from_value(json!({"id": "s", "status": 3})).unwrap();
        assert_eq!(session.status, SessionStatus::unknown());
        let session: Session = serde_json::from_value(json!({"id": "s"})).unwrap();
        assert_eq!(
            session.status,
            SessionStatus::unknown(),
            "a missing status is not `stopped`"
        );
        let member: GroupMember =
            serde_json::from_value(json!({"lid": "1@lid", "role": 1})).unwrap();
        assert_eq!(member.role, MemberRole::Other("unknown".to_owned()));
    }

    #[test]
    fn unknown_capabilities_are_kept() {
        let key: ApiKey<CapabilityWord> =
            serde_json::from_value(json!({"id": "k", "capabilities": ["read", "billing"]}))
                .unwrap();
        let words: Vec<_> = key
            .capabilities
            .iter()
            .map(CapabilityWord::as_str)
            .collect();
        assert_eq!(words, ["read", "billing"]);
    }

    #[test]
    fn field_errors_may_be_plain_sentences() {
        let error: ErrorObject = serde_json::from_value(json!({
            "code": "validation_error", "message": "validation failed",
            "details": {"errors": ["expected boolean (body.announce: yes)"]},
        }))
        .unwrap();
        let errors = error.field_errors();
        assert_eq!(errors[0].message, "expected boolean (body.announce: yes)");
        assert_eq!(errors[0].field, "");
    }

    #[test]
    fn an_unreadable_change_is_not_taken_for_an_empty_one() {
        for field in [
            "subject",
            "description",
            "isAnnounce",
            "isLocked",
            "newInviteLink",
        ] {
            let event = json!({"groupJid": "1@g.us", field: 7});
            assert!(
                serde_json::from_value::<GroupUpdatePayload>(event).is_err(),
                "{field}"
            );
        }
        assert!(serde_json::from_value::<InviteLink>(json!({"invite": 7})).is_err());
    }
}
