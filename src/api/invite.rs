//! Invite links, and the one parser for them.
//!
//! Links in answers and events are parsed strictly ([`link_code`]): they go to screens, clipboards,
//! scripts and QR codes, so an address of any other host must not pass. Links that a person typed
//! or pasted are accepted in every spelling that WhatsApp uses ([`code_in`]).

use super::{EpochMillis, GroupKind, pattern};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The prefix of every invite link. What follows is the invite code.
pub const INVITE_PREFIX: &str = "https://chat.whatsapp.com/";

/// Shortest and longest invite code, in characters.
const CODE_LENGTH: std::ops::RangeInclusive<usize> = 8..=64;

/// The code of a link as a gateway gives it: `https://chat.whatsapp.com/<code>`, nothing else.
#[must_use]
pub fn link_code(link: &str) -> Option<&str> {
    code(link.strip_prefix(INVITE_PREFIX)?)
}

/// The code in user input: a bare code, or a link in any spelling of WhatsApp's.
#[must_use]
pub fn code_in(text: &str) -> Option<&str> {
    let text = text.trim();
    if let Some(rest) = after(text, "whatsapp://chat") {
        return query_code(rest);
    }
    let address = ["https://", "http://"]
        .iter()
        .find_map(|scheme| after(text, scheme))
        .unwrap_or(text);
    if let Some(rest) = after(address, "web.whatsapp.com/accept") {
        return query_code(rest);
    }
    let path = match after(address, "chat.whatsapp.com/") {
        Some(path) => path.strip_prefix("invite/").unwrap_or(path),
        None => text,
    };
    let end = path.find(['?', '#']).unwrap_or(path.len());
    code(path[..end].trim_end_matches('/'))
}

/// The code in the query of a link.
fn query_code(rest: &str) -> Option<&str> {
    let query = rest.strip_prefix('/').unwrap_or(rest);
    let value = query.strip_prefix("?code=")?;
    let end = value.find(['&', '#']).unwrap_or(value.len());
    code(&value[..end])
}

/// The part after a scheme or host, which are case-insensitive.
fn after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let head = text.get(..start.len())?;
    head.eq_ignore_ascii_case(start)
        .then(|| &text[start.len()..])
}

fn code(text: &str) -> Option<&str> {
    let is_valid = CODE_LENGTH.contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_valid.then_some(text)
}

/// Answer of the two invite calls: `{"invite": "https://chat.whatsapp.com/<code>"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InviteLink {
    #[schemars(regex(pattern = pattern::INVITE_LINK))]
    pub invite: String,
}

impl InviteLink {
    /// The full link of an invite code.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        Self {
            invite: format!("{INVITE_PREFIX}{code}"),
        }
    }

    /// Whether a text is an invite link of WhatsApp's: see [`link_code`].
    #[must_use]
    pub fn is_link(link: &str) -> bool {
        link_code(link).is_some()
    }
}

/// Body of `POST /sessions/{s}/groups:join`: an invite code or a link, in any spelling that
/// WhatsApp uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinGroup {
    #[schemars(regex(pattern = pattern::INVITE))]
    pub invite: String,
}

/// Answer of `POST /sessions/{s}/groups:join`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JoinedGroup {
    pub group_jid: String,
    /// The group's admins must approve first; the account is not in the group yet.
    #[serde(
        default,
        skip_serializing_if = "std::ops::Not::not",
        deserialize_with = "super::lenient::or_default"
    )]
    pub pending: bool,
}

/// Answer of `GET /sessions/{s}/invites/{code}` (an extension): the group that a link leads to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitePreview {
    pub group_jid: String,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::lenient::or_default"
    )]
    pub subject: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::lenient::or_default"
    )]
    pub description: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::lenient::or_default"
    )]
    pub participant_count: Option<u32>,
    /// Whether an admin has to approve who joins by the link.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::lenient::or_default"
    )]
    pub join_approval: Option<bool>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::lenient::or_default"
    )]
    pub kind: Option<GroupKind>,
}

/// Extension: an invite for one person alone, offered where WhatsApp refuses to add them. Whoever has
/// the code may use it in that person's place, so it is not shown in debug output.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrivateInvite {
    /// The person for whom it is.
    pub jid: String,
    pub code: String,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "super::lenient::optional_time"
    )]
    pub expires_at: Option<EpochMillis>,
}

impl PrivateInvite {
    /// The address that is sent to the person; `None` for a code that is none.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        code(&self.code).map(|code| InviteLink::from_code(code).invite)
    }
}

