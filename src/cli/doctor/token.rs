//! The token: whether the profile's source provides one, and what the claims of a login token say.

use super::report::Check;
use crate::cli::token;
use crate::client::Secret;
use crate::config::{Profile, TokenFrom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

/// A login token that ends sooner is about to interrupt the work.
const SOON: i64 = 120;
/// Capabilities need an organization.
const ORGANIZATION: &str = "activeOrganizationId";

/// Reads the token; returns what is known about it, and the token if there is one.
pub(super) async fn check(
    profile: &Profile,
    shutdown: &CancellationToken,
) -> (Check, Option<Secret>) {
    match token::read(profile, shutdown).await {
        Ok(token) => {
            let now = Timestamp::now().as_second();
            (about(profile, &token, now), Some(token))
        }
        Err(error) => {
            let todo = match &profile.token {
                TokenFrom::Variable(name) => {
                    format!("set {name} to the token, in the shell that starts groupdesk")
                }
                TokenFrom::File(file) => format!(
                    "write the token into {}, readable by you alone",
                    file.display()
                ),
                TokenFrom::Command(_) => {
                    "run the command by hand: its first line must be the token".to_owned()
                }
                TokenFrom::Prompt => "run this in a terminal and type the token".to_owned(),
            };
            (
                Check::fail("token", "no_token", format!("{error:#}"), todo),
                None,
            )
        }
    }
}

/// What is known about a token that was typed.
pub(super) fn known(profile: &Profile, token: &Secret) -> Check {
    about(profile, token, Timestamp::now().as_second())
}

/// Whether a token is one of a login, for which clocks matter.
pub(super) fn is_login(token: Option<&Secret>) -> bool {
    token.is_some_and(|token| claims(token.expose()).is_some())
}

fn about(profile: &Profile, token: &Secret, now: i64) -> Check {
    let from = match &profile.token {
        TokenFrom::Variable(name) => format!("the variable {name}"),
        TokenFrom::File(file) => file.display().to_string(),
        TokenFrom::Command(words) => {
            format!("`{}`", words.first().map_or("", String::as_str))
        }
        TokenFrom::Prompt => "the terminal".to_owned(),
    };
    let Some(claims) = claims(token.expose()) else {
        return Check::ok("token", format!("an api-key from {from}"));
    };
    let seconds = |name: &str| claims.get(name).and_then(Value::as_f64).map(|at| at as i64);
    let again = "log in again and put the new token there";
    if let Some(end) = seconds("exp").filter(|end| *end <= now) {
        return Check::fail(
            "token",
            "token_expired",
            format!(
                "a login token from {from}; it expired {} ago",
                span(now - end)
            ),
            again,
        );
    }
    if let Some(begin) = seconds("nbf").filter(|begin| *begin > now) {
        return Check::fail(
            "token",
            "token_not_yet_valid",
            format!(
                "a login token from {from}; it becomes valid in {}",
                span(begin - now)
            ),
            "wait, or set this machine's clock if it is slow",
        );
    }
    let has_organization = claims
        .get(ORGANIZATION)
        .and_then(Value::as_str)
        .is_some_and(|id| !id.is_empty());
    if !has_organization {
        return Check::warn(
            "token",
            "token_without_organization",
            format!("a login token from {from}, of no organization: it sees nothing"),
            "choose an organization where you log in, then take the new token",
        );
    }
    match seconds("exp") {
        None => Check::ok(
            "token",
            format!("a login token from {from}, without an end"),
        ),
        Some(end) if end - now < SOON => Check::warn(
            "token",
            "token_expires_soon",
            format!(
                "a login token from {from}; it expires in {}",
                span(end - now)
            ),
            again,
        ),
        Some(end) => Check::ok(
            "token",
            format!("a login token from {from}, valid for {}", span(end - now)),
        ),
    }
}

/// The claims of a login token. The signature is not verified: that is up to the gateway.
fn claims(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&json).ok()
}

/// A span of time in its largest unit.
pub(super) fn span(seconds: i64) -> String {
    match seconds.unsigned_abs() {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds @ 120..=7_199 => format!("{} min", seconds / 60),
        seconds @ 7_200..=172_799 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::report::Verdict;
    use serde_json::json;

    const NOW: i64 = 1_800_000_000;

    fn outcome(claims: &Value) -> (&'static str, Verdict, &'static str) {
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        let profile = Profile {
            name: "work".to_owned(),
            url: "https://work.example".to_owned(),
            token: TokenFrom::Variable("WORK".to_owned()),
            sessions: Vec::new(),
            ca_file: None,
            proxy: None,
            allow_insecure: false,
            flood_joins: 0,
        };
        let token = Secret::new(format!("e30.{payload}.secretsignature"));
        let check = about(&profile, &token, NOW);
        let shown = format!("{check:?}");
        assert!(
            !shown.contains(&payload) && !shown.contains("secret"),
            "{shown}"
        );
        (check.step, check.result, check.code)
    }

    #[test]
    fn a_login_token_has_an_expiry() {
        let organization = json!("o");
        for (claims, (result, code)) in [
            (
                json!({"exp": NOW + 600, ORGANIZATION: organization}),
                (Verdict::Ok, "ok"),
            ),
            (json!({ORGANIZATION: organization}), (Verdict::Ok, "ok")),
            (
                json!({"exp": NOW - 1, ORGANIZATION: organization}),
                (Verdict::Fail, "token_expired"),
            ),
            (
                json!({"exp": NOW + 30, ORGANIZATION: organization}),
                (Verdict::Warn, "token_expires_soon"),
            ),
            (
                json!({"nbf": NOW + 60, ORGANIZATION: organization}),
                (Verdict::Fail, "token_not_yet_valid"),
            ),
            (
                json!({"exp": NOW + 600}),
                (Verdict::Warn, "token_without_organization"),
            ),
        ] {
            assert_eq!(outcome(&claims), ("token", result, code), "{claims}");
        }
    }

    #[test]
    fn an_api_key_is_not_a_login_token() {
        assert!(!is_login(Some(&Secret::new("wa_0123"))));
        assert!(!is_login(Some(&Secret::new("a.b.c"))));
        assert!(is_login(Some(&Secret::new("e30.e30.x"))));
        assert!(!is_login(None));
    }
}
