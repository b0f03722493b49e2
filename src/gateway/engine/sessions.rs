//! Sessions: finding, creating, pairing, starting, stopping, deleting.

use super::audit::AuditDraft;
use super::{Engine, OwnedSession};
use crate::api::{self, AuditAction, CreateSession, PasskeyAnswer, SessionStatus, UpdateSession};
use crate::gateway::auth::{Caller, USER_PREFIX};
use crate::gateway::clock;
use crate::gateway::domain::SessionId;
use crate::gateway::error::Error;
use crate::gateway::session::{self, Acted, SessionAction, SessionHandle};
use crate::gateway::store::rows::StoredSession;
use crate::gateway::whatsapp::DriverError;
use serde_json::json;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

impl OwnedSession {
    /// The current state of the session.
    #[must_use]
    pub fn view(&self) -> api::Session {
        self.handle.view()
    }

    /// The identity of the session's account.
    #[must_use]
    pub fn me(&self) -> api::SessionMe {
        let view = self.view();
        api::SessionMe {
            session_id: view.id,
            connected: view.status.is_connected(),
            status: view.status,
            phone_number: view.phone_number,
            wa_jid: view.wa_jid,
            wa_lid: view.wa_lid,
        }
    }
}

impl Engine {
    /// # Errors
    /// `NotFound("session")`, also for one of another organization.
    pub fn find_session(&self, caller: &Caller, id: &str) -> Result<OwnedSession, Error> {
        self.accept()?;
        let sessions = self
            .inner
            .sessions
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        match sessions.get(id) {
            Some(handle) if caller.scope.covers(&handle.organization) => Ok(OwnedSession {
                id: handle.id.clone(),
                organization: handle.organization.clone(),
                handle: Arc::clone(handle),
                lease: caller.lease.clone(),
            }),
            _ => Err(Error::NotFound("session")),
        }
    }

    /// The sessions in the caller's scope, oldest first.
    ///
    /// # Errors
    /// The engine closes.
    pub fn list_sessions(&self, caller: &Caller) -> Result<Vec<api::Session>, Error> {
        self.accept()?;
        let mut sessions = self.all_sessions();
        sessions.retain(|session| caller.scope.covers(&session.organization));
        Ok(sessions.iter().map(|session| session.view()).collect())
    }

    /// Creates a session, and starts it if the body asks for it.
    ///
    /// # Errors
    /// Validation of the label; the store.
    pub async fn create_session(
        &self,
        caller: &Caller,
        body: CreateSession,
    ) -> Result<api::Session, Error> {
        let label = label_of(body.label.as_deref())?;
        let engine = self.clone();
        let caller = caller.clone();
        self.detached(async move {
            let organization = caller.scope.home()?.clone();
            let mut record = AuditDraft::new(&caller, &organization, AuditAction::SessionCreate);
            record.new = Some(json!({ "label": label }));
            let start = body.start.unwrap_or(false);
            let gateway_id = engine.inner.gateway_id.clone();
            let limits = engine.inner.limits.clone();
            let user = caller.actor.strip_prefix(USER_PREFIX).map(str::to_owned);
            let stored = engine
                .write_for(&caller, move |w| {
                    let now = clock::now();
                    let session = api::Session {
                        id: w.next_id().to_string(),
                        organization_id: organization.to_string(),
                        gateway_id,
                        status: if start {
                            SessionStatus::Starting
                        } else {
                            SessionStatus::Stopped
                        },
                        label,
                        auto_read: body.auto_read.unwrap_or(false),
                        presence_typing: body.presence_typing.unwrap_or(false),
                        rate_per_min: limits.calls_per_minute,
                        rate_per_hour: limits.calls_per_hour,
                        created_by_user_id: user,
                        created_at: now,
                        updated_at: now,
                        ..api::Session::default()
                    };
                    w.rows.put_organization(&organization, now)?;
                    w.rows.insert_session(&organization, &session, start)?;
                    record.session = Some(session.id.clone());
                    record.insert_success(w)?;
                    Ok((session, start, organization))
                })
                .await?;
            let (session, should_run, organization) = stored;
            let id = SessionId::parse(&session.id)
                .map_err(|fault| Error::Internal(anyhow::anyhow!("a new session's id: {fault}")))?;
            let handle = session::spawn(
                StoredSession {
                    id,
                    organization,
                    should_run,
                    not_before: None,
                    session,
                    group_count: 0,
                },
                &engine.inner.backend,
                engine.inner.store.clone(),
                &engine.inner.metrics,
                &engine.inner.tasks,
                &engine.inner.limits,
                Duration::ZERO,
            );
            let view = handle.view();
            if !engine.register(&handle) {
                handle.close().await;
            }
            Ok(view)
        })
        .await
    }

