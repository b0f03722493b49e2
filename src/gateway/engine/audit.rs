//! The audit log: a draft that follows a use case to its outcome, and the query.

use super::{Engine, OwnedSession, Page};
use crate::api::{
    AuditAction, AuditEntry, AuditHead, AuditOutcome, AuditTrimmed, List, SettingField, TrimAudit,
    audit_chain,
};
use crate::gateway::auth::Caller;
use crate::gateway::clock;
use crate::gateway::domain::{GroupJid, OrganizationId, SessionId};
use crate::gateway::error::Error;
use crate::gateway::store::rows::{AuditFilter, AuditRow};
use crate::gateway::store::{Store, StoreError, Write, cursor, listing, within};
use serde_json::{Value, json};
use ulid::Ulid;

/// Entries in a page when no limit is given.
const PAGE: u32 = 100;

#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    pub session: Option<String>,
    pub group: Option<String>,
    pub page: Page,
}

/// An audit entry whose outcome is not known yet.
pub(super) struct AuditDraft {
    organization: OrganizationId,
    actor: String,
    action: AuditAction,
    pub session: Option<String>,
    pub group: Option<String>,
    pub old: Option<Value>,
    pub new: Option<Value>,
    /// Changes made so far that cannot be undone: fields of a patch, members, or the name of the
    /// change.
    applied: Vec<String>,
    committed: bool,
}

impl AuditDraft {
    /// The entry goes to the log of `owner`, the organization of the changed resource, which may
    /// not be the caller's.
    pub(super) fn new(caller: &Caller, owner: &OrganizationId, action: AuditAction) -> Self {
        Self {
            organization: owner.clone(),
            actor: caller.actor.clone(),
            action,
            session: None,
            group: None,
            old: None,
            new: None,
            applied: Vec::new(),
            committed: false,
        }
    }

    pub(super) fn of_session(caller: &Caller, action: AuditAction, session: &OwnedSession) -> Self {
        Self {
            session: Some(session.id.to_string()),
            ..Self::new(caller, &session.organization, action)
        }
    }

    pub(super) fn of_group(
        caller: &Caller,
        action: AuditAction,
        session: &OwnedSession,
        group: &GroupJid,
    ) -> Self {
        Self {
            group: Some(group.to_string()),
            ..Self::of_session(caller, action, session)
        }
    }

    /// Notes a change that was made.
    pub(super) fn note_applied(&mut self, what: &str) {
        self.applied.push(what.to_owned());
    }

    /// Writes a success into a transaction of the use case's own.
    pub(super) fn insert_success(&self, w: &mut Write<'_>) -> Result<(), StoreError> {
        w.record(&self.entry(None))
    }

    /// A job that writes a success, to go along with a change that is written elsewhere.
    pub(super) fn success(
        &self,
    ) -> impl FnOnce(&mut Write<'_>) -> Result<(), StoreError> + Send + 'static {
        let entry = self.entry(None);
        move |w| w.record(&entry)
    }

    /// Stores a change that WhatsApp has confirmed together with its audit entry, in one
    /// transaction. `refusal` is the error that the caller gets, if the use case fails.
    ///
    /// # Errors
    /// [`Error::NotStored`]: the entry waits in memory.
    pub(super) async fn commit_with<T: Send + 'static>(
        &mut self,
        store: &Store,
        refusal: Option<&Error>,
        job: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Error> {
        let entry = self.entry(refusal);
        let recorded = entry.clone();
        let written = store
            .write(move |w| {
                let value = job(w)?;
                w.record(&recorded)?;
                Ok(value)
            })
            .await;
        self.committed = true;
        written.map_err(|cause| {
            store.record_later(entry);
            self.not_stored(cause, Vec::new())
        })
    }

    /// The error for a store that failed after a change was made. Logs what was made, in the span
    /// of the request.
    pub(super) fn not_stored(&self, cause: StoreError, not_attempted: Vec<SettingField>) -> Error {
        tracing::error!(
            %cause,
            action = ?self.action,
            session = self.session,
            applied = self.applied.len(),
            "a change was made but not stored"
        );
        Error::NotStored {
            applied: self.applied.clone(),
            not_attempted,
            cause,
        }
    }

    /// Writes the entry, unless it was [committed](Self::commit_with), and returns the outcome. The
    /// entry is durable before a success is answered; when it cannot be written, the answer is an
    /// error, and the entry waits in memory if a change was made.
    pub(super) async fn finish<T>(
        self,
        store: &Store,
        outcome: Result<T, Error>,
    ) -> Result<T, Error> {
        if self.committed || matches!(outcome, Err(Error::StoreUnavailable(_))) {
            return outcome;
        }
        let entry = self.entry(outcome.as_ref().err());
        let recorded = entry.clone();
        let Err(cause) = store.write(move |w| w.record(&recorded)).await else {
            return outcome;
        };
        let is_done = !self.applied.is_empty();
        if is_done {
            store.record_later(entry);
        }
        match outcome {
            Ok(_) if is_done => Err(self.not_stored(cause, Vec::new())),
            Ok(_) => Err(cause.into()),
            Err(error) => {
                tracing::error!(%cause, "a failed request was not recorded");
                Err(error)
            }
        }
    }

    fn entry(&self, refusal: Option<&Error>) -> AuditRow {
        AuditRow {
            organization: self.organization.clone(),
            actor: self.actor.clone(),
            action: self.action.clone(),
            session: self.session.clone(),
            group: self.group.clone(),
            old: self.old.clone(),
            new: self.new.clone(),
            outcome: refusal.map_or(AuditOutcome::Ok, |error| AuditOutcome::Failed(word(error))),
        }
    }
}

/// The most specific name of an error: its reason, else its code.
pub(super) fn word(error: &Error) -> String {
    let object = error.to_object();
    match object.details.get("reason") {
        Some(Value::String(reason)) => reason.clone(),
        _ => object.code.to_string(),
    }
}

impl Engine {
    /// The entries in the caller's scope, newest first.
    ///
    /// # Errors
    /// Validation of the filters, the limit and the cursor.
    pub async fn audit(
        &self,
        caller: &Caller,
        query: &AuditQuery,
    ) -> Result<List<AuditEntry>, Error> {
        let limit = query.page.limit()?.unwrap_or(PAGE);
        let before = query.page.after(cursor::audit)?;
        if let Some(session) = &query.session {
            SessionId::parse(session).map_err(|fault| Error::malformed("session", fault))?;
        }
        if let Some(group) = &query.group {
            GroupJid::parse(group).map_err(|fault| Error::malformed("group", fault))?;
        }
        let filter = AuditFilter {
            session: query.session.clone(),
            group: query.group.clone(),
            before,
            limit,
        };
        let scope = caller.scope.clone();
        Ok(self
            .inner
            .store
            .read(move |rows| listing::audit(rows, &within(rows, &scope)?, filter))
            .await?)
    }

