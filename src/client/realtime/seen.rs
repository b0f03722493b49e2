//! The ids of recent events, for deduplication.

use std::collections::{HashSet, VecDeque};

/// Ids that are remembered. Each has at most [`super::frame::ID_MAX`] bytes: others are no ids.
pub(super) const SEEN_MAX: usize = 4_096;

#[derive(Default)]
pub(super) struct Seen {
    ids: HashSet<String>,
    order: VecDeque<String>,
}

impl Seen {
    pub(super) fn is_new(&mut self, id: &str) -> bool {
        if !self.ids.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > SEEN_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_ids_are_forgotten() {
        let mut seen = Seen::default();
        assert!(seen.is_new("evt_0") && !seen.is_new("evt_0"));
        for id in 1..=SEEN_MAX {
            assert!(seen.is_new(&format!("evt_{id}")));
        }
        assert_eq!(seen.ids.len(), SEEN_MAX);
        assert!(seen.is_new("evt_0"));
    }
}
