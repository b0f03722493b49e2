//! "Add an account": linking a WhatsApp session to a phone, by QR code or pairing code.

use super::button::ButtonId;
use super::passkey::Passkey;
use super::secret::PairingSecret;
use crate::api::{EpochMillis, SessionStatus};
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::RequestId;
use ratatui_textarea::TextArea;

/// Longest name of an account, in characters, as the gateway has it.
pub(crate) const NAME_MAX: usize = 100;

/// The QR code to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairingQr {
    pub code: PairingSecret,
    /// By the gateway's clock; unknown at some gateways.
    pub expires_at: Option<EpochMillis>,
}

/// The two ways to link a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkMethod {
    Qr,
    /// Eight characters to type on the phone.
    Code,
}

/// The text fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PairingField {
    Label,
    Phone,
    /// The answer to WhatsApp's request for the passkey.
    Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldOrButton {
    /// The step's text field.
    Field,
    Button(ButtonId),
}

impl FieldOrButton {
    #[must_use]
    pub(crate) fn is_field(self) -> bool {
        self == Self::Field
    }
}

/// A phone was linked; its groups arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// Digits, as far as they are known yet.
    pub number: Option<String>,
    /// The number of groups so far, and when it last changed.
    pub groups: usize,
    pub changed_at: EpochMillis,
}

/// Why the pairing needs the user to continue.
#[derive(Debug, Clone, PartialEq)]
pub enum PairingError {
    /// A call was refused or not answered, at this time.
    Refused {
        failure: CallFailure,
        at: EpochMillis,
    },
    /// The gateway ended the pairing; with its reason, cleaned, if it sent one.
    Ended {
        status: SessionStatus,
        reason: Option<String>,
    },
    /// A phone is linked already.
    Paired,
    /// The gateway lists the session and gives no code for it.
    NoCode,
    /// The phone shows another code than the passkey step.
    CodesDiffer,
    /// The gateway is unreachable: the pairing continues when it is back.
    Away,
    /// The session was removed elsewhere.
    Gone,
}

impl PairingError {
    /// Whole seconds until a retry makes sense; 0 if it does now.
    #[must_use]
    pub(crate) fn wait(&self, now: EpochMillis) -> u64 {
        let Self::Refused { failure, at } = self else {
            return 0;
        };
        let (FailureKind::RateLimited { wait: Some(wait) }
        | FailureKind::TooManyConnects { wait: Some(wait) }) = failure.kind
        else {
            return 0;
        };
        let passed = u64::try_from(now.saturating_sub(*at) / 1_000).unwrap_or(0);
        wait.saturating_sub(passed)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum PairingStep {
    /// The name of the account is typed.
    Label,
    /// The session is being added.
    Creating(RequestId),
    /// Waits for the phone, one way or the other.
    Link,
    Linked(Linked),
    Failed(PairingError),
    /// Asks what to do with the session that was added. With why removing it failed, if it did.
    AskLeave(Option<CallFailure>),
    Removing(RequestId),
}

/// The overlay. The session is added once and never again, whatever happens after.
pub struct Pairing {
    /// The session being linked, once there is one.
    pub session: Option<String>,
    /// Whether this overlay added it, and it is not linked yet: then leaving asks whether to keep it.
    pub created: bool,
    /// The status of a session that existed before: leaving restores it.
    pub was: Option<SessionStatus>,
    pub step: PairingStep,
    /// The way that was chosen; see [`crate::console::layout::pairing_method`] for the one that has room.
    pub method: LinkMethod,
    pub focus: FieldOrButton,
    pub label: TextArea<'static>,
    pub phone: TextArea<'static>,
    /// The field disappeared while a number was being typed: blanks press no button until another key shows
    /// that the user has noticed.
    pub(crate) field_left: bool,
    /// The fault of the field's text.
    pub fault: Option<String>,
    pub qr: Option<PairingQr>,
    /// The pairing code, and when it was created.
    pub code: Option<(PairingSecret, EpochMillis)>,
    /// The passkey step, which replaces both ways while WhatsApp waits for it.
    pub passkey: Option<Passkey>,
    /// A pairing code is in flight.
    pub asking: Option<RequestId>,
    /// Since when it waits for a QR code.
    pub since: EpochMillis,
    /// Whether the session's status belongs to this attempt, not to an earlier one.
    pub(crate) armed: bool,
    /// When to read the next code, or more groups.
    pub(crate) due: Option<EpochMillis>,
    /// The code is requested once the session's status is known not to be an end.
    pub(crate) wants_qr: bool,
}

impl Pairing {
    /// For an existing session, or for a new one.
    #[must_use]
    pub(crate) fn new(session: Option<String>, now: EpochMillis) -> Self {
        let (step, focus) = match session {
            Some(_) => (PairingStep::Link, FieldOrButton::Button(ButtonId::Swap)),
            None => (PairingStep::Label, FieldOrButton::Field),
        };
        Self {
            session,
            created: false,
            was: None,
            step,
            method: LinkMethod::Qr,
            focus,
            label: TextArea::default(),
            phone: TextArea::default(),
            field_left: false,
            fault: None,
            qr: None,
            code: None,
            passkey: None,
            asking: None,
            since: now,
            armed: false,
            due: None,
            wants_qr: false,
        }
    }

    /// The name as it would be sent.
    #[must_use]
    pub(crate) fn typed_label(&self) -> String {
        self.label.lines().join(" ").trim().to_owned()
    }

    /// The number as it was typed.
    #[must_use]
    pub(crate) fn typed_phone(&self) -> String {
        self.phone.lines().join(" ")
    }

    /// Whether it waits for a phone, so that codes and the session's status concern it.
    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self.step, PairingStep::Link | PairingStep::AskLeave(_))
    }

