//! `/sessions`

use super::super::examples;
use super::super::operation::{Operation, Reach, Tag};
use super::super::refusals::{driver, too_many_connects};
use crate::api::{CreateSession, PairingCodeRequest, UpdateSession};
use crate::gateway::Error;
use crate::gateway::whatsapp::DriverError;

pub(super) fn operations() -> Vec<Operation> {
    let row = |method, path, id, summary| Operation::new(Tag::Sessions, method, path, id, summary);
    let act = |path, id, summary| {
        row("POST", path, id, summary).gives(
            200,
            "The current state of the session.",
            &examples::session(),
        )
    };
    vec![
        row("GET", "/api/v1/sessions", "listSessions", "List the sessions")
            .about("All sessions of the caller's organization, oldest first.")
            .gives(200, "The sessions.", &examples::page(examples::session()))
            .offers("session", "/data/0/id"),
        row("POST", "/api/v1/sessions", "createSession", "Add a session")
            .about("The body may be left out. With `start` the session begins to connect at once, and so to pair: its code comes from `GET /api/v1/sessions/{session}/qr` or as the event `auth.qr`.")
            .may_take(&CreateSession {
                label: Some("Parish office".to_owned()),
                start: Some(true),
                ..CreateSession::default()
            })
            .gives(201, "The new session.", &examples::new_session())
            .refuses([("no_organization", Error::NoOrganization)])
            .offers("session", "/id"),
        row("GET", "/api/v1/sessions/{session}", "getSession", "Get a session")
            .gives(200, "The session.", &examples::session()),
        row("PATCH", "/api/v1/sessions/{session}", "updateSession", "Rename a session")
            .about("An empty `label` takes the name away. An extension of this gateway.")
            .takes(&UpdateSession { label: "Sales".to_owned() })
            .gives(200, "The session with its new name.", &examples::session()),
        row("DELETE", "/api/v1/sessions/{session}", "deleteSession", "Remove a session")
            .about("Unlinks the account from its phone where that is possible, and removes the session, its key material and its stored groups.")
            .becomes(204, "It is gone.")
            .reaches(Reach::Account),
        act("/api/v1/sessions/{session}:start", "startSession", "Connect a session")
            .about("May be repeated. A session without a phone begins to pair. One that does not run connects, which a session may only so often (429, `details.limit` = `connects`).")
            .refuses([too_many_connects()]),
        act("/api/v1/sessions/{session}:stop", "stopSession", "Disconnect a session")
            .about("May be repeated. The link to the phone stays; the session stays stopped until it is started."),
        act("/api/v1/sessions/{session}:restart", "restartSession", "Disconnect and connect a session")
            .about("Connects are rate limited: 429 with `details.limit` = `connects` changes nothing.")
            .refuses([too_many_connects()]),
        act("/api/v1/sessions/{session}:logout", "logOutSession", "Unlink a session from its phone")
            .about("Idempotent. The session is kept with status `logged_out`; starting it begins pairing.")
            .reaches(Reach::Account),
        row("GET", "/api/v1/sessions/{session}/me", "getAccount", "Get the account behind a session")
            .gives(200, "Who the account is, as far as known.", &examples::me()),
        row("GET", "/api/v1/sessions/{session}/qr", "getQrCode", "Get the code to scan")
            .about("Begins to pair when that is not under way. 404 until a code is ready: ask again after a second. A code lasts for about twenty seconds, then another takes its place.")
            .gives(200, "The text to draw as a QR code.", &examples::qr())
            .refuses([
                ("no_code_yet", Error::NotFound("qr code")),
                too_many_connects(),
                driver(DriverError::AlreadyPaired),
                ("other_link", DriverError::Conflict("another link is being made".into()).into()),
            ])
            .reaches(Reach::Account),
        row("POST", "/api/v1/sessions/{session}/pairing-code", "getPairingCode", "Get a code to type on the phone")
            .about("Begins to pair when that is not under way.")
            .takes(&PairingCodeRequest { phone: "628123456789".to_owned() })
            .gives(200, "Eight characters.", &examples::pairing_code())
            .refuses([
                too_many_connects(),
                driver(DriverError::AlreadyPaired),
                ("other_link", DriverError::Conflict("another link is being made".into()).into()),
            ])
            .reaches(Reach::Account),
        row("GET", "/api/v1/sessions/{session}/passkey", "getPasskey", "Get what the passkey step asks for")
            .about("Some accounts need their passkey to link a phone (`linkStep` is `passkey`). `request` is what `navigator.credentials.get` takes as `publicKey`, on https://web.whatsapp.com; `code` has to be compared with the one on the phone. Neither: the assertion was sent, and WhatsApp is waited for. An extension of this gateway.")
            .gives(200, "What is to be done now.", &examples::passkey_step())
            .refuses([("no_passkey_step", Error::NotFound("passkey step"))]),
        row("POST", "/api/v1/sessions/{session}/passkey", "answerPasskey", "Answer the passkey step")
            .about("First `{\"assertion\": …}`, what the browser returned as JSON; then, when the phone shows the same code, `{\"confirm\": true}`. After a refusal another assertion may be given, for as long as the request stands. An extension of this gateway.")
            .takes(&examples::passkey_answer())
            .becomes(204, "WhatsApp has it.")
            .refuses([
                ("no_passkey_step", Error::NotFound("passkey step")),
                ("not_now", Error::Conflict { message: "there is no code to confirm yet".to_owned(), reason: None }),
                ("passkey_refused", DriverError::Refused("WhatsApp did not accept the passkey's answer".into()).into()),
            ])
            .reaches(Reach::Account),
    ]
}
