//! Waiting for a session of the engine in this process to connect.

use super::context::CommandContext;
use super::find::session_name;
use crate::api::{Session, SessionStatus};
use crate::cli::output::{CallKind, CommandError, Exit, note};
use crate::console::words;
use std::time::Duration;
use tokio::time::Instant;

/// Time limit for connecting. WhatsApp accepts a linked device within seconds or not at all.
const LIMIT: Duration = Duration::from_secs(45);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

impl CommandContext<'_> {
    /// Waits until live calls of the session can be answered. Another gateway answers for itself.
    pub(super) async fn connected(&self, session: &Session) -> Result<(), CommandError> {
        if !self.own {
            return Ok(());
        }
        let name = session_name(session);
        let deadline = Instant::now() + LIMIT;
        let mut noted = false;
        loop {
            let now = self
                .client
                .get_session(&session.id)
                .await
                .map_err(|error| CommandError::of_call(error, CallKind::Stored))?;
            match now.status {
                SessionStatus::Working => return Ok(()),
                SessionStatus::Starting if Instant::now() < deadline => {}
                SessionStatus::Starting => {
                    let progress = words::catching_up(&now, usize::MAX)
                        .map_or_else(String::new, |words| format!(" ({words})"));
                    return Err(CommandError::new(
                        Exit::NotConnected,
                        format!(
                            "{name} did not connect to WhatsApp within {} s{progress}",
                            LIMIT.as_secs()
                        ),
                    ));
                }
                _ => return Err(not_connected(&name, &now)),
            }
            if self.notes && !noted {
                noted = true;
                note(&format!("connecting {name} to WhatsApp"));
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }
}

fn not_connected(name: &str, session: &Session) -> CommandError {
    let why = match (&session.status_reason, &session.status) {
        (Some(reason), _) => reason.clone(),
        (None, SessionStatus::Stopped) => "it is stopped; start it at the desk".to_owned(),
        (None, SessionStatus::ScanQrCode | SessionStatus::LoggedOut) => {
            "no phone is linked to it; link one at the desk".to_owned()
        }
        (None, status) => format!("its status is {}", status.as_str()),
    };
    CommandError::new(
        Exit::NotConnected,
        format!("{name} is not connected to WhatsApp: {why}"),
    )
    .with("sessionStatus", session.status.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Client, Secret};
    use axum::{Json, Router, routing};
    use serde_json::{Value, json};
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};

    /// Waits for a session that passes through these states and stays in the last one.
    async fn wait(own: bool, states: &[Value]) -> (Result<(), CommandError>, usize) {
        let states = Arc::new(Mutex::new(states.iter().cloned().collect::<VecDeque<_>>()));
        let left = Arc::clone(&states);
        let answer = move || {
            let mut left = left.lock().unwrap();
            let now = left.front().cloned().unwrap_or_default();
            if left.len() > 1 {
                left.pop_front();
            }
            async move { Json(now) }
        };
        let router = Router::new().route("/api/v1/sessions/s1", routing::get(answer));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let desk = CommandContext {
            client: &Client::new(&url, &Secret::new("wa_key"), false).unwrap(),
            session_ids: &[],
            own,
            notes: false,
            batches: std::path::PathBuf::new(),
            stop: tokio_util::sync::CancellationToken::new(),
        };
        let session = Session {
            id: "s1".to_owned(),
            label: Some("Support".to_owned()),
            ..Session::default()
        };
        let outcome = desk.connected(&session).await;
        let left = states.lock().unwrap().len();
        (outcome, left)
    }

    fn state(status: &str) -> Value {
        json!({ "id": "s1", "status": status })
    }

    #[tokio::test]
    async fn connect_waits_for_a_session_that_is_connecting() {
        let states = ["starting", "starting", "working"].map(state);
        assert_eq!(wait(true, &states).await, (Ok(()), 1));
        // On a foreign gateway the status comes from the gateway alone.
        assert_eq!(wait(false, &states).await, (Ok(()), 3));
    }

    #[tokio::test]
    async fn a_session_that_cannot_connect_reports_why() {
        let failed =
            json!({ "id": "s1", "status": "failed", "statusReason": "replaced by another link" });
        for (last, why) in [
            (failed, "replaced by another link"),
            (state("stopped"), "start it at the desk"),
            (state("scan_qr_code"), "no phone is linked"),
            (state("asleep"), "its status is asleep"),
        ] {
            let failure = wait(true, &[state("starting"), last]).await.0.unwrap_err();
            assert_eq!(failure.exit, Exit::NotConnected);
            assert!(
                failure.message.starts_with("Support is not connected"),
                "{failure}"
            );
            assert!(failure.message.contains(why), "{failure}");
        }
    }
}
