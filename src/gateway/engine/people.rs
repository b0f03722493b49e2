//! People: their names, and finding members by what is known of them.

use super::{Engine, OwnedSession};
use crate::api::{
    FoundMember, List, MEMBER_QUERY_MAX, MEMBER_QUERY_MIN, MEMBERS_FOUND_MAX, MembershipRequest,
    PendingRequest, REQUESTS_MAX,
};
use crate::gateway::auth::Caller;
use crate::gateway::error::Error;
use crate::gateway::store::people::Wanted;
use crate::gateway::store::within;
use crate::gateway::whatsapp;

/// Checks a text that members are found by.
///
/// # Errors
/// It is not of [`MEMBER_QUERY_MIN`] to [`MEMBER_QUERY_MAX`] characters.
pub(crate) fn check_query(text: &str) -> Result<&str, Error> {
    let text = text.trim();
    if (MEMBER_QUERY_MIN..=MEMBER_QUERY_MAX).contains(&text.chars().count()) {
        return Ok(text);
    }
    let form = format!("must have {MEMBER_QUERY_MIN} to {MEMBER_QUERY_MAX} characters");
    Err(Error::field("query", form))
}

impl Engine {
    /// The members in the caller's scope whose name, number or LID contains `query`, ignoring case: at
    /// most [`MEMBERS_FOUND_MAX`], by session, group and LID.
    ///
    /// # Errors
    /// Validation of the query; the store.
    pub async fn find_members(
        &self,
        caller: &Caller,
        query: &str,
    ) -> Result<List<FoundMember>, Error> {
        let wanted = Wanted::new(check_query(query)?);
        let scope = caller.scope.clone();
        let data = self
            .inner
            .store
            .read(move |rows| rows.find_members(&within(rows, &scope)?, &wanted, MEMBERS_FOUND_MAX))
            .await?;
        Ok(List {
            data,
            next_cursor: String::new(),
        })
    }

    /// The stored requests to join in the caller's scope: at most [`REQUESTS_MAX`], the oldest first.
    ///
    /// # Errors
    /// The store.
    pub async fn all_requests(&self, caller: &Caller) -> Result<List<PendingRequest>, Error> {
        let scope = caller.scope.clone();
        let data = self
            .inner
            .store
            .read(move |rows| rows.requests(&within(rows, &scope)?, REQUESTS_MAX))
            .await?;
        Ok(List {
            data,
            next_cursor: String::new(),
        })
    }

    /// Requests to join with the names that are known.
    pub(super) async fn with_names(
        &self,
        session: &OwnedSession,
        requests: Vec<whatsapp::MembershipRequest>,
    ) -> Result<List<MembershipRequest>, Error> {
        let (organization, id) = (session.organization.clone(), session.id.clone());
        let data = self
            .inner
            .store
            .read(move |rows| {
                let named = requests.into_iter().map(|request| {
                    let jid = request.person.to_string();
                    Ok(MembershipRequest {
                        name: rows.name(&organization, &id, &jid, request.phone)?,
                        jid,
                        requested_at: request.at,
                        phone_number: request.phone.map(|phone| phone.to_string()),
                    })
                });
                named.collect::<Result<Vec<_>, _>>()
            })
            .await?;
        Ok(List {
            data,
            next_cursor: String::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::check_query;
    use crate::api::pattern;

    #[test]
    fn a_query_is_accepted_exactly_where_the_document_says_so() {
        let described = regress::Regex::with_flags(pattern::MEMBER_QUERY, "u").unwrap();
        for letter in '\0'..='\u{ffff}' {
            for text in [
                format!("{letter}"),
                format!("º{letter}"),
                format!(" {letter}b "),
                format!("a{letter}b"),
            ] {
                let is_described = described.find(&text).is_some();
                assert_eq!(check_query(&text).is_ok(), is_described, "{text:?}");
            }
        }
    }
}
