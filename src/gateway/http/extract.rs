//! The request types of handlers, and the extractors for path, query and body.

use super::body::{BODY_MAX, BodyError, RequestBody};
use super::fields::Fields;
use super::path::Params;
use super::server::Server;
use crate::gateway::auth::Caller;
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use crate::gateway::{Engine, Error, OwnedSession, Page};
use axum::extract::Query;
use axum::http::request::Parts;
use serde_json::{Map, Value};
use std::sync::Arc;

/// A request to a route that needs no credentials.
pub(super) struct PublicRequest {
    pub server: Arc<Server>,
    pub parts: Parts,
}

/// A request whose caller is known and has the route's capability.
pub(super) struct AuthedRequest {
    pub engine: Engine,
    pub caller: Caller,
    pub parts: Parts,
    /// It came over TLS.
    pub secure: bool,
    params: Params,
    body: RequestBody,
}

impl AuthedRequest {
    pub(super) fn new(
        server: &Server,
        caller: Caller,
        parts: Parts,
        params: Params,
        body: RequestBody,
    ) -> Self {
        Self {
            engine: server.engine.clone(),
            secure: server.secure,
            caller,
            parts,
            params,
            body,
        }
    }

    /// The value of a path parameter; empty when it is not text.
    pub(super) fn param(&self, name: &str) -> &str {
        self.params.get(name).unwrap_or_default()
    }

    /// The session of the path. Called before every other extractor: 404 takes precedence over 400.
    ///
    /// # Errors
    /// It does not exist or belongs to another organization.
    pub(super) fn session(&self) -> Result<OwnedSession, Error> {
        self.engine
            .find_session(&self.caller, self.param("session"))
    }

    /// The path's group.
    ///
    /// # Errors
    /// Not a JID ending in `@g.us`.
    pub(super) fn group(&self) -> Result<GroupJid, Error> {
        GroupJid::parse(self.param("gid")).map_err(|fault| Error::malformed("gid", fault))
    }

    /// The path's invite code.
    ///
    /// # Errors
    /// Not a code of 8 to 64 letters, digits, `-` and `_`.
    pub(super) fn invite_code(&self) -> Result<InviteCode, Error> {
        InviteCode::parse(self.param("code")).map_err(|fault| Error::malformed("code", fault))
    }

    /// The path's member.
    ///
    /// # Errors
    /// Not a person's JID.
    pub(super) fn member(&self) -> Result<MemberJid, Error> {
        MemberJid::parse(self.param("jid")).map_err(|fault| Error::malformed("jid", fault))
    }

    /// The path's session and group.
    ///
    /// # Errors
    /// As [`AuthedRequest::session`], then as [`AuthedRequest::group`].
    pub(super) fn session_and_group(&self) -> Result<(OwnedSession, GroupJid), Error> {
        Ok((self.session()?, self.group()?))
    }

    /// The parameters of the query. Unknown ones are ignored.
    ///
    /// # Errors
    /// The query is not form-encoded text.
    pub(super) fn query(&self) -> Result<QueryText, Error> {
        query(&self.parts)
    }

    /// The body, if there is one. Receiving it may take long, so the credentials are checked again
    /// afterwards.
    async fn body(&mut self) -> Result<Option<Value>, Error> {
        let mut room = self.engine.body_room(&self.caller);
        let body = self.body.json(|bytes| room.grow(bytes)).await;
        if matches!(body, Err(BodyError::TooLarge)) {
            room.refuse(BODY_MAX);
        }
        self.caller.ensure_valid()?;
        Ok(body?)
    }

    /// The body's JSON value.
    ///
    /// # Errors
    /// The credentials expired; no body, or an invalid one.
    pub(super) async fn json(&mut self) -> Result<Value, Error> {
        self.body()
            .await?
            .ok_or_else(|| Error::field("", "a JSON body is required"))
    }

    /// The body as an object.
    ///
    /// # Errors
    /// As [`AuthedRequest::json`]; not an object.
    pub(super) async fn fields(&mut self) -> Result<Fields, Error> {
        Fields::of(self.json().await?)
    }

    /// The body as an object; no body counts as an empty one.
    ///
    /// # Errors
    /// The credentials expired; an invalid body, or not an object.
    pub(super) async fn optional_fields(&mut self) -> Result<Fields, Error> {
        let body = self.body().await?;
        Fields::of(body.unwrap_or_else(|| Map::new().into()))
    }

    /// Discards the rest of the body, so that the connection can be reused.
    pub(super) async fn finish(&mut self) {
        self.body.discard().await;
    }
}

/// The decoded query of a request.
pub(super) struct QueryText(Vec<(String, String)>);

/// Reads the query.
///
/// # Errors
/// It is not form-encoded text.
pub(super) fn query(parts: &Parts) -> Result<QueryText, Error> {
    Query::try_from_uri(&parts.uri)
        .map(|Query(pairs)| QueryText(pairs))
        .map_err(|_| Error::field("", "the query is not valid"))
}

impl QueryText {
    /// # Errors
    /// The parameter was given more than once.
    pub(super) fn get(&self, name: &str) -> Result<Option<&str>, Error> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        let value = values.next().map(|(_, value)| value.as_str());
        match values.next() {
            None => Ok(value),
            Some(_) => Err(Error::field(name, "was given more than once")),
        }
    }

    /// `limit` and `cursor`.
    ///
    /// # Errors
    /// `limit` is not a number from 1 to [`Page::MOST`]; one of them was given more than once.
    pub(super) fn page(&self) -> Result<Page, Error> {
        let limit = match self.get("limit")? {
            None => None,
            Some(text) => Some(
                // Rust would also read a plus sign.
                text.parse()
                    .ok()
                    .filter(|limit| !text.starts_with('+') && (1..=Page::MOST).contains(limit))
                    .ok_or_else(|| {
                        let most = Page::MOST;
                        Error::field("limit", format!("must be a number from 1 to {most}"))
                    })?,
            ),
        };
        let cursor = self.get("cursor")?.filter(|cursor| !cursor.is_empty());
        Ok(Page {
            limit,
            cursor: cursor.map(str::to_owned),
        })
    }
}
