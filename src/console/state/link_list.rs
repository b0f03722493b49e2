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
    pub queue: VecDeque<GroupKey>,
    /// The group whose link is being read.
    pub waiting: Option<GroupKey>,
    /// When the next link is asked for, after the gateway has refused one because there were too many.
    pub due: Option<EpochMillis>,
    /// The links that were read, and why there is none, in order.
    pub done: Vec<(GroupKey, Result<String, String>)>,
    pub total: usize,
}
