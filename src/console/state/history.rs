//! The history of a group: what the gateway's audit log holds about it.

use crate::api::{EpochMillis, SettingField, SettingsPatch};
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};

/// The list of a group's changes.
pub struct HistoryDialog {
    pub key: GroupKey,
    pub cursor: usize,
    pub phase: HistoryPhase,
}

pub enum HistoryPhase {
    Reading(RequestId),
    Read {
        entries: Vec<HistoryEntry>,
        /// Whether there are older ones.
        more: bool,
    },
    Failed(CallFailure),
    /// This gateway has no audit log.
    NotKept,
}

/// One recorded change. All texts are clean.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HistoryEntry {
    pub at: EpochMillis,
    /// A name for people.
    pub who: String,
    /// The actor's kind and id, where the name is another text.
    pub id: Option<String>,
    /// The account through which it was made.
    pub session: Option<String>,
    pub what: String,
    /// Why it was refused or failed.
    pub refused: Option<String>,
    /// The changed settings with their values before and after, as far as they are known.
    pub changes: Vec<(SettingField, Option<String>, Option<String>)>,
    /// The values before it, for the form.
    pub former: SettingsPatch,
}

impl HistoryDialog {
    #[must_use]
    pub(crate) fn entries(&self) -> &[HistoryEntry] {
        match &self.phase {
            HistoryPhase::Read { entries, .. } => entries,
            _ => &[],
        }
    }

    #[must_use]
    pub(crate) fn selected(&self) -> Option<&HistoryEntry> {
        self.entries().get(self.cursor)
    }

    /// Whether the selected change has former values.
    #[must_use]
    pub(crate) fn can_restore(&self) -> bool {
        self.selected()
            .is_some_and(|entry| !entry.former.is_empty())
    }
}