    /// The end of the chain of the caller's organization.
    ///
    /// # Errors
    /// [`Error::NoOrganization`]; the store.
    pub async fn audit_head(&self, caller: &Caller) -> Result<AuditHead, Error> {
        let owner = [caller.scope.home()?.clone()];
        let newest = self
            .inner
            .store
            .read(move |rows| rows.audit(&owner, &newest(None)));
        let newest = newest.await?.pop();
        let (id, hash) = newest.map_or((None, None), |newest| (Some(newest.id), newest.hash));
        Ok(AuditHead {
            organization_id: Some(caller.scope.home()?.to_string()),
            id,
            hash: hash.unwrap_or_else(|| audit_chain::FIRST.to_owned()),
        })
    }

    /// Removes the entries of the caller's organization that were written before a time, and logs
    /// the id and hash of the last of them: the chain is checked from there on.
    ///
    /// # Errors
    /// [`Error::NoOrganization`]; `before` is less than [`audit_chain::TRIM_AGE`] ago; the store.
    pub async fn trim_audit(
        &self,
        caller: &Caller,
        trim: TrimAudit,
    ) -> Result<AuditTrimmed, Error> {
        let owner = caller.scope.home()?.clone();
        let age = i64::try_from(audit_chain::TRIM_AGE.as_millis()).unwrap_or(i64::MAX);
        let before = u64::try_from(trim.before);
        let before = match before {
            Ok(before) if trim.before <= clock::now() - age => before,
            _ => return Err(Error::field("before", "must be at least seven days ago")),
        };
        let mut record = AuditDraft::new(caller, &owner, AuditAction::AuditTrim);
        let (engine, caller) = (self.clone(), caller.clone());
        let trimmed = self.detached(async move {
            let trimmed = engine.write_for(&caller, move |w| {
                // Ids hold the time at which an entry was written.
                let first_kept = Ulid::from_parts(before, 0);
                let own = std::slice::from_ref(&owner);
                let last = w.rows.audit(own, &newest(Some(first_kept)))?.pop();
                let Some(AuditEntry { id, hash, .. }) = last else {
                    return Ok(AuditTrimmed {
                        removed: 0,
                        last_id: None,
                        last_hash: None,
                    });
                };
                let last = Ulid::from_string(&id).unwrap_or_default();
                record.new = Some(json!({
                    "before": before,
                    "lastId": id,
                    "lastHash": hash,
                }));
                record.insert_success(w)?;
                Ok(AuditTrimmed {
                    removed: w.rows.remove_audit(&owner, last)?,
                    last_id: Some(id),
                    last_hash: hash,
                })
            });
            trimmed.await
        });
        trimmed.await
    }
}

/// The newest entry, of those before an id.
fn newest(before: Option<Ulid>) -> AuditFilter {
    AuditFilter {
        before,
        limit: 1,
        ..AuditFilter::default()
    }
}