impl std::fmt::Debug for PrivateInvite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrivateInvite")
            .field("jid", &self.jid)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "AbCdEf1234567890XyZ12";

    #[test]
    fn only_a_link_of_whatsapps_host_is_valid() {
        assert_eq!(
            link_code(&InviteLink::from_code(CODE).invite),
            Some(CODE),
            "the plain link"
        );
        for length in [8, 64] {
            let link = format!("{INVITE_PREFIX}{}", "_".repeat(length));
            assert!(InviteLink::is_link(&link), "{length}");
        }
        for wrong in [
            "",
            "https://chat.whatsapp.com/",
            "https://evil.test/login",
            "https://chat.whatsapp.com.evil.test/AbCdEf1234567890XyZ12",
            "https://chat.whatsapp.com@evil.test/AbCdEf1234567890XyZ12",
            "https://chat.whatsapp.com:8443/AbCdEf1234567890XyZ12",
            "https://evil.test/chat.whatsapp.com/AbCdEf1234567890XyZ12",
            "https://chat.whatsapp.com/AbCdEf1234567890XyZ12/",
            "https://chat.whatsapp.com/AbCdEf1234567890XyZ12?mode=x",
            "https://chat.whatsapp.com/AbCdEf1234567890XyZ12#x",
            "https://chat.whatsapp.com/invite/AbCdEf1234567890XyZ12",
            "https://chat.whatsapp.com/AbCdEf1234567890XyZ12 ",
            " https://chat.whatsapp.com/AbCdEf1234567890XyZ12",
            "https://chat.whatsapp.com/AbCdEf1234567890XyZ12\n",
            "https://chat.whatsapp.com/AbCdEf123456789\u{202e}",
            "https://chat.whatsapp.com/../AbCdEf1234567890XyZ12",
            "https://chat.whatsapp.com/seven77",
            "https://Chat.whatsapp.com/AbCdEf1234567890XyZ12",
            "http://chat.whatsapp.com/AbCdEf1234567890XyZ12",
            "chat.whatsapp.com/AbCdEf1234567890XyZ12",
            "javascript:alert(1)",
            &format!("{INVITE_PREFIX}{}", "x".repeat(65)),
        ] {
            assert!(!InviteLink::is_link(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn a_code_is_parsed_from_every_form_of_the_link() {
        for text in [
            "AbCdEf1234567890XyZ12",
            "https://chat.whatsapp.com/AbCdEf1234567890XyZ12",
            "http://chat.whatsapp.com/AbCdEf1234567890XyZ12",
            "HTTPS://Chat.WhatsApp.com/AbCdEf1234567890XyZ12",
            "chat.whatsapp.com/AbCdEf1234567890XyZ12",
            " https://chat.whatsapp.com/AbCdEf1234567890XyZ12?mode=ems_copy_t \n",
            "https://chat.whatsapp.com/invite/AbCdEf1234567890XyZ12?mode=r_t",
            "https://chat.whatsapp.com/AbCdEf1234567890XyZ12/#top",
            "whatsapp://chat?code=AbCdEf1234567890XyZ12",
            "whatsapp://chat/?code=AbCdEf1234567890XyZ12&mode=x",
            "https://web.whatsapp.com/accept?code=AbCdEf1234567890XyZ12",
            "web.whatsapp.com/accept?code=AbCdEf1234567890XyZ12&utm_campaign=wa",
        ] {
            assert_eq!(code_in(text), Some(CODE), "{text:?}");
        }
    }

    #[test]
    fn other_hosts_and_other_texts_contain_no_code() {
        for text in [
            "",
            "short",
            "AbCdEf 1234567890",
            "https://example.com/AbCdEf1234567890XyZ12",
            "https://chat.whatsapp.com.evil.test/AbCdEf1234567890XyZ12",
            "https://chat.whatsapp.com@evil.test/AbCdEf1234567890XyZ12",
            "https://evil.test/?https://chat.whatsapp.com/AbCdEf1234567890XyZ12",
            "https://notchat.whatsapp.com/AbCdEf1234567890XyZ12",
            "https://chat.whatsapp.com/x/AbCdEf1234567890XyZ12",
            "ftp://chat.whatsapp.com/AbCdEf1234567890XyZ12",
            "whatsapp://chat.evil.test?code=AbCdEf1234567890XyZ12",
            "whatsapp://send?code=AbCdEf1234567890XyZ12",
            "https://web.whatsapp.com.evil.test/accept?code=AbCdEf1234567890XyZ12",
            "https://web.whatsapp.com/accept?code=",
            "https://web.whatsapp.com/AbCdEf1234567890XyZ12",
            "https://wa.me/AbCdEf1234567890XyZ12",
        ] {
            assert_eq!(code_in(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_private_invite_is_a_link_and_hides_its_code() {
        let body = format!(r#"{{"jid": "1@lid", "code": "{CODE}", "expiresAt": 1700000000000}}"#);
        let invite: PrivateInvite = serde_json::from_str(&body).unwrap();
        let link = format!("{INVITE_PREFIX}{CODE}");
        assert_eq!(invite.link().as_deref(), Some(link.as_str()));
        assert!(!format!("{invite:?}").contains(CODE));
        let odd = PrivateInvite {
            code: "x/../y?".to_owned(),
            ..invite
        };
        assert_eq!(odd.link(), None);
    }

    #[test]
    fn a_join_that_waits_for_approval_reports_so() {
        for (body, pending) in [
            (r#"{"groupJid": "1@g.us"}"#, false),
            (r#"{"groupJid": "1@g.us", "pending": null}"#, false),
            (r#"{"groupJid": "1@g.us", "pending": true}"#, true),
        ] {
            let joined: JoinedGroup = serde_json::from_str(body).unwrap();
            assert_eq!(joined.pending, pending, "{body}");
        }
        let joined = JoinedGroup {
            group_jid: "1@g.us".to_owned(),
            pending: false,
        };
        assert_eq!(
            serde_json::to_string(&joined).unwrap(),
            r#"{"groupJid":"1@g.us"}"#
        );
    }
}
