//! `/audit` (an extension).

use super::extract::AuthedRequest;
use super::respond::{self, Reply};
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
