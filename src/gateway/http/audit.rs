//! `/audit` (an extension).

use super::extract::AuthedRequest;
use super::fields::time;
use super::respond::{self, Reply};
use crate::api::TrimAudit;
use crate::gateway::domain::GroupJid;
use crate::gateway::{AuditQuery, Error};

pub(super) async fn list(request: &mut AuthedRequest) -> Reply {
    let query = request.query()?;
    let group = query
        .get("group")?
        .map(|jid| GroupJid::parse(jid).map_err(|fault| Error::malformed("group", fault)))
        .transpose()?;
    let query = AuditQuery {
        session: query.get("session")?.map(str::to_owned),
        group: group.map(|jid| jid.to_string()),
        page: query.page()?,
    };
    respond::ok(&request.engine.audit(&request.caller, &query).await?)
}

pub(super) async fn head(request: &mut AuthedRequest) -> Reply {
    respond::ok(&request.engine.audit_head(&request.caller).await?)
}

pub(super) async fn trim(request: &mut AuthedRequest) -> Reply {
    let mut fields = request.fields().await?;
    let before = fields.required("before", time);
    let trim = fields.finish(before.map(|before| TrimAudit { before }))?;
    respond::ok(&request.engine.trim_audit(&request.caller, trim).await?)
}
