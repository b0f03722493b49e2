//! `groupdesk sessions`

use super::context::CommandContext;
use super::find::{NO_ACCOUNTS, session_name};
use crate::api::Session;
use crate::cli::output::{
    Column, CommandError, ListFormat, Table, csv_text, note, print_list, time,
};
use crate::console::account::number;
use crate::console::{phone, words};
use clap::Args;
use serde::Serialize;

pub(super) const EXAMPLES: &str = "\
Examples:
  groupdesk sessions                        the accounts on this machine
  groupdesk sessions --profile work --json  those of a gateway that the config names
  GROUPDESK_KEY=wa_... groupdesk sessions --gateway https://gateway.example.com --csv";

/// Arguments of `groupdesk sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Sessions {
    #[command(flatten)]
    pub format: ListFormat,
}

#[derive(Serialize)]
struct Document<'a> {
    sessions: &'a [Session],
}

impl CommandContext<'_> {
    pub(super) async fn list_sessions(&self, arguments: &Sessions) -> Result<(), CommandError> {
        let sessions = self.sessions(None).await?;
        if sessions.is_empty() {
            note(NO_ACCOUNTS);
        }
        let document = || Document {
            sessions: &sessions,
        };
        print_list(
            arguments.format,
            document,
            |format| csv(&sessions, format),
            || table(&sessions),
        )
    }
}

fn table(sessions: &[Session]) -> Table {
    phone::load();
    let mut table = Table::new(&[
        Column::name("SESSION"),
        Column::text("NUMBER"),
        Column::text("STATUS"),
        Column::number("GROUPS"),
        Column::text("ID"),
        Column::name("REASON"),
    ]);
    for session in sessions {
        table.row([
            session_name(session),
            number(session).map_or_else(String::new, |digits| words::phone(&digits)),
            session.status.as_str().to_owned(),
            session
                .group_count
                .map_or_else(String::new, |count| count.to_string()),
            session.id.clone(),
            words::catching_up(session, usize::MAX)
                .or_else(|| session.status_reason.clone())
                .unwrap_or_default(),
        ]);
    }
    table
}

fn csv(sessions: &[Session], format: ListFormat) -> String {
    let rows = sessions.iter().map(|session| {
        [
            session.id.clone(),
            session.label.clone().unwrap_or_default(),
            session.phone_number.clone().unwrap_or_default(),
            session.status.as_str().to_owned(),
            session.status_reason.clone().unwrap_or_default(),
            session
                .group_count
                .map_or_else(String::new, |count| count.to_string()),
            session.last_connected_at.map_or_else(String::new, time),
            time(session.created_at),
        ]
    });
    let header = [
        "id",
        "label",
        "phoneNumber",
        "status",
        "statusReason",
        "groupCount",
        "lastConnectedAt",
        "createdAt",
    ];
    csv_text(format, header, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{LinkStep, Missed, SessionStatus};

    #[test]
    fn a_session_that_catches_up_says_how_far_it_is() {
        let (total, done) = (Some(2_000), 1_200);
        let session = Session {
            status: SessionStatus::Starting,
            link_step: Some(LinkStep::CatchingUp),
            missed: Some(Missed { total, done }),
            ..Session::default()
        };
        let table = table(&[session]).render(None);
        assert!(table.contains("catching up, 1,200 of 2,000"), "{table}");
    }
}
