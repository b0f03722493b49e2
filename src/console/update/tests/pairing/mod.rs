//! "Add an account", from the name to the first groups, with every failure.

mod adding;
mod codes;
mod ends;
mod passkey;
mod unproven;

use super::*;
use crate::api::{Capability, FieldError, PairingCode, QrCode};
use crate::console::layout::{pairing_buttons, pairing_method};
use crate::console::state::{
    ButtonId, Connection, FieldOrButton, LinkMethod, Pairing, PairingError, PairingStep, Pane,
    SessionScope,
};

const BROAD: (u16, u16) = (100, 40);
const PHONE: &str = "+62 812-3456-7890";

fn unlinked(id: &str, status: SessionStatus) -> Session {
    Session {
        id: id.to_owned(),
        label: Some("Front desk".to_owned()),
        status,
        updated_at: START,
        ..Session::default()
    }
}

fn text(nth: u8) -> String {
    format!("2@{nth}{}", "x".repeat(242))
}

fn qr(desk: &Harness, nth: u8, seconds: i64) -> Reply {
    Reply::PairingQr(Ok(QrCode {
        code: text(nth),
        expires_at: Some(desk.state.now + seconds * 1_000),
    }))
}

fn refused(code: &str, kind: FailureKind) -> CallFailure {
    CallFailure {
        code: code.to_owned(),
        ..failure(kind)
    }
}

fn created() -> Call {
    Call::CreateSession {
        label: Some("Front desk".to_owned()),
    }
}

fn qr_call() -> Call {
    Call::PairingQr("new".to_owned())
}

fn session_call() -> Call {
    Call::Session("new".to_owned())
}

fn code_call() -> Call {
    Call::PairingCode {
        session: "new".to_owned(),
        phone: "6281234567890".to_owned(),
    }
}

impl Harness {
    /// The overlay is open; no request has been sent.
    fn adding(size: (u16, u16)) -> Self {
        let mut desk = Self::ready(size);
        desk.press("BackTab");
        desk.press("a");
        desk
    }

    /// The account was added, and its first QR code requested.
    fn added(size: (u16, u16)) -> Self {
        let mut desk = Self::adding(size);
        desk.type_text("Front desk");
        desk.press("Enter");
        let new = unlinked("new", SessionStatus::Starting);
        desk.answer(&created(), Reply::SessionCreated(Ok(new)));
        desk.relist(SessionStatus::Starting);
        desk.list("new", Vec::new());
        desk
    }

    /// The first QR code is shown.
    fn with_code(size: (u16, u16)) -> Self {
        let mut desk = Self::added(size);
        let reply = qr(&desk, 1, 60);
        desk.answer(&qr_call(), reply);
        desk
    }

    /// The pairing code is shown.
    fn typed(size: (u16, u16)) -> Self {
        let mut desk = Self::with_code(size);
        desk.press("Tab");
        desk.type_text(PHONE);
        desk.press("Enter");
        let code = "ABCD1234".to_owned();
        desk.answer(&code_call(), Reply::PairingCode(Ok(PairingCode { code })));
        desk
    }

    fn relist(&mut self, status: SessionStatus) {
        let rows = vec![
            session("a", SessionStatus::Working),
            session("b", SessionStatus::Stopped),
            unlinked("new", status),
        ];
        self.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    }

    #[track_caller]
    fn pairing(&self) -> &Pairing {
        let layers = self.state.layers.iter();
        let mut found = layers.filter_map(|layer| match layer {
            Layer::Pairing(pairing) => Some(&**pairing),
            _ => None,
        });
        found.next().expect("the overlay is open")
    }

    #[track_caller]
    fn trouble(&self) -> &PairingError {
        match &self.pairing().step {
            PairingStep::Failed(trouble) => trouble,
            step => panic!("{step:?} is no trouble"),
        }
    }

    fn code(&self) -> Option<&str> {
        Some(self.pairing().qr.as_ref()?.code.reveal())
    }
}
