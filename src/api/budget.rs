//! Budgets of a session (an extension): how much of what gets accounts restricted it may still do.

use super::{EpochMillis, lenient};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The budgets of a session, per kind of call. A kind without a limit has no windows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct SessionBudget {
    /// Creating groups.
    #[serde(default, deserialize_with = "lenient::readable")]
    pub create: Vec<BudgetWindow>,
    /// Joining groups by a link.
    #[serde(default, deserialize_with = "lenient::readable")]
    pub join: Vec<BudgetWindow>,
    /// Adding people to groups.
    #[serde(default, deserialize_with = "lenient::readable")]
    pub add: Vec<BudgetWindow>,
    /// Resetting invite links.
    #[serde(default, deserialize_with = "lenient::readable")]
    pub reset: Vec<BudgetWindow>,
    /// Any query to WhatsApp.
    #[serde(default, deserialize_with = "lenient::readable")]
    pub read: Vec<BudgetWindow>,
}

/// A limit on calls in any span of time (a sliding window).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BudgetWindow {
    pub window_seconds: u64,
    /// Calls allowed within the window.
    pub limit: u32,
    /// Calls that may be made now.
    pub left: u32,
    /// When `left` grows next. Absent while it equals `limit`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub resets_at: Option<EpochMillis>,
}

#[cfg(test)]
mod tests {
    use crate::api::Session;
    use serde_json::json;

    #[test]
    fn what_cannot_be_read_of_a_budget_is_left_out() {
        let read = |budget| {
            let session = json!({ "id": "01SUPPORT", "budget": budget });
            let session: Session = serde_json::from_value(session).unwrap();
            session.budget
        };
        let window = json!({ "windowSeconds": 3600, "limit": 20, "left": 18 });
        let budget = read(json!({ "reset": [window, "soon", {}], "join": 3, "new": [] })).unwrap();
        assert_eq!(budget.reset.len(), 1);
        assert_eq!(
            (budget.reset[0].left, budget.reset[0].resets_at),
            (18, None)
        );
        assert!(budget.join.is_empty() && budget.create.is_empty());
        assert_eq!(read(json!("none")), None);
    }
}
