//! `groupdesk requests list|approve|reject`

mod arguments;
mod list;
mod settle;
mod whom;

use super::context::CommandContext;
use crate::cli::output::{CommandError, Exit};
use crate::client::ClientError;
use crate::console::{phone, words};
use crate::text::clean_line;
use arguments::Action;

pub(super) use arguments::EXAMPLES;
pub(super) use arguments::Requests;

impl CommandContext<'_> {
    pub(super) async fn requests(&self, requests: &Requests) -> Result<(), CommandError> {
        match &requests.action {
            Action::List(list) => self.list_requests(list).await,
            Action::Approve(settle) => self.settle_requests(settle, true).await,
            Action::Reject(settle) => self.settle_requests(settle, false).await,
        }
    }
}

/// Whether the gateway does not report the requests of a group. 501 would mean "not connected".
fn is_missing(error: &ClientError) -> bool {
    matches!(error.status(), Some(404 | 405))
}

fn not_offered() -> CommandError {
    CommandError::new(
        Exit::NotOffered,
        "this gateway does not report requests to join",
    )
}

fn number(digits: Option<&str>) -> String {
    phone::load();
    digits.map_or_else(String::new, |digits| words::phone(&clean_line(digits)))
}
