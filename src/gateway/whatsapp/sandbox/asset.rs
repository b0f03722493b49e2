//! `assets/world.toml`: the people, sessions and groups of every world.

use super::rules::{Culture, Rank};
use crate::api::{Audience, EpochMillis, GroupKind};
use serde::Deserialize;
use std::collections::BTreeMap;

const TEXT: &str = include_str!("../../../../assets/world.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asset {
    /// The number of people, apart from the sessions' accounts.
    pub(super) crowd: usize,
    /// Digits of the numbers of those of the crowd who do not let others add them.
    pub(super) private: Vec<String>,
    /// What people of the crowd are called.
    pub(super) culture: Vec<Culture>,
    pub(super) organization: Vec<Organization>,
    pub(super) group: Vec<Group>,
    pub(super) arrival: Vec<Arrival>,
    pub(super) synthetic: Synthetic,
    pub(super) activity: Activity,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organization {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) session: Vec<Session>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    /// The name used by the groups below.
    pub(super) key: String,
    pub(super) label: String,
    /// Digits of an E.164 number in a reserved range.
    pub(super) phone: String,
    pub(super) business_name: Option<String>,
    pub(super) platform: Option<String>,
    #[serde(default)]
    pub(super) link: Link,
    /// Whether an engine should start it at once.
    #[serde(default)]
    pub(super) start: bool,
    /// Slow to connect, with a backlog at each login, and more often away than the others, in a living world.
    #[serde(default)]
    pub(super) flaky: bool,
    /// Whether its groups were stored earlier.
    #[serde(default)]
    pub(super) stored: bool,
}

/// The link state of a session at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Link {
    #[default]
    Linked,
    /// Never had a phone.
    Unpaired,
    /// Finds out at its first connect that the phone has unlinked it.
    LoggedOut,
    /// Finds out at its first connect that another device has taken over.
    Replaced,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct Group {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    pub(super) age: Age,
    /// The number of members, the sessions' accounts included.
    pub(super) size: usize,
    #[serde(default)]
    pub(super) announce: bool,
    #[serde(default)]
    pub(super) locked: bool,
    #[serde(default)]
    pub(super) kind: Option<GroupKind>,
    /// The name of its community, which comes before it.
    pub(super) community: Option<String>,
    pub(super) invite_by: Option<Audience>,
    pub(super) add_by: Option<Audience>,
    #[serde(default)]
    pub(super) ephemeral_seconds: u32,
    /// Joining by link needs an admin's approval.
    #[serde(default)]
    pub(super) approval: bool,
    /// The number of pending requests to join.
    #[serde(default)]
    pub(super) requests: usize,
    /// The accounts in it are its only admins.
    #[serde(default)]
    pub(super) only_admin: bool,
    /// A JID of the older form.
    #[serde(default)]
    pub(super) legacy: bool,
    /// A living world leaves it alone.
    #[serde(default)]
    pub(super) pinned: bool,
    /// The sessions that are in it.
    #[serde(default)]
    pub(super) r#in: BTreeMap<String, Rank>,
    /// Sessions whose account was removed from the group.
    #[serde(default)]
    pub(super) removed: Vec<String>,
}

/// A group of the account that pairs a new session.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arrival {
    pub(super) name: String,
    pub(super) size: usize,
    pub(super) rank: Rank,
}

/// Names to combine when a world is made bigger than the asset.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Synthetic {
    pub(super) topics: Vec<String>,
    pub(super) places: Vec<String>,
}

/// Texts for random activity.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Activity {
    pub(super) suffixes: Vec<String>,
    pub(super) descriptions: Vec<String>,
}

/// A length of time such as `45m`, `3h`, `12d` or `7y`, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Age(pub(super) EpochMillis);

impl TryFrom<String> for Age {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an age such as 45m, 3h, 12d or 7y");
        let unit = text.chars().last().ok_or_else(wrong)?;
        let minutes = match unit {
            'm' => 1,
            'h' => 60,
            'd' => 24 * 60,
            'y' => 365 * 24 * 60,
            _ => return Err(wrong()),
        };
        let count: u32 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
        Ok(Self(EpochMillis::from(count) * minutes * 60_000))
    }
}

impl Asset {
    pub(super) fn read() -> Result<Self, toml::de::Error> {
        toml::from_str(TEXT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_a_number_with_a_unit() {
        let age = |text: &str| Age::try_from(text.to_owned());
        assert_eq!(age("45m"), Ok(Age(2_700_000)));
        assert_eq!(age("2y"), Ok(Age(63_072_000_000)));
        for bad in ["", "5", "d", "-1d", "1w", "1日"] {
            assert!(age(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_asset_parses() {
        let asset = Asset::read().unwrap();
        assert!(asset.organization.len() >= 2);
        assert!(asset.organization[0].session.len() >= 5);
        assert!(asset.group.len() >= 60);
    }
}
