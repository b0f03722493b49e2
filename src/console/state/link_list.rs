//! The links of several groups, read at the pace that accounts may ask, to be copied as one text.

use crate::api::EpochMillis;
use crate::console::ids::{GroupKey, RequestId};

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
    pub groups: Vec<ListedLink>,
    pub reading: Option<ReadingLinks>,
}

/// A group of the list.
#[derive(Debug)]
pub(crate) struct ListedLink {
    pub key: GroupKey,
    /// Its link, or why there is none; `None` while it is not known.
    pub link: Option<Result<String, String>>,
}

/// A request that reads links.
#[derive(Debug)]
pub(crate) struct ReadingLinks {
    pub request: RequestId,
    /// What it asks for, as positions in the list. `None`: the link that it reads may be dead by now.
    pub asked: Vec<Option<usize>>,
    /// How many of them have an answer.
    pub done: usize,
    /// Until when nothing is asked, because the account may not ask more.
    pub paused: Option<EpochMillis>,
}

impl LinkList {
    /// How many groups need no answer any more.
    #[must_use]
    pub(crate) fn done(&self) -> usize {
        let waiting = self.reading.as_ref();
        let waiting = waiting.map_or(0, |reading| {
            reading.asked.len().saturating_sub(reading.done)
        });
        self.groups.len().saturating_sub(waiting)
    }

    /// A link that was read, or is being read, may be dead by now: it is read again before the list is copied.
    pub(crate) fn read_again(&mut self, key: &GroupKey) {
        let Some(at) = self.groups.iter().position(|listed| listed.key == *key) else {
            return;
        };
        if let Some(asked) = self.reading.as_mut().map(|reading| &mut reading.asked) {
            asked
                .iter_mut()
                .filter(|asked| **asked == Some(at))
                .for_each(|asked| *asked = None);
        }
        let link = &mut self.groups[at].link;
        link.take_if(|link| link.is_ok());
    }

    /// The group's link is this one now.
    pub(crate) fn correct(&mut self, key: &GroupKey, link: &str) {
        if let Some(listed) = self.groups.iter_mut().find(|listed| listed.key == *key) {
            listed.link = Some(Ok(link.to_owned()));
        }
    }
}
