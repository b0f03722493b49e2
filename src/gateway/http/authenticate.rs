//! Authenticating a request.

use super::server::Server;
use crate::gateway::auth::{Caller, Credential};
use crate::gateway::error::Error;
use axum::http::{HeaderMap, header};

/// Authenticates a request and counts it towards the caller's limits.
pub(super) async fn authenticate(server: &Server, headers: &HeaderMap) -> Result<Caller, Error> {
    if server.shutdown.is_cancelled() {
        return Err(Error::Draining);
    }
    let caller = match credential(headers).ok_or(Error::Unauthorized)? {
        Credential::Login(token) => server.engine.log_in(token).await,
        Credential::Key(key) => server.engine.authenticate(key),
    };
    let caller = caller.ok_or(Error::Unauthorized)?;
    tracing::Span::current().record("caller", caller.actor.as_str());
    server.engine.count(&caller, 1)?;
    Ok(caller)
}

/// The credential of a request. A bearer token takes precedence: other headers are ignored.
fn credential(headers: &HeaderMap) -> Option<Credential<'_>> {
    let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
    if let Some(first) = authorizations.next() {
        if authorizations.next().is_some() {
            return None;
        }
        let value = first.to_str().ok()?;
        if let Some((scheme, token)) = value.split_once(' ')
            && scheme.eq_ignore_ascii_case("bearer")
        {
            return Some(Credential::of_bearer(token.trim()));
        }
    }
    let mut keys = headers.get_all("x-api-key").iter();
    let key = keys.next()?.to_str().ok()?.trim();
    keys.next().is_none().then_some(Credential::Key(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_comes_from_either_header() {
        use Credential::{Key, Login};
        type Row = (
            &'static [(&'static str, &'static str)],
            Option<Credential<'static>>,
        );
        let table: &[Row] = &[
            (&[], None),
            (&[("authorization", "Bearer wa_1")], Some(Key("wa_1"))),
            (&[("authorization", "bEARER   wa_1 ")], Some(Key("wa_1"))),
            (&[("authorization", "Bearer")], None),
            (&[("authorization", "wa_1")], None),
            (&[("x-api-key", "wa_2")], Some(Key("wa_2"))),
            (
                &[("authorization", "Basic eDp5"), ("x-api-key", "wa_2")],
                Some(Key("wa_2")),
            ),
            (
                &[("authorization", "Bearer wa_1"), ("x-api-key", "wa_2")],
                Some(Key("wa_1")),
            ),
            (
                &[("authorization", "Bearer a.b.c"), ("x-api-key", "wa_2")],
                Some(Login("a.b.c")),
            ),
            (&[("authorization", "Bearer a.b.c.d")], Some(Key("a.b.c.d"))),
            (&[("authorization", "Bearer .b.c")], Some(Key(".b.c"))),
            (&[("x-api-key", "a.b.c")], Some(Key("a.b.c"))),
            (&[("authorization", "Bearer a..c")], Some(Key("a..c"))),
            (
                &[("authorization", "Bearer a"), ("authorization", "Bearer b")],
                None,
            ),
            (&[("x-api-key", "a"), ("x-api-key", "b")], None),
        ];
        for (pairs, expected) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in *pairs {
                headers.append(
                    name.parse::<header::HeaderName>().unwrap(),
                    value.parse().unwrap(),
                );
            }
            assert!(credential(&headers) == *expected, "{pairs:?}");
        }
    }
}
