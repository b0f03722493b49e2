//! "Add an account" in all its steps and failures.

use super::fixture::{NOW, REQUEST, SUPPORT, desk, failure, typed};
use super::scenes::Scene;
use super::{render, text};
use crate::api::{PasskeyRequest, Session, SessionStatus};
use crate::console::failure::FailureKind;
use crate::console::layout::{Target, hit, pairing_parts, screen};
use crate::console::state::{
    ButtonId, FieldOrButton, Layer, LinkMethod, Linked, Pairing, PairingError, PairingQr,
    PairingSecret, PairingStep, Pane, Passkey, PasskeyStage, PasskeyTrouble, State,
};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

const NEW: &str = "01NEWPHONE";

pub const SCENES: &[Scene] = &[
    ("pair-name", || {
        with(|pairing| {
            pairing.session = None;
            pairing.step = PairingStep::Label;
            pairing.focus = FieldOrButton::Field;
            pairing.label = typed("Front desk");
        })
    }),
    ("pair-name-fault", || {
        with(|pairing| {
            pairing.session = None;
            pairing.step = PairingStep::Label;
            pairing.focus = FieldOrButton::Field;
            pairing.label = typed(&"Front desk ".repeat(10));
            pairing.fault = Some("109 characters; at most 100 are allowed.".to_owned());
        })
    }),
    ("pair-adding", || {
        with(|pairing| {
            pairing.session = None;
            pairing.step = PairingStep::Creating(REQUEST);
        })
    }),
    ("pair-not-added", || {
        with(|pairing| {
            pairing.session = None;
            pairing.step = refused(FailureKind::GatewayAway);
            pairing.focus = FieldOrButton::Button(ButtonId::Next);
        })
    }),
    ("pair-forbidden", || {
        let capability = "manage".to_owned();
        with(move |pairing| {
            pairing.session = None;
            pairing.step = refused(FailureKind::MissingCapability { capability });
            pairing.focus = FieldOrButton::Button(ButtonId::Next);
        })
    }),
    ("pair-waiting", || with(|pairing| pairing.qr = None)),
    ("pair-held-up", || {
        let mut state = with(|pairing| pairing.qr = None);
        if let Some(row) = state.sessions.rows.last_mut() {
            row.status = SessionStatus::Starting;
            let reason = "no connection to WhatsApp within 60 s; still trying";
            row.status_reason = Some(reason.to_owned());
        }
        state
    }),
    ("pair-qr", || with(|_| {})),
    ("pair-qr-late", || {
        with(|pairing| pairing.qr = Some(shown(Some(NOW - 1_000))))
    }),
    ("pair-number", || {
        with(|pairing| {
            pairing.method = LinkMethod::Code;
            pairing.focus = FieldOrButton::Field;
            pairing.phone = typed("+62 812-3456");
        })
    }),
    ("pair-number-fault", || {
        with(|pairing| {
            pairing.method = LinkMethod::Code;
            pairing.focus = FieldOrButton::Field;
            pairing.phone = typed("0812 3456 7890");
            pairing.fault = Some("Begin with the country code, such as 62, not with 0.".to_owned());
        })
    }),
    ("pair-asking", || {
        with(|pairing| {
            pairing.method = LinkMethod::Code;
            pairing.asking = Some(REQUEST);
        })
    }),
    ("pair-code", || {
        with(|pairing| {
            pairing.method = LinkMethod::Code;
            pairing.focus = FieldOrButton::Button(ButtonId::Next);
            pairing.code = Some((PairingSecret::new("KX7R2WMB".to_owned()), NOW - 42_000));
        })
    }),
    ("pair-code-old", || {
        with(|pairing| {
            pairing.method = LinkMethod::Code;
            pairing.focus = FieldOrButton::Button(ButtonId::Next);
            pairing.code = Some((PairingSecret::new("KX7R2WMB".to_owned()), NOW - 200_000));
        })
    }),
    ("pair-code-refused", || {
        let mut state = with(|pairing| {
            pairing.method = LinkMethod::Code;
            pairing.focus = FieldOrButton::Button(ButtonId::Next);
            pairing.code = Some((PairingSecret::new("KX7R2WMB".to_owned()), NOW - 42_000));
        });
        if let Some(row) = state.sessions.rows.last_mut() {
            let reason = "WhatsApp does not take the code to type any more; ask for a new one";
            row.status_reason = Some(reason.to_owned());
        }
        state
    }),
    ("pair-passkey-reading", || passkey(|_| {})),
    ("pair-passkey", || {
        passkey(|step| step.stage = PasskeyStage::Asked)
    }),
    ("pair-passkey-pasted", || {
        let mut state = passkey(|step| {
            step.stage = PasskeyStage::Asked;
            step.answer.push(&answer("AQIDBA"));
        });
        focus_field(&mut state);
        state
    }),
    ("pair-passkey-no-answer", || {
        let mut state = passkey(|step| {
            step.stage = PasskeyStage::Asked;
            step.answer.push(&answer("BBBB"));
            step.trouble = step.read_answer().err().map(PasskeyTrouble::Fault);
        });
        focus_field(&mut state);
        state
    }),
    ("pair-passkey-not-sent", || {
        let mut state = passkey(|step| {
            step.stage = PasskeyStage::Asked;
            step.answer.push(&answer("AQIDBA"));
            let failure = failure(FailureKind::GatewayAway, "no");
            step.trouble = Some(PasskeyTrouble::NotTaken(failure));
        });
        focus_field(&mut state);
        state
    }),
    ("pair-passkey-again", || {
        let mut state = passkey(|step| {
            step.stage = PasskeyStage::Asked;
            step.trouble = Some(PasskeyTrouble::AskedAgain);
        });
        if let Some(row) = state.sessions.rows.last_mut() {
            let reason = "WhatsApp did not accept the passkey's answer (error 400); copy the line again, run it again, and give the new answer";
            row.status_reason = Some(reason.to_owned());
        }
        state
    }),
    ("pair-passkey-sending", || {
        passkey(|step| step.stage = PasskeyStage::Sending(REQUEST))
    }),
    ("pair-passkey-sent", || {
        passkey(|step| step.stage = PasskeyStage::Sent)
    }),
    ("pair-passkey-compare", || {
        passkey(|step| step.stage = PasskeyStage::Compare(to_compare()))
    }),
    ("pair-passkey-not-confirmed", || {
        passkey(|step| {
            step.stage = PasskeyStage::Compare(to_compare());
            let mut failure = failure(FailureKind::GatewayAway, "no");
            failure.unconfirmed = true;
            step.trouble = Some(PasskeyTrouble::NotConfirmed(failure));
        })
    }),
    ("pair-passkey-linking", || {
        passkey(|step| step.stage = PasskeyStage::Linking)
    }),
    ("pair-codes-differ", || trouble(PairingError::CodesDiffer)),
    ("pair-throttled", || {
        with(|pairing| {
            pairing.step = refused(FailureKind::RateLimited { wait: Some(30) });
            pairing.focus = FieldOrButton::Button(ButtonId::Close);
        })
    }),
    ("pair-expired", || {
        trouble(PairingError::Ended {
            status: SessionStatus::Failed,
            reason: Some("pairing expired: nobody scanned the code in time".to_owned()),
        })
    }),
    ("pair-stopped", || {
        trouble(PairingError::Ended {
            status: SessionStatus::Stopped,
            reason: None,
        })
    }),
    ("pair-paired", || trouble(PairingError::Paired)),
    ("pair-away", || trouble(PairingError::Away)),
    ("pair-gone", || trouble(PairingError::Gone)),
    ("pair-linked", || {
        let mut state = with(|pairing| {
            pairing.session = Some(SUPPORT.to_owned());
            pairing.step = PairingStep::Linked(Linked {
                number: Some("6281234567890".to_owned()),
                groups: 42,
                changed_at: NOW,
            });
            pairing.focus = FieldOrButton::Button(ButtonId::Close);
        });
        state.focus = Pane::Groups;
        state
    }),
    ("pair-leave", || {
        with(|pairing| {
            pairing.step = PairingStep::AskLeave(None);
            pairing.focus = FieldOrButton::Button(ButtonId::Keep);
        })
    }),
    ("pair-leave-failed", || {
        with(|pairing| {
            let kind = FailureKind::Other;
            pairing.step = PairingStep::AskLeave(Some(failure(kind, "the store is read-only")));
            pairing.focus = FieldOrButton::Button(ButtonId::Keep);
        })
    }),
    ("pair-removing", || {
        with(|pairing| pairing.step = PairingStep::Removing(REQUEST))
    }),
];

