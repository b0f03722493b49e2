//! The claims of a login token, read after its signature was verified.

use super::refusal::{LEEWAY, Refusal};
use crate::api::{Capabilities, Capability, EpochMillis};
use crate::gateway::auth::{Caller, Lease, USER_PREFIX};
use crate::gateway::domain::OrganizationId;
use crate::gateway::scope::Scope;
use crate::text::clean_line;
use serde::Deserialize;
use serde_json::Value;

/// Longest user id that is kept, in characters.
const SUBJECT_MAX: usize = 128;
/// The `role` of platform admins.
const SUPER_ADMIN: &str = "super_admin";

/// The claims that are read. The library has checked `exp`, `nbf`, `iss` and `aud`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Claims {
    sub: String,
    /// One issuer: the library would also accept a list.
    #[serde(rename = "iss")]
    _issuer: String,
    /// Seconds since the epoch.
    exp: f64,
    #[serde(default)]
    active_organization_id: Value,
    #[serde(default)]
    org_role: Value,
    #[serde(default)]
    role: Value,
}

impl Claims {
    /// # Errors
    /// No usable subject, or an organization that cannot be one.
    pub(super) fn caller(self) -> Result<Caller, Refusal> {
        let subject = clean_line(&self.sub);
        let subject: String = subject.trim().chars().take(SUBJECT_MAX).collect();
        if subject.is_empty() {
            return Err(Refusal::Subject);
        }
        let home = match &self.active_organization_id {
            Value::Null => None,
            Value::String(id) if id.is_empty() => None,
            Value::String(id) => {
                Some(OrganizationId::parse(id).map_err(|_| Refusal::Organization)?)
            }
            _ => return Err(Refusal::Organization),
        };
        let (scope, capabilities) = if self.role.as_str() == Some(SUPER_ADMIN) {
            (Scope::Platform { home }, Capabilities::all())
        } else {
            (
                home.map_or(Scope::Nothing, Scope::Organization),
                of_role(self.org_role.as_str()),
            )
        };
        Ok(Caller {
            scope,
            capabilities,
            actor: format!("{USER_PREFIX}{subject}"),
            lease: Lease::until(
                (self.exp as EpochMillis)
                    .saturating_add(LEEWAY)
                    .saturating_mul(1000),
            ),
            own: false,
        })
    }
}

/// The capabilities of a role in an organization. An unknown role has none: it could be one with
/// fewer rights.
fn of_role(role: Option<&str>) -> Capabilities {
    match role {
        Some("owner" | "admin") => Capabilities::all(),
        Some("member") => [Capability::Read, Capability::Send, Capability::Events]
            .into_iter()
            .collect(),
        _ => Capabilities::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(more: &Value) -> Result<Caller, Refusal> {
        let mut claims =
            json!({ "sub": "u1", "iss": "https://id.example", "exp": 4_000_000_000_u64 });
        let object = claims.as_object_mut().unwrap();
        object.extend(more.as_object().unwrap().clone());
        serde_json::from_value::<Claims>(claims).unwrap().caller()
    }

    fn of(more: &Value) -> (Scope, Vec<&'static str>) {
        let caller = read(more).unwrap();
        let words = caller.capabilities.iter().map(Capability::as_str).collect();
        (caller.scope, words)
    }

    #[test]
    fn roles_become_capabilities_in_their_organization() {
        let acme = Scope::Organization(OrganizationId::parse("acme").unwrap());
        let all = vec!["read", "send", "manage", "events"];
        for (role, expected) in [
            (json!("owner"), all.clone()),
            (json!("admin"), all),
            (json!("member"), vec!["read", "send", "events"]),
            (json!("Owner"), vec![]),
            (json!("guest"), vec![]),
            (json!(["owner"]), vec![]),
            (Value::Null, vec![]),
        ] {
            let claims = json!({ "activeOrganizationId": "acme", "orgRole": role });
            assert_eq!(of(&claims), (acme.clone(), expected), "{role}");
        }
    }

    #[test]
    fn a_login_without_an_organization_reaches_nothing() {
        for organization in [json!(null), json!("")] {
            let claims = json!({ "activeOrganizationId": organization, "orgRole": "member" });
            assert_eq!(of(&claims).0, Scope::Nothing);
        }
        let long = "x".repeat(65);
        for organization in [json!("two words"), json!("a/b"), json!(long), json!(7)] {
            let claims = json!({ "activeOrganizationId": organization, "orgRole": "owner" });
            assert_eq!(read(&claims).unwrap_err(), Refusal::Organization);
        }
    }

    #[test]
    fn a_super_admin_reaches_everything_whatever_its_organization() {
        let all = Capability::ALL.map(Capability::as_str).to_vec();
        let nowhere = json!({ "role": "super_admin" });
        assert_eq!(of(&nowhere), (Scope::Platform { home: None }, all.clone()));
        let member =
            json!({ "role": "super_admin", "activeOrganizationId": "acme", "orgRole": "member" });
        let home = Some(OrganizationId::parse("acme").unwrap());
        assert_eq!(of(&member), (Scope::Platform { home }, all));
        assert_eq!(of(&json!({ "role": "admin" })), (Scope::Nothing, vec![]));
    }

    #[test]
    fn the_actor_is_clean_and_bounded() {
        let long = "x".repeat(5_000);
        for (subject, actor) in [
            ("user_1", "user:user_1".to_owned()),
            (
                " a\u{1b}[31m\nb\u{202e} ",
                "user:a\u{fffd}[31m b".to_owned(),
            ),
            (long.as_str(), format!("user:{}", "x".repeat(SUBJECT_MAX))),
        ] {
            assert_eq!(read(&json!({ "sub": subject })).unwrap().actor, actor);
        }
        for subject in ["", "  ", "\u{202e}\n"] {
            let refused = read(&json!({ "sub": subject })).unwrap_err();
            assert_eq!(refused, Refusal::Subject, "{subject:?}");
        }
    }
}
