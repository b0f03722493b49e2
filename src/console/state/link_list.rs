//! The links of several groups, read one after the other to be copied as one text.

use crate::api::EpochMillis;
use crate::console::ids::GroupKey;
use std::collections::VecDeque;

/// In which form the links are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListForm {
    /// A line "name, link" for each group.
    Lines,
    Csv,
    /// A text of [`super::Options::copy`], filled for each group.
    Text(usize),
}

/// A list in the making.
#[derive(Debug)]
pub(crate) struct LinkList {
    pub form: ListForm,
    /// With the place of each in the list.
    pub queue: VecDeque<(usize, GroupKey)>,
    /// The group whose link is being read.
    pub waiting: Option<(usize, GroupKey)>,
    /// When the next link is asked for, after the gateway has refused one because there were too many.
    pub due: Option<EpochMillis>,
    /// The links that were read, and why there is none.
    pub done: Vec<ListedLink>,
    pub total: usize,
}

/// A group of the list, with its link or the reason why there is none.
#[derive(Debug)]
pub(crate) struct ListedLink {
    /// Its place in the list.
    pub place: usize,
    pub key: GroupKey,
    pub link: Result<String, String>,
}

impl LinkList {
    /// A link that was read may be dead by now: it is read again before the list is copied.
    pub(crate) fn read_again(&mut self, key: &GroupKey) {
        if let Some(at) = self.done.iter().position(|listed| listed.key == *key) {
            let listed = self.done.swap_remove(at);
            self.queue.push_back((listed.place, listed.key));
        }
    }

    /// The group's link is this one now.
    pub(crate) fn correct(&mut self, key: &GroupKey, link: &str) {
        let known = self.done.iter_mut().find(|listed| listed.key == *key);
        if let Some(Ok(known)) = known.map(|listed| &mut listed.link) {
            link.clone_into(known);
        }
    }
}