fn shown(expires_at: Option<i64>) -> PairingQr {
    PairingQr {
        code: PairingSecret::new(format!("2@{}", "aB3+/=,".repeat(34))),
        expires_at,
    }
}

fn to_compare() -> PairingSecret {
    PairingSecret::new("KX7R2WMB".to_owned())
}

/// The passkey step, changed by the scene.
fn passkey(change: impl FnOnce(&mut Passkey)) -> State {
    with(|pairing| {
        let request = r#"{"challenge":"AQIDBA","timeout":600000,"rpId":"whatsapp.com"}"#;
        let mut step = Passkey {
            request: PasskeyRequest::parse(request).ok(),
            ..Passkey::default()
        };
        change(&mut step);
        pairing.focus = FieldOrButton::Button(match step.stage {
            PasskeyStage::Asked => ButtonId::Copy,
            _ => ButtonId::Cancel,
        });
        pairing.qr = None;
        pairing.passkey = Some(step);
    })
}

fn focus_field(state: &mut State) {
    if let Some(Layer::Pairing(pairing)) = state.layers.last_mut() {
        pairing.focus = FieldOrButton::Field;
    }
}

/// An answer of several kB.
fn answer(challenge: &str) -> String {
    let client = format!(r#"{{"type":"webauthn.get","challenge":"{challenge}"}}"#);
    let signature = "A".repeat(4_000);
    let client = BASE64_URL_SAFE_NO_PAD.encode(client);
    format!(
        r#"{{"id":"AQ","response":{{"clientDataJSON":"{client}","authenticatorData":"AQ","signature":"{signature}"}}}}"#
    )
}

/// At the smallest supported size that is common, every part of the step is visible.
#[test]
fn the_passkey_step_shows_all_of_its_parts_in_80_by_24() {
    for (name, words) in [
        (
            "pair-passkey",
            &["1  Copy", "4  Copy", "Answer", "[ Send ]", "[ Cancel ]"][..],
        ),
        ("pair-passkey-again", &["new answer", "4  Copy", "[ Send ]"]),
        (
            "pair-passkey-not-sent",
            &["characters, not shown", "sends it again."],
        ),
        (
            "pair-passkey-not-confirmed",
            &["KX7R-2WMB", "confirm again", "[ They differ ]"],
        ),
    ] {
        let scene = SCENES.iter().find(|(of, _)| *of == name).unwrap().1;
        let (buffer, _) = render(&mut scene(), 80, 24);
        let shown = text(&buffer, None);
        for word in words {
            assert!(shown.contains(word), "{name}: {word}\n{shown}");
        }
        assert!(!shown.contains("AAAA"), "{name}: the answer is not drawn");
    }
}

fn refused(kind: FailureKind) -> PairingStep {
    PairingStep::Failed(PairingError::Refused {
        failure: failure(kind, "no"),
        at: NOW,
    })
}

fn trouble(trouble: PairingError) -> State {
    with(|pairing| {
        pairing.step = PairingStep::Failed(trouble);
        pairing.focus = FieldOrButton::Button(ButtonId::Close);
    })
}

/// The sessions with the overlay showing a QR code, changed by the scene.
fn with(change: impl FnOnce(&mut Pairing)) -> State {
    let mut state = desk();
    state.focus = Pane::Sessions;
    state.sessions.rows.push(Session {
        id: NEW.to_owned(),
        label: Some("Front desk".to_owned()),
        status: SessionStatus::ScanQrCode,
        ..Session::default()
    });
    state.sessions.cursor = state.sessions.rows.len();
    let mut pairing = Pairing::new(Some(NEW.to_owned()), NOW - 4_000);
    pairing.created = true;
    pairing.qr = Some(shown(Some(NOW + 17_400)));
    change(&mut pairing);
    state.layers.push(Layer::Pairing(Box::new(pairing)));
    state
}

#[test]
fn every_step_looks_as_it_did() {
    insta::with_settings!({ snapshot_path => "screens", prepend_module_to_snapshot => false, omit_expression => true }, {
        for (name, scene) in SCENES {
            for (columns, rows) in [(80, 24), (100, 40), (120, 40), (200, 60)] {
                let (buffer, cursor) = render(&mut scene(), columns, rows);
                insta::assert_snapshot!(format!("{name}-{columns}x{rows}"), text(&buffer, cursor));
            }
        }
    });
}

#[test]
fn every_step_fits_every_size_and_keeps_its_footer() {
    for (name, scene) in SCENES {
        for columns in (0..220).step_by(23) {
            for rows in (0..70).step_by(9) {
                let mut state = scene();
                let (buffer, _) = render(&mut state, columns, rows);
                let _ = hit(&state, columns / 2, rows / 2);
                if screen(&state).is_some() {
                    let shown = text(&buffer, None);
                    let footer = shown.lines().last().unwrap_or_default();
                    assert!(
                        footer.contains("Ctrl-c quit"),
                        "{name} {columns}x{rows}: {footer}"
                    );
                }
            }
        }
    }
}

/// If the code does not fit, the message names exactly the missing rows and columns.
#[test]
fn the_missing_space_is_stated_exactly() {
    for (columns, rows) in [(60, 16), (80, 24), (68, 60), (94, 30), (120, 30)] {
        let mut state = with(|_| {});
        let (buffer, _) = render(&mut state, columns, rows);
        let said = text(&buffer, None).replace(['│', '\n'], " ");
        let said: Vec<_> = said.split_whitespace().collect();
        let said = said.join(" ");
        let more = |unit: &str| -> u16 {
            let at = said.find(&format!(" more {unit}")).unwrap_or(0);
            said[..at]
                .rsplit(' ')
                .next()
                .and_then(|count| count.parse().ok())
                .unwrap_or(0)
        };
        let (wider, higher) = (more("column"), more("row"));
        assert!(wider + higher > 0, "{columns}x{rows}: {said}");
        let has_code = |columns, rows| {
            let mut state = with(|_| {});
            state.size = (columns, rows);
            let screen = screen(&state).expect("large enough");
            let Some(Layer::Pairing(pairing)) = state.layers.last() else {
                panic!("the overlay");
            };
            pairing_parts(&state, &screen, pairing).code.is_some()
        };
        assert!(
            has_code(columns + wider, rows + higher),
            "{columns}x{rows}: {said}"
        );
        if higher > 0 {
            assert!(
                !has_code(columns + wider, rows + higher - 1),
                "{columns}x{rows}"
            );
        }
        if wider > 0 {
            assert!(
                !has_code(columns + wider - 1, rows + higher),
                "{columns}x{rows}"
            );
        }
    }
}

#[test]
fn a_click_on_a_drawn_button_hits_it() {
    for (at, words, button) in [
        ("pair-name", "[ Continue ]", ButtonId::Next),
        ("pair-code", "[ Other number ]", ButtonId::KeepEditing),
        ("pair-leave", "[ Remove ]", ButtonId::Discard),
        ("pair-leave", "[ Keep for later ]", ButtonId::Keep),
    ] {
        let scene = SCENES.iter().find(|(name, _)| *name == at).unwrap().1;
        let mut state = scene();
        let (buffer, _) = render(&mut state, 120, 40);
        let shown = text(&buffer, None);
        let (row, line) = shown
            .lines()
            .enumerate()
            .find(|(_, line)| line.contains(words))
            .unwrap();
        let before = line.split(words).next().unwrap_or_default();
        let column = u16::try_from(crate::text::width(before)).unwrap() + 3;
        let row = u16::try_from(row).unwrap();
        assert_eq!(hit(&state, column, row), Target::Button(button), "{words}");
    }
}
