//! The error of a command: an exit code, a sentence, and with `--json` an object.

use super::{Exit, document, note};
use crate::api::ErrorCode;
use crate::client::ClientError;
use crate::config::ConfigError;
use crate::console::failure::{self, FailureKind};
use crate::gateway::store::sqlite::OpenError;
use crate::text::{clean_block, clean_line};
use serde_json::{Map, Value, json};
use std::io::Write as _;

/// The error of a command.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct CommandError {
    pub exit: Exit,
    /// A sentence without a capital and a full stop; it follows the program's name.
    pub message: String,
    /// Further lines of text: possible matches.
    pub more: Vec<String>,
    /// Further members of the JSON object.
    pub details: Map<String, Value>,
}

/// The kind of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// The gateway answers from its store.
    Stored,
    /// The gateway queries WhatsApp.
    Live,
}

impl CommandError {
    #[must_use]
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            more: Vec::new(),
            details: Map::new(),
        }
    }

    /// Adds lines for people.
    #[must_use]
    pub fn listing(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.more.extend(lines);
        self
    }

    /// Adds a member of the JSON object.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// A signal came.
    #[must_use]
    pub fn interrupted(words: &str) -> Self {
        Self::new(Exit::Interrupted, format!("interrupted; {words}"))
    }

    /// The error of a call. Without a reason, 403 means "not an admin" only for live calls.
    #[must_use]
    pub fn of_call(error: ClientError, kind: CallKind) -> Self {
        let status = error.status();
        let refusal = failure::CallFailure::from(error);
        let said = match refusal.message.trim() {
            "" => "the gateway refused without saying why".to_owned(),
            said => clean_line(said).into_owned(),
        };
        let mut capability = None;
        let mut wait = None;
        let (exit, message) = match &refusal.kind {
            _ if status == Some(401) => (
                Exit::NotAllowed,
                "the gateway does not accept this token".to_owned(),
            ),
            FailureKind::MissingCapability {
                capability: lacking,
            } => {
                capability = Some(lacking.clone()).filter(|lacking| !lacking.is_empty());
                (Exit::NotAllowed, lacks(capability.as_deref()))
            }
            FailureKind::NotAdmin if kind == CallKind::Stored => (Exit::NotAllowed, lacks(None)),
            FailureKind::NotAdmin => (
                Exit::NotAdmin,
                "the account is not an admin of the group; an admin must make it one".to_owned(),
            ),
            FailureKind::NotInGroup => (
                Exit::NotAdmin,
                "the account is not in the group; choose another one with --session".to_owned(),
            ),
            FailureKind::Offline => (
                Exit::NotConnected,
                format!("the session is not connected to WhatsApp: {said}"),
            ),
            FailureKind::RateLimited { wait: seconds }
            | FailureKind::TooManyConnects { wait: seconds } => {
                wait = *seconds;
                let pause = seconds.map_or("a minute".to_owned(), |seconds| format!("{seconds} s"));
                (
                    Exit::RateLimited,
                    format!("rate limited; retry in {pause}"),
                )
            }
            FailureKind::GatewayAway => (Exit::GatewayAway, said),
            FailureKind::NoSuchSession | FailureKind::NotInEngine if kind == CallKind::Live => (
                Exit::NotConnected,
                "the gateway lists the session, but its engine does not have it, so it can do nothing now"
                    .to_owned(),
            ),
            _ => {
                let internal = refusal.code == ErrorCode::Internal.as_str();
                let message = if internal && kind == CallKind::Live {
                    format!(
                        "{said}; on some gateways this means that the session cannot reach WhatsApp now, or that the account is no admin of the group"
                    )
                } else {
                    said
                };
                (other(&refusal, status), message)
            }
        };
        let mut failure = Self::new(exit, message);
        let details = [
            ("capability", capability.map(Value::from)),
            ("retryAfterSeconds", wait.map(Value::from)),
            ("status", status.map(Value::from)),
            (
                "gatewayCode",
                Some(refusal.code)
                    .filter(|code| !code.is_empty())
                    .map(Value::from),
            ),
            ("requestId", refusal.request_id.map(Value::from)),
        ];
        for (name, value) in details {
            if let Some(value) = value {
                failure = failure.with(name, value);
            }
        }
        for fault in &refusal.fields {
            failure
                .more
                .push(format!("{}: {}", fault.field, fault.message));
        }
        failure
    }

    fn in_words(&self) -> String {
        let mut text = clean_block(&self.message);
        for line in &self.more {
            text.push_str("\n  ");
            text.push_str(&clean_line(line));
        }
        text
    }

    fn in_json(&self) -> Value {
        let mut error = json!({
            "code": self.exit.word(),
            "exitCode": self.exit.code(),
            "message": self.message,
        });
        if !self.more.is_empty() {
            error["more"] = json!(self.more);
        }
        if let Some(members) = error.as_object_mut() {
            members.extend(self.details.clone());
        }
        json!({ "error": error })
    }
}

