//! The passkey step, from the request to the linked phone, with every refusal.

mod steps;
mod troubles;

use super::*;
use crate::api::{LinkStep, PASSKEY_MAX, PasskeyAnswer, PasskeyRequest, PasskeyStep};
use crate::console::layout::pairing_parts;
use crate::console::state::{Passkey, PasskeyStage};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

const CHALLENGE: &str = "AQIDBA";
const SIGNATURE: &str = "MEUCIQDqasecrets";

fn asks_passkey() -> Session {
    Session {
        link_step: Some(LinkStep::Passkey),
        status_reason: Some("WhatsApp asks for the account's passkey".to_owned()),
        ..unlinked("new", SessionStatus::ScanQrCode)
    }
}

fn request(challenge: &str) -> PasskeyRequest {
    let json = json!({"challenge": challenge, "timeout": 600_000, "rpId": "whatsapp.com"});
    PasskeyRequest::parse(&json.to_string()).unwrap()
}

fn asked(challenge: &str) -> Reply {
    Reply::Passkey(Ok(PasskeyStep {
        request: Some(request(challenge)),
        code: None,
    }))
}

fn to_compare(code: &str) -> Reply {
    Reply::Passkey(Ok(PasskeyStep {
        request: None,
        code: Some(code.to_owned()),
    }))
}

/// What a browser prints for this challenge, on several lines.
fn printed(challenge: &str) -> String {
    let client = json!({"type": "webauthn.get", "challenge": challenge, "origin": "https://web.whatsapp.com"});
    let answer = json!({
        "id": "c2lnbmVk", "rawId": "c2lnbmVk", "type": "public-key",
        "response": {
            "clientDataJSON": BASE64_URL_SAFE_NO_PAD.encode(client.to_string()),
            "authenticatorData": "AAEC", "signature": SIGNATURE, "userHandle": null,
        },
    });
    serde_json::to_string_pretty(&answer).unwrap()
}

fn step_call() -> Call {
    Call::Passkey("new".to_owned())
}

fn over() -> CallFailure {
    CallFailure {
        status: Some(404),
        ..refused("not_found", FailureKind::Other)
    }
}

impl Harness {
    /// WhatsApp asks for the passkey, and the request is shown.
    fn asked_passkey(size: (u16, u16)) -> Self {
        let mut desk = Self::with_code(size);
        desk.hear("WhatsApp asks for the account's passkey");
        // The one that was sent before the event may be older.
        while desk.is_asked(&session_call()) {
            desk.answer(&session_call(), Reply::Session(Ok(asks_passkey())));
        }
        desk.answer(&step_call(), asked(CHALLENGE));
        desk
    }

    /// The answer is pasted.
    fn pasted(size: (u16, u16)) -> Self {
        let mut desk = Self::asked_passkey(size);
        desk.press("Enter");
        desk.send(Msg::Paste(printed(CHALLENGE)));
        desk
    }

    /// The answer is in flight.
    fn sending(size: (u16, u16)) -> Self {
        let mut desk = Self::pasted(size);
        desk.press("Enter");
        desk
    }

    /// The code is shown.
    fn comparing(size: (u16, u16)) -> Self {
        let mut desk = Self::sending(size);
        desk.answer_change(Reply::PasskeyAnswered(Ok(())));
        desk.read_step(&to_compare("KX7R2WMB"));
        desk
    }

    fn hear(&mut self, reason: &str) {
        let payload = json!({"status": "scan_qr_code", "reason": reason});
        self.event(EventKind::SessionStatus, "new", payload);
    }

    /// Answers all reads of the step.
    #[track_caller]
    fn read_step(&mut self, reply: &Reply) {
        assert!(self.is_asked(&step_call()), "{:?}", self.asked);
        while self.is_asked(&step_call()) {
            self.answer(&step_call(), reply.clone());
        }
    }

    fn fail_change(&mut self, failure: CallFailure) {
        self.answer_change(Reply::PasskeyAnswered(Err(failure)));
    }

    #[track_caller]
    fn passkey(&self) -> &Passkey {
        self.pairing().passkey.as_ref().expect("the passkey step")
    }

    #[track_caller]
    fn press_button(&mut self, button: ButtonId) {
        for _ in 0..8 {
            if self.pairing().focus == FieldOrButton::Button(button) {
                return self.press("Enter");
            }
            self.press("Tab");
        }
        panic!("{button:?} cannot be reached");
    }

    /// The words of the screen without the breaks of its lines.
    fn words(&self) -> String {
        let screen = self.screen().replace(['│', '"'], " ");
        screen.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn click_on(&mut self, column: u16, row: u16) {
        self.send(Msg::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }));
    }
}

impl Harness {
    fn relisted(&mut self, new: Session) {
        self.send(Msg::Realtime(RealtimeEvent::Connected));
        let rows = vec![session("a", SessionStatus::Working), new];
        while self.is_asked(&Call::Sessions) {
            let reply = Reply::Sessions(Ok(rows.clone()));
            self.answer(&Call::Sessions, reply);
        }
    }
}