    /// Whether a QR code may arrive for it.
    pub(crate) fn awaits_qr(&self) -> bool {
        self.is_waiting() && self.passkey.is_none()
    }

    /// The code that is drawn in big letters.
    #[must_use]
    pub(crate) fn big_code(&self) -> Option<&str> {
        match (&self.passkey, &self.code) {
            (Some(passkey), _) => passkey.code(),
            (None, Some((code, _))) => Some(code.reveal()),
            (None, None) => None,
        }
    }

    /// Drops every code, and the passkey step.
    pub(crate) fn forget(&mut self) {
        self.qr = None;
        self.code = None;
        self.passkey = None;
        self.asking = None;
        self.due = None;
        self.wants_qr = false;
    }
}

/// The digits of a phone number as people write it: with a plus sign or `00` before it, with blanks,
/// dashes, dots, slashes and brackets in it.
///
/// # Errors
/// What the gateway would refuse: other characters, no country code, fewer than 7 or more than 15
/// digits. The message is for people.
pub(crate) fn phone_digits(typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    let (international, rest) = match typed.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, typed),
    };
    let mut digits = String::new();
    for character in rest.chars() {
        match character {
            '0'..='9' => digits.push(character),
            ' ' | '\u{a0}' | '-' | '\u{2010}'..='\u{2013}' | '.' | '/' | '(' | ')' => {}
            _ => return Err("Only digits, blanks, dashes and a + before them.".to_owned()),
        }
    }
    if !international && let Some(rest) = digits.strip_prefix("00") {
        digits = rest.to_owned();
    }
    if digits.is_empty() {
        return Err("Type the number of the phone to link.".to_owned());
    }
    if digits.starts_with('0') {
        return Err("Begin with the country code, such as 62, not with 0.".to_owned());
    }
    if !(7..=15).contains(&digits.len()) {
        return Err(format!(
            "7 to 15 digits with the country code; these are {}.",
            digits.len()
        ));
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_accepted_in_common_formats() {
        for typed in [
            "+62 812-3456-7890",
            "0062 812 3456 7890",
            "6281234567890",
            " 62 (812) 3456.7890 ",
            "+62\u{a0}812\u{2013}3456/7890",
        ] {
            assert_eq!(
                phone_digits(typed).as_deref(),
                Ok("6281234567890"),
                "{typed}"
            );
        }
        for (typed, word) in [
            ("", "Type the number"),
            ("+", "Type the number"),
            ("0812 3456 7890", "country code"),
            ("+00 62 812", "country code"),
            ("123456", "these are 6"),
            ("1234567890123456", "these are 16"),
            ("62 812 abc", "Only digits"),
            ("62+812", "Only digits"),
            ("٦٢٨١٢٣٤٥٦", "Only digits"),
        ] {
            let fault = phone_digits(typed).unwrap_err();
            assert!(fault.contains(word), "{typed}: {fault}");
        }
    }

    #[test]
    fn secrets_do_not_show_in_debug_output() {
        let shown = PairingQr {
            code: PairingSecret::new("2@hidden".to_owned()),
            expires_at: Some(1),
        };
        assert!(!format!("{shown:?}").contains("hidden"));
        let code = crate::api::QrCode {
            code: "2@hidden".to_owned(),
            expires_at: None,
        };
        assert!(!format!("{code:?}").contains("hidden"));
        let code = crate::api::PairingCode {
            code: "HIDDEN12".to_owned(),
        };
        assert!(!format!("{code:?}").contains("HIDDEN"));
    }
}
