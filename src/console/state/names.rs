//! The names of accounts and groups as people know them. All are clean.

use super::app::State;
use crate::console::account;
use crate::console::ids::GroupKey;
use crate::names::fit;
use crate::text::{self, clean_line};

impl State {
    /// The name by which people know a session: its label, its number, or its id. Cleaned.
    #[must_use]
    pub(crate) fn session_name(&self, id: &str) -> String {
        match self.sessions.get(id) {
            Some(session) => account::name(session),
            None => clean_line(id).into_owned(),
        }
    }

    /// A group's name with the account through which it is reached, in at most this many columns: several
    /// groups may have one name. The longer one of the two is truncated.
    #[must_use]
    pub(crate) fn name_through(&self, name: &str, session: &str, columns: usize) -> String {
        const LINK: &str = " · through ";
        let account = self.session_name(session);
        let room = columns.saturating_sub(text::width(LINK));
        let (left, right) = (text::width(name), text::width(&account));
        let for_name = left.min(room.saturating_sub(right.min(room / 2)));
        let account = fit(&account, room.saturating_sub(for_name)).shown;
        format!("{}{LINK}{account}", fit(name, for_name).shown)
    }

    /// A group's name, or its JID where the group is not loaded.
    #[must_use]
    pub(crate) fn group_name(&self, key: &GroupKey) -> String {
        match self.groups.get(key) {
            Some(entry) => entry.name.clone(),
            None => clean_line(&key.jid).into_owned(),
        }
    }

    /// An account's own name; one without a name has only an id that means nothing to people.
    #[must_use]
    pub(crate) fn account_label(&self, session: &str) -> Option<String> {
        let label = self.sessions.get(session)?.label.as_deref()?;
        let label = clean_line(label);
        (!label.trim().is_empty()).then(|| label.trim().to_owned())
    }

    /// The account's name as the beginning of a sentence.
    #[must_use]
    pub(crate) fn account_name(&self, session: &str) -> String {
        self.account_label(session)
            .unwrap_or_else(|| "The account".to_owned())
    }
}
