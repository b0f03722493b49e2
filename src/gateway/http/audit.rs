//! `/audit`: who changed what (an extension).

use super::extract::Call;
use super::respond::{self, Reply};
use crate::gateway::domain::GroupJid;
use crate::gateway::{AuditQuery, Error};

pub(super) async fn list(call: &mut Call) -> Reply {
    let query = call.query()?;
    let group = query
        .get("group")?
        .map(|jid| GroupJid::parse(jid).map_err(|fault| Error::malformed("group", fault)))
        .transpose()?;
    let query = AuditQuery {
        session: query.get("session")?.map(str::to_owned),
        group: group.map(|jid| jid.to_string()),
        page: query.page()?,
    };
    respond::ok(&call.engine.audit(&call.caller, &query).await?)
}
