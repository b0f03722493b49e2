//! The files that the desk and the scripts keep per gateway in the state directory.

use super::target::GatewayInfo;
use std::path::{Path, PathBuf};

/// A gateway's name as a part of a file's name.
pub(super) struct StateName(String);

impl StateName {
    /// A gateway that a profile describes.
    pub(super) fn of_profile(name: &str) -> Self {
        Self(format!("profile-{}", plain(name)))
    }

    /// Another one.
    pub(super) fn of(name: &str) -> Self {
        Self(plain(name))
    }
}

impl From<&GatewayInfo> for StateName {
    fn from(place: &GatewayInfo) -> Self {
        match &place.profile {
            Some(profile) => Self::of_profile(profile),
            None => Self::of(&place.name),
        }
    }
}

fn plain(name: &str) -> String {
    let plain = |character: char| {
        if character.is_alphanumeric() {
            character
        } else {
            '-'
        }
    };
    name.chars().map(plain).take(80).collect()
}

/// The file of a gateway's notebook.
pub(super) fn notebook(state_dir: &Path, gateway: &StateName) -> PathBuf {
    state_dir.join("desk").join(format!("{}.json", gateway.0))
}

/// The directory of a gateway's batches.
pub(super) fn batches(state_dir: &Path, gateway: &StateName) -> PathBuf {
    state_dir.join("batches").join(&gateway.0)
}
