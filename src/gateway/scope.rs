//! The scope of a caller: whose resources it can reach.
//!
//! Every access to a session, a key, an event or the audit log is checked against it. A resource
//! outside the scope is answered as if it did not exist.

use crate::gateway::domain::OrganizationId;
use crate::gateway::error::Error;

/// The part of the gateway that exists for a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// None of it: a login without an active organization.
    Nothing,
    /// The resources of one organization.
    Organization(OrganizationId),
    /// All of it. What the caller makes belongs to `home`.
    Platform { home: Option<OrganizationId> },
}

impl Scope {
    /// Whether what belongs to `organization` exists for the caller.
    #[must_use]
    pub fn covers(&self, organization: &OrganizationId) -> bool {
        match self {
            Self::Nothing => false,
            Self::Organization(own) => own == organization,
            Self::Platform { .. } => true,
        }
    }

    /// The organization that owns what the caller makes.
    ///
    /// # Errors
    /// The login has no active organization.
    pub fn home(&self) -> Result<&OrganizationId, Error> {
        match self {
            Self::Organization(home) | Self::Platform { home: Some(home) } => Ok(home),
            Self::Nothing | Self::Platform { home: None } => Err(Error::NoOrganization),
        }
    }
}

impl From<OrganizationId> for Scope {
    fn from(organization: OrganizationId) -> Self {
        Self::Organization(organization)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_platform_caller_reaches_other_organizations() {
        let id = |name: &str| OrganizationId::parse(name).unwrap();
        let (acme, other) = (id("acme"), id("other"));
        let table = [
            (Scope::Nothing, [false, false], None),
            (Scope::from(acme.clone()), [true, false], Some(&acme)),
            (Scope::Platform { home: None }, [true, true], None),
            (
                Scope::Platform {
                    home: Some(other.clone()),
                },
                [true, true],
                Some(&other),
            ),
        ];
        for (scope, covered, home) in table {
            assert_eq!([&acme, &other].map(|id| scope.covers(id)), covered);
            assert_eq!(scope.home().ok(), home);
        }
    }
}
