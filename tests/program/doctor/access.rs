//! The access of a token, at our gateway and at others of the contract.

use crate::doctor::patient::{Patient, Report};
use crate::doctor::stub::{self, Answer, Question, well};
use crate::support::{Gateway, Key};

const INTERNAL: &str = r#"{"error":{"code":"internal","message":"oops"}}"#;

/// Examines our gateway with this key.
async fn examine(gateway: &Gateway, key: &str) -> Report {
    let patient = Patient::bare(&gateway.url).token(key);
    tokio::task::spawn_blocking(move || patient.examine())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_and_a_key_without_faults_pass() {
    let gateway = Gateway::start().await;
    let report = examine(&gateway, Key::All.secret()).await;
    report.passes();
    for step in [
        "config",
        "token",
        "resolve",
        "connect",
        "health",
        "clock",
        "access",
        "capability.read",
        "capability.send",
        "capability.manage",
        "capability.events",
        "groups",
        "realtime",
    ] {
        assert_eq!(report.step(step), ("ok", "ok"), "{:#}", report.json);
    }
    assert!(!report.json.to_string().contains(Key::All.secret()));

    let patient = Patient::bare(&gateway.url).token(Key::All.secret());
    let (code, lines) = tokio::task::spawn_blocking(move || patient.run(&[]))
        .await
        .unwrap();
    assert_eq!(code, 0);
    let is_line = |line: &str| line.starts_with("ok") || line.starts_with("skip");
    assert!(lines.lines().all(is_line), "{lines}");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_missing_capability_is_named() {
    let gateway = Gateway::start().await;
    for (key, has) in [
        (Key::Read, "read"),
        (Key::Send, "send"),
        (Key::Manage, "manage"),
        (Key::Events, "events"),
    ] {
        let report = examine(&gateway, key.secret()).await;
        for (name, result, code) in [
            ("read", "fail", "lacks_read"),
            ("send", "warn", "lacks_send"),
            ("manage", "warn", "lacks_manage"),
            ("events", "warn", "lacks_events"),
        ] {
            let expected = if name == has {
                ("ok", "ok")
            } else {
                (result, code)
            };
            let step = format!("capability.{name}");
            assert_eq!(report.step(&step), expected, "{has}: {:#}", report.json);
        }
        // A token without `read` is useless at a desk.
        assert_eq!(report.code, i32::from(has != "read"));
    }
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_key_is_reported() {
    let gateway = Gateway::start().await;
    let report = examine(&gateway, "wa_nobody-knows-this-key").await;
    report.fails_only("access", "unauthorized");
    assert_eq!(report.step("capability.read").0, "skip");
    gateway.stop().await;
}

fn forbidden(capability: &str) -> Answer {
    Answer::new(
        403,
        &format!(
            r#"{{"error":{{"code":"forbidden","message":"no","details":{{"capability":"{capability}"}}}}}}"#
        ),
    )
}

fn at(answer: fn(&Question) -> Answer) -> Patient {
    Patient::new(&format!("http://127.0.0.1:{}", stub::plain(answer)))
}

#[test]
fn a_gateway_without_realtime_is_a_warning() {
    let report = at(well).examine();
    report.passes();
    assert_eq!(report.step("realtime"), ("warn", "no_realtime"));
    assert_eq!(report.step("capability.events").0, "skip");
    // It lists its sessions, which needs `manage` where there is no audit log.
    assert_eq!(report.step("capability.manage").0, "ok");
}

#[test]
fn a_ticket_without_a_stream_fails() {
    let report = at(|question| match question.path.as_str() {
        "/api/v1/realtime/ticket" => Answer::new(
            201,
            r#"{"ticket":"rt_x","expiresInSeconds":30,"url":"/api/v1/realtime"}"#,
        ),
        _ => well(question),
    })
    .examine();
    report.fails_only("realtime", "realtime_broken");
}

#[test]
fn a_gateway_that_lists_no_sessions_is_reported() {
    fn unlisted(question: &Question) -> Answer {
        match question.path.as_str() {
            "/api/v1/sessions" => forbidden("manage"),
            _ => well(question),
        }
    }
    let report = at(unlisted).examine();
    report.passes();
    assert_eq!(report.step("access"), ("warn", "sessions_not_listed"));
    assert_eq!(report.step("capability.manage"), ("warn", "lacks_manage"));
    let report = at(unlisted).raw("sessions = [\"01A\"]").examine();
    assert_eq!(report.step("access"), ("ok", "ok"));
}

#[test]
fn an_answer_outside_the_contract_fails() {
    let report = at(|question| match question.path.as_str() {
        path if path.starts_with("/api") => Answer::new(200, "It works!"),
        _ => well(question),
    })
    .examine();
    report.fails_only("access", "not_the_contract");
}

#[test]
fn a_login_page_is_recognized() {
    let report = at(|question| match question.path.as_str() {
        path if path.starts_with("/api") => Answer::new(200, "<html><b>Log in</b></html>"),
        _ => well(question),
    })
    .examine();
    report.fails_only("access", "web_page");
}

#[test]
fn refused_and_truncated_answers_fail() {
    let sessions = |answer: fn() -> Answer| {
        let port = stub::plain(move |question: &Question| match question.path.as_str() {
            "/api/v1/sessions" => answer(),
            _ => well(question),
        });
        Patient::new(&format!("http://127.0.0.1:{port}")).examine()
    };
    let report = sessions(|| Answer::new(500, INTERNAL));
    report.fails_only("access", "refused");
    // Two lengths: the end of such an answer is undefined.
    let report = sessions(|| Answer::new(200, "{}").header("Content-Length", "90"));
    report.fails_only("access", "no_answer");
}

/// A gateway with this answer to requests for a ticket.
fn ticket(answer: fn() -> Answer) -> Report {
    let port = stub::plain(move |question: &Question| match question.path.as_str() {
        "/api/v1/realtime/ticket" => answer(),
        path if path.starts_with("/api/v1/realtime?") => loop {
            std::thread::park();
        },
        _ => well(question),
    });
    Patient::new(&format!("http://127.0.0.1:{port}"))
        .patience(1)
        .examine()
}

#[test]
fn a_refused_ticket_is_not_a_connection_fault() {
    let report = ticket(|| Answer::new(500, INTERNAL));
    report.fails_only("realtime", "no_ticket");
    let report = ticket(|| {
        Answer::new(429, r#"{"error":{"code":"rate_limited","message":"slow"}}"#)
            .header("Retry-After", "60")
    });
    report.passes();
    assert_eq!(report.step("realtime"), ("warn", "no_ticket"));
}

#[test]
fn a_stream_without_frames_fails() {
    let report = ticket(|| {
        Answer::new(
            201,
            r#"{"ticket":"rt_x","expiresInSeconds":30,"url":"/api/v1/realtime"}"#,
        )
    });
    report.fails_only("realtime", "realtime_silent");
}

#[test]
fn a_gateway_with_an_unavailable_store_is_not_a_wrong_token() {
    let report = at(|question| match question.path.as_str() {
        "/readyz" => Answer::new(503, "not ready"),
        path if path.starts_with("/api") => Answer::new(
            401,
            r#"{"error":{"code":"unauthorized","message":"missing or invalid credentials"}}"#,
        ),
        _ => well(question),
    })
    .examine();
    assert_eq!(report.step("health"), ("fail", "not_ready"));
    assert_eq!(report.step("access"), ("fail", "not_ready"));
    assert_eq!(report.step("capability.read").0, "skip");
}

/// A gateway with one session and this answer to reads of its groups.
fn groups(answer: fn(&str) -> Answer) -> Report {
    let port = stub::plain(move |question: &Question| {
        let of_session = "/api/v1/sessions/01A/groups";
        match question.path.strip_prefix(of_session) {
            Some(rest) => answer(rest),
            None if question.path == "/api/v1/sessions" => {
                Answer::new(200, r#"{"data":[{"id":"01A","status":"working"}]}"#)
            }
            None => well(question),
        }
    });
    Patient::new(&format!("http://127.0.0.1:{port}")).examine()
}

#[test]
fn groups_that_cannot_be_read_are_reported() {
    let report = groups(|_| Answer::new(500, INTERNAL));
    report.fails_only("groups", "groups_not_read");
    let report = groups(|rest| match rest {
        "" => Answer::new(200, r#"{"data":[{"id":1,"groupJid":"1@g.us"}]}"#),
        _ => Answer::new(500, INTERNAL),
    });
    report.fails_only("groups", "group_not_read");
    let report = groups(|_| Answer::new(200, r#"{"data":[{"id":1},{"id":2}]}"#));
    report.fails_only("groups", "no_group_readable");
}

#[test]
fn skipped_rows_are_counted() {
    let report = groups(|rest| match rest {
        "" => Answer::new(200, r#"{"data":[{"id":1,"groupJid":"1@g.us"},{"id":2}]}"#),
        "/1%40g.us" => Answer::new(200, r#"{"id":1,"groupJid":"1@g.us"}"#),
        _ => Answer::new(200, r#"{"data":[{"id":1,"lid":"1@lid"},{"id":2},7]}"#),
    });
    report.passes();
    assert_eq!(report.step("groups"), ("warn", "rows_left_out"));
    let report_text = report.json.to_string();
    assert!(
        report_text.contains("1 group and 2 members cannot be read"),
        "{report_text}"
    );
    let report = at(|question| match question.path.as_str() {
        "/api/v1/sessions" => Answer::new(200, r#"{"data":[{"status":"working"}]}"#),
        _ => well(question),
    })
    .examine();
    report.passes();
    assert_eq!(report.step("access"), ("warn", "sessions_left_out"));
    assert_eq!(report.step("groups").0, "skip");
}

#[test]
fn an_existing_capability_is_not_reported_as_missing() {
    // As on the public gateway: sessions need `manage`, groups do not.
    let unlisted = |question: &Question| match question.path.as_str() {
        "/api/v1/sessions" | "/api/v1/sessions/01A" => Answer::new(
            403,
            r#"{"error":{"code":"forbidden","message":"missing required capability: manage"}}"#,
        ),
        "/api/v1/sessions/01A/groups" => Answer::new(200, r#"{"data":[]}"#),
        _ => well(question),
    };
    let report = at(unlisted).raw("sessions = [\"01A\"]").examine();
    report.passes();
    assert_eq!(report.step("access"), ("ok", "ok"));
    assert_eq!(report.step("capability.read"), ("ok", "ok"));
    assert_eq!(report.step("capability.send"), ("ok", "ok"));
    assert_eq!(report.step("groups"), ("ok", "ok"));
}