fn lacks(capability: Option<&str>) -> String {
    match capability {
        Some(capability) => format!(
            "key lacks capability {}; ask the gateway's operator for one that has it",
            clean_line(capability)
        ),
        None => "key lacks a capability for this; ask the gateway's operator for one that has it"
            .to_owned(),
    }
}

fn other(refusal: &failure::CallFailure, status: Option<u16>) -> Exit {
    if refusal.code == ErrorCode::NotFound.as_str() {
        Exit::NotFound
    } else if refusal.code == ErrorCode::ValidationError.as_str() && !refusal.fields.is_empty() {
        Exit::Usage
    } else if refusal.code == ErrorCode::RateLimited.as_str() {
        // The session's budget: its words say until when.
        Exit::RateLimited
    } else if refusal.code.is_empty() && status.is_some() {
        // Something answers, but no gateway of this contract.
        Exit::GatewayAway
    } else {
        Exit::Failed
    }
}

/// Converts any error to a command error with a fitting exit code.
fn of(error: &anyhow::Error) -> CommandError {
    if let Some(failure) = error.downcast_ref::<CommandError>() {
        return failure.clone();
    }
    let store = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<OpenError>());
    let configured = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<ConfigError>());
    if configured.is_some() {
        return CommandError::new(Exit::Usage, format!("{error:#}"));
    }
    match store {
        Some(OpenError::InUse(_)) => CommandError::new(
            Exit::InUse,
            format!(
                "{error:#}; end that one first, or work through its gateway with --gateway or --profile"
            ),
        ),
        _ => CommandError::new(Exit::Failed, format!("{error:#}")),
    }
}

/// Writes an error to standard error and returns the exit code.
#[must_use]
pub fn report(error: &anyhow::Error, json: bool) -> u8 {
    let failure = of(error);
    if json {
        let text = document(&failure.in_json()).unwrap_or_default();
        let _ = std::io::stderr().write_all(text.as_bytes());
    } else {
        note_lines(&failure.in_words());
    }
    failure.exit.code()
}

