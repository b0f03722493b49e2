//! Calls about sessions, the audit log and realtime tickets.

use super::call::Client;
use super::encode::encode;
use super::error::ClientError;
use super::listing::Listing;
use crate::api::{
    AuditEntry, AuditHead, AuditTrimmed, CreateSession, PairingCode, PairingCodeRequest,
    PasskeyAnswer, PasskeyStep, QrCode, Session, SessionMe, Ticket, TicketRequest, TrimAudit,
    UpdateSession,
};
use reqwest::Method;
use serde_json::{Map, Value};

/// Which entries of the audit log to read; all of the organization by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub session: Option<String>,
    pub group: Option<String>,
    /// Entries per page.
    pub limit: Option<u32>,
    /// [`Listing::next_cursor`] of the page before.
    pub cursor: Option<String>,
}

impl Client {
    /// `GET /sessions`, every page.
    ///
    /// # Errors
    /// See [`ClientError`]; a gateway may ask for `manage` here (403).
    pub async fn list_sessions(&self) -> Result<Listing<Session>, ClientError> {
        self.read_all("/sessions").await
    }

    /// `POST /sessions`
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn create_session(&self, session: &CreateSession) -> Result<Session, ClientError> {
        let limit = self.limits.live;
        self.call(Method::POST, "/sessions", Some(session), limit)
            .await
    }

    /// `GET /sessions/{session}`
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn get_session(&self, session: &str) -> Result<Session, ClientError> {
        self.read(&format!("/sessions/{}", encode(session))).await
    }

    /// `PATCH /sessions/{session}` (an extension): renames it; an empty name removes it.
    ///
    /// # Errors
    /// See [`ClientError`]; 404 or 405 where the gateway has no such call.
    pub async fn rename_session(&self, session: &str, label: &str) -> Result<Session, ClientError> {
        let path = format!("/sessions/{}", encode(session));
        let body = UpdateSession {
            label: label.to_owned(),
        };
        self.call(Method::PATCH, &path, Some(&body), self.limits.stored)
            .await
    }

    /// `DELETE /sessions/{session}`: the row and its key material are gone.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn delete_session(&self, session: &str) -> Result<(), ClientError> {
        let path = format!("/sessions/{}", encode(session));
        self.command(Method::DELETE, &path, None::<&()>, self.limits.live)
            .await
    }

    /// `POST /sessions/{session}:start`; an unpaired session begins pairing.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn start_session(&self, session: &str) -> Result<Session, ClientError> {
        self.act(session, "start").await
    }

    /// `POST /sessions/{session}:stop`
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn stop_session(&self, session: &str) -> Result<Session, ClientError> {
        self.act(session, "stop").await
    }

    /// `POST /sessions/{session}:restart`
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn restart_session(&self, session: &str) -> Result<Session, ClientError> {
        self.act(session, "restart").await
    }

    /// `POST /sessions/{session}:logout`: unlinks the phone.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn logout_session(&self, session: &str) -> Result<Session, ClientError> {
        self.act(session, "logout").await
    }

    async fn act(&self, session: &str, action: &str) -> Result<Session, ClientError> {
        let path = format!("/sessions/{}:{action}", encode(session));
        self.call(Method::POST, &path, None::<&()>, self.limits.live)
            .await
    }

    /// `GET /sessions/{session}/me`
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn me(&self, session: &str) -> Result<SessionMe, ClientError> {
        self.read(&format!("/sessions/{}/me", encode(session)))
            .await
    }

    /// `GET /sessions/{session}/qr`: starts pairing.
    ///
    /// # Errors
    /// See [`ClientError`]; 404 until a code is ready.
    pub async fn qr(&self, session: &str) -> Result<QrCode, ClientError> {
        let path = format!("/sessions/{}/qr", encode(session));
        self.call(Method::GET, &path, None::<&()>, self.limits.live)
            .await
    }

    /// `POST /sessions/{session}/pairing-code`, for a number in E.164 digits.
    ///
    /// # Errors
    /// See [`ClientError`]; 409 when a phone is paired already.
    pub async fn pairing_code(
        &self,
        session: &str,
        phone: &str,
    ) -> Result<PairingCode, ClientError> {
        let path = format!("/sessions/{}/pairing-code", encode(session));
        let body = PairingCodeRequest {
            phone: phone.to_owned(),
        };
        self.call(Method::POST, &path, Some(&body), self.limits.live)
            .await
    }

    /// `GET /sessions/{session}/passkey` (an extension): what linking the phone waits for.
    ///
    /// # Errors
    /// See [`ClientError`]; 404 while WhatsApp asks for no passkey, and where the gateway has no such call.
    pub async fn passkey(&self, session: &str) -> Result<PasskeyStep, ClientError> {
        self.read(&format!("/sessions/{}/passkey", encode(session)))
            .await
    }

    /// `POST /sessions/{session}/passkey` (an extension): the assertion, then the confirmation.
    ///
    /// # Errors
    /// See [`ClientError`]; 400 and 403 when the assertion is not accepted: another one may be given.
    pub async fn answer_passkey(
        &self,
        session: &str,
        answer: &PasskeyAnswer,
    ) -> Result<(), ClientError> {
        let path = format!("/sessions/{}/passkey", encode(session));
        self.command(Method::POST, &path, Some(answer), self.limits.live)
            .await
    }

    /// `GET /audit` (an extension): one page, the newest entries first.
    ///
    /// # Errors
    /// See [`ClientError`]; 404 where the gateway has no audit log.
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Listing<AuditEntry>, ClientError> {
        self.read_page(&audit_path(filter)).await
    }

    /// `GET /audit`: one page of entries as they came, with members that this version does not know:
    /// their hashes cover them.
    ///
    /// # Errors
    /// See [`Client::audit`].
    pub async fn audit_objects(
        &self,
        filter: &AuditFilter,
    ) -> Result<Listing<Map<String, Value>>, ClientError> {
        self.read_page(&audit_path(filter)).await
    }

    /// `GET /audit/head` (an extension)
    ///
    /// # Errors
    /// See [`ClientError`]; 404 where the audit log has no hash chain.
    pub async fn audit_head(&self) -> Result<AuditHead, ClientError> {
        self.read("/audit/head").await
    }

    /// `POST /audit:trim` (an extension)
    ///
    /// # Errors
    /// See [`ClientError`]; 404 where the audit log has no hash chain.
    pub async fn trim_audit(&self, trim: TrimAudit) -> Result<AuditTrimmed, ClientError> {
        let limit = self.limits.live;
        self.call(Method::POST, "/audit:trim", Some(&trim), limit)
            .await
    }

    /// `POST /realtime/ticket`
    ///
    /// # Errors
    /// See [`ClientError`]; 404, 501 or 503 where the gateway has no realtime.
    pub async fn ticket(&self, request: &TicketRequest) -> Result<Ticket, ClientError> {
        let limit = self.limits.stored;
        self.call(Method::POST, "/realtime/ticket", Some(request), limit)
            .await
    }
}

fn audit_path(filter: &AuditFilter) -> String {
    let limit = filter.limit.map(|limit| limit.to_string());
    let query: Vec<String> = [
        ("session", filter.session.as_deref()),
        ("group", filter.group.as_deref()),
        ("limit", limit.as_deref()),
        ("cursor", filter.cursor.as_deref()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(format!("{name}={}", encode(value?))))
    .collect();
    match query.join("&").as_str() {
        "" => "/audit".to_owned(),
        query => format!("/audit?{query}"),
    }
}