    /// Registers a new session. `false` when the engine is closing: `close` may already have listed
    /// the sessions to close.
    fn register(&self, handle: &Arc<SessionHandle>) -> bool {
        let mut sessions = self
            .inner
            .sessions
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let ready = self.is_open();
        if ready {
            sessions.insert(handle.id.to_string(), Arc::clone(handle));
        }
        ready
    }

    /// Gives a session another name.
    ///
    /// # Errors
    /// Validation of the label; the store.
    pub async fn rename_session(
        &self,
        caller: &Caller,
        session: &OwnedSession,
        body: UpdateSession,
    ) -> Result<api::Session, Error> {
        let label = label_of(Some(&body.label))?;
        let mut record = AuditDraft::of_session(caller, AuditAction::SessionUpdate, session);
        record.old = Some(json!({ "label": session.handle.read(|view| view.label.clone()) }));
        record.new = Some(json!({ "label": label }));
        let store = self.inner.store.clone();
        let (handle, lease) = (Arc::clone(&session.handle), session.lease.clone());
        self.detached(async move {
            let outcome = handle.rename(label, record.success(), &lease).await;
            match outcome {
                Ok(view) => Ok(view),
                refused => record.finish(&store, refused).await,
            }
        })
        .await
    }

    /// Stops and unlinks a session, removes its keys, its row and its groups.
    ///
    /// # Errors
    /// The driver or the store could not remove everything; the session is then still there,
    /// stopped.
    pub async fn delete_session(
        &self,
        caller: &Caller,
        session: &OwnedSession,
    ) -> Result<(), Error> {
        let record = AuditDraft::of_session(caller, AuditAction::SessionDelete, session);
        let engine = self.clone();
        let (handle, lease) = (Arc::clone(&session.handle), session.lease.clone());
        self.detached(async move {
            engine.inner.store.check_writable().await?;
            let outcome = handle.delete(record.success(), &lease).await;
            if outcome.is_err() {
                let mut record = record;
                if let Err(Error::NotStored { .. }) = outcome {
                    record.note_applied(SessionAction::Logout.as_str());
                }
                return record.finish(&engine.inner.store, outcome).await;
            }
            engine
                .inner
                .sessions
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(handle.id.as_str());
            engine.forget_schedules(handle.id.as_str());
            Ok(())
        })
        .await
    }

    /// Starts, stops, restarts or logs a session out; all of them idempotent.
    ///
    /// # Errors
    /// Starting and restarting: the connect limit of the session. Logging out: the driver's errors.
    pub async fn act(
        &self,
        caller: &Caller,
        session: &OwnedSession,
        action: SessionAction,
    ) -> Result<api::Session, Error> {
        let word = match action {
            SessionAction::Start => AuditAction::SessionStart,
            SessionAction::Stop => AuditAction::SessionStop,
            SessionAction::Restart => AuditAction::SessionRestart,
            SessionAction::Logout => AuditAction::SessionLogout,
        };
        let mut record = AuditDraft::of_session(caller, word, session);
        let store = self.inner.store.clone();
        let (handle, lease) = (Arc::clone(&session.handle), session.lease.clone());
        self.detached(async move {
            // An account can be stopped whatever becomes of the record.
            if action != SessionAction::Stop {
                store.check_writable().await?;
            }
            let outcome = match handle.act(action, &lease).await {
                Ok(Acted { before, outcome }) => {
                    record.old = Some(json!({ "status": before }));
                    outcome
                }
                Err(gone) => Err(gone),
            };
            if let Ok(view) = &outcome {
                record.note_applied(action.as_str());
                record.new = Some(json!({ "status": view.status }));
            }
            record.finish(&store, outcome).await
        })
        .await
    }