/// The first line bears the program's name, the others belong to it.
fn note_lines(text: &str) {
    let mut lines = text.lines();
    note(lines.next().unwrap_or_default());
    for line in lines {
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ErrorObject;
    use std::time::Duration;

    fn api(status: u16, error: Value) -> ClientError {
        ClientError::Api {
            status,
            error: serde_json::from_value::<ErrorObject>(error).unwrap(),
            request_id: Some("req_1".to_owned()),
            retry_after: None,
        }
    }

    fn coded(status: u16, code: &str, details: &Value) -> ClientError {
        api(
            status,
            json!({ "code": code, "message": "so it is", "details": details }),
        )
    }

    #[test]
    fn every_refusal_has_its_exit_code() {
        let none = json!({});
        for (error, asked, exit) in [
            (
                coded(
                    400,
                    "validation_error",
                    &json!({"errors": [{"field": "subject", "message": "is long"}]}),
                ),
                CallKind::Live,
                Exit::Usage,
            ),
            (
                coded(400, "validation_error", &json!({"reason": "refused"})),
                CallKind::Live,
                Exit::Failed,
            ),
            (
                coded(401, "unauthorized", &none),
                CallKind::Stored,
                Exit::NotAllowed,
            ),
            (
                coded(403, "forbidden", &json!({"capability": "send"})),
                CallKind::Live,
                Exit::NotAllowed,
            ),
            (
                coded(403, "forbidden", &none),
                CallKind::Live,
                Exit::NotAdmin,
            ),
            (
                coded(403, "forbidden", &none),
                CallKind::Stored,
                Exit::NotAllowed,
            ),
            (
                coded(403, "forbidden", &json!({"reason": "not_in_group"})),
                CallKind::Live,
                Exit::NotAdmin,
            ),
            (
                coded(404, "not_found", &none),
                CallKind::Stored,
                Exit::NotFound,
            ),
            (coded(409, "conflict", &none), CallKind::Live, Exit::Failed),
            (
                coded(429, "rate_limited", &none),
                CallKind::Live,
                Exit::RateLimited,
            ),
            (coded(500, "internal", &none), CallKind::Live, Exit::Failed),
            (
                coded(501, "not_implemented", &none),
                CallKind::Live,
                Exit::NotConnected,
            ),
            (
                coded(503, "gateway_unavailable", &none),
                CallKind::Live,
                Exit::GatewayAway,
            ),
            (
                ClientError::Unreachable("refused".into()),
                CallKind::Stored,
                Exit::GatewayAway,
            ),
            (
                ClientError::TimedOut(Duration::from_secs(5)),
                CallKind::Stored,
                Exit::GatewayAway,
            ),
            (
                ClientError::NotTheContract {
                    status: 200,
                    text: "<html>".into(),
                },
                CallKind::Stored,
                Exit::GatewayAway,
            ),
        ] {
            let shown = format!("{error:?}");
            assert_eq!(CommandError::of_call(error, asked).exit, exit, "{shown}");
        }
    }

    #[test]
    fn the_json_object_contains_all_details() {
        let limited = ClientError::Api {
            status: 429,
            error: serde_json::from_value(json!({ "code": "rate_limited" })).unwrap(),
            request_id: Some("req_1".to_owned()),
            retry_after: Some(Duration::from_millis(4_200)),
        };
        assert_eq!(
            CommandError::of_call(limited, CallKind::Live).in_json(),
            json!({ "error": {
                "code": "rate_limited",
                "exitCode": 8,
                "message": "rate limited; retry in 5 s",
                "retryAfterSeconds": 5,
                "status": 429,
                "gatewayCode": "rate_limited",
                "requestId": "req_1",
            }})
        );
    }

    #[test]
    fn untrusted_text_is_cleaned() {
        let error = api(
            500,
            json!({ "code": "internal", "message": "a\u{1b}[2J\nb" }),
        );
        let words = CommandError::of_call(error.clone(), CallKind::Stored).in_words();
        assert_eq!(words, "a\u{FFFD}[2J b");
        let words = CommandError::of_call(error, CallKind::Live).in_words();
        assert!(words.ends_with("no admin of the group"), "{words}");
        let listed = CommandError::new(Exit::Ambiguous, "which").listing(["x\u{1b}\ny".to_owned()]);
        assert_eq!(listed.in_words(), "which\n  x\u{FFFD} y");
    }

    #[test]
    fn a_data_directory_in_use_has_its_own_exit_code() {
        let error =
            anyhow::Error::from(OpenError::InUse("desk.sqlite".into())).context("cannot start");
        let failure = of(&error);
        assert_eq!(failure.exit, Exit::InUse);
        assert!(failure.message.contains("--gateway"), "{failure}");
    }
}
