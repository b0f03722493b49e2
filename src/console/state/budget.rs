//! How much a session may still do, in words.

use super::app::State;
use crate::api::{BudgetWindow, SessionBudget};
use crate::console::words;

impl State {
    /// `This account may add 12 people now.` `None` where the gateway does not say it.
    #[must_use]
    pub(crate) fn budget_words(
        &self,
        session: &str,
        kind: impl Fn(&SessionBudget) -> &Vec<BudgetWindow>,
        verb: &str,
        (one, many): (&str, &str),
    ) -> Option<String> {
        let windows = kind(self.sessions.get(session)?.budget.as_ref()?);
        let tightest = windows.iter().min_by_key(|window| window.left)?;
        let left = usize::try_from(tightest.left).unwrap_or(usize::MAX);
        let next = match tightest.resets_at {
            Some(at) if left == 0 => {
                format!(", the next at {}", words::clock(at, &self.options.zone))
            }
            _ => String::new(),
        };
        let things = words::count(left, one, many);
        Some(format!("This account may {verb} {things} now{next}."))
    }
}