    /// The code to scan. Starts pairing if it has not started.
    ///
    /// # Errors
    /// `NotFound("qr code")` until a code is available; `AlreadyPaired` when a phone is linked; the
    /// connect limit of the session.
    pub async fn qr(&self, caller: &Caller, session: &OwnedSession) -> Result<api::QrCode, Error> {
        if session.handle.is_paired() {
            return Err(DriverError::AlreadyPaired.into());
        }
        if let Some(qr) = session.handle.qr() {
            return Ok(qr);
        }
        let record = AuditDraft::of_session(caller, AuditAction::SessionPair, session);
        let store = self.inner.store.clone();
        let (handle, lease) = (Arc::clone(&session.handle), session.lease.clone());
        self.detached(async move {
            store.check_writable().await?;
            // Polling for the code is not worth an entry; beginning to pair is.
            match handle.pair(&lease).await {
                Ok(false) => Ok(()),
                outcome => record.finish(&store, outcome.map(|_| ())).await,
            }
        })
        .await?;
        session.lease.ensure_valid()?;
        session.handle.qr().ok_or(Error::NotFound("qr code"))
    }

    /// A pairing code for the phone with this number (digits of E.164). Starts pairing if it has not
    /// started.
    ///
    /// # Errors
    /// Validation of `phone`; `AlreadyPaired`; the connect limit of the session; the driver's
    /// errors.
    pub async fn pairing_code(
        &self,
        caller: &Caller,
        session: &OwnedSession,
        phone: &str,
    ) -> Result<api::PairingCode, Error> {
        let valid = (7..=15).contains(&phone.len())
            && phone.bytes().all(|byte| byte.is_ascii_digit())
            && !phone.starts_with('0');
        if !valid {
            return Err(Error::field(
                "phone",
                "must be 7 to 15 digits with the country code, such as 628123456789, without + or leading 0",
            ));
        }
        let mut record = AuditDraft::of_session(caller, AuditAction::SessionPair, session);
        record.new = Some(json!({ "phone": phone }));
        let phone = phone.to_owned();
        let store = self.inner.store.clone();
        let (handle, lease) = (Arc::clone(&session.handle), session.lease.clone());
        self.detached(async move {
            let outcome = async {
                store.check_writable().await?;
                handle.pair(&lease).await?;
                lease.ensure_valid()?;
                let code = handle.pair_with_code(&phone).await?;
                // The code links a phone, so it is not recorded.
                lease.ensure_valid()?;
                handle.await_phone();
                Ok(api::PairingCode { code })
            }
            .await;
            record.finish(&store, outcome).await
        })
        .await
    }
}

impl Engine {
    /// What the passkey step of a pairing asks for now.
    ///
    /// # Errors
    /// `NotFound("passkey step")` while WhatsApp does not ask for a passkey.
    pub fn passkey(&self, session: &OwnedSession) -> Result<api::PasskeyStep, Error> {
        session.handle.passkey()
    }

    /// Answers the passkey step. The assertion is a secret: the audit log names the step only.
    ///
    /// # Errors
    /// `NotFound("passkey step")`; `Conflict` for an answer at the wrong time; a fault of the field `assertion` when it
    /// answers another request; the driver's errors, after which another assertion may be given.
    pub async fn answer_passkey(
        &self,
        caller: &Caller,
        session: &OwnedSession,
        answer: PasskeyAnswer,
    ) -> Result<(), Error> {
        let mut record = AuditDraft::of_session(caller, AuditAction::SessionPair, session);
        record.new = Some(match answer {
            PasskeyAnswer::Assertion(_) => json!({ "passkey": "assertion" }),
            PasskeyAnswer::Confirm(_) => json!({ "passkey": "confirm" }),
        });
        let store = self.inner.store.clone();
        let (handle, lease) = (Arc::clone(&session.handle), session.lease.clone());
        self.detached(async move {
            let outcome = async {
                store.check_writable().await?;
                lease.ensure_valid()?;
                match answer {
                    PasskeyAnswer::Assertion(assertion) => handle.answer_passkey(&assertion).await,
                    PasskeyAnswer::Confirm(_) => handle.confirm_passkey().await,
                }
            }
            .await;
            if outcome.is_ok() {
                record.note_applied("passkey");
            }
            record.finish(&store, outcome).await
        })
        .await
    }
}

/// The label of a request, as it is stored.
pub(super) fn label_of(label: Option<&str>) -> Result<Option<String>, Error> {
    api::check_label(label).map_err(|why| Error::field("label", why))
}
