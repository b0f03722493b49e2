//! `groupdesk sheet check`

use super::choose::obstacle;
use super::progress::Progress;
use crate::api::{Session, link_code};
use crate::cli::output::{
    CallKind, Column, CommandError, Exit, ListFormat, Table, csv_text, json_text, print, table_text,
};
use crate::cli::scripts::context::CommandContext;
use crate::cli::scripts::find::Found;
use crate::cli::scripts::selection::best_session;
use crate::client::ClientError;
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::links::{Answer, Ask, What, ask_all};
use crate::sheet::{FILE_MAX, ListedGroup, read};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

/// Arguments of `groupdesk sheet check`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Check {
    /// The sheet, HTML or CSV
    pub file: PathBuf,

    /// Through this session: its id, its label or its number
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,

    #[command(flatten)]
    pub format: ListFormat,
}

/// What became of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Alive,
    /// The group has this link instead.
    Replaced(String),
    /// WhatsApp knows no such link.
    Dead,
    /// It leads to the group with this JID, not to the one of the sheet.
    OtherGroup(String),
    Unknown(String),
}

impl Verdict {
    fn word(&self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Replaced(_) | Self::Dead => "dead",
            Self::OtherGroup(_) => "other_group",
            Self::Unknown(_) => "unknown",
        }
    }

    fn reason(&self) -> &str {
        match self {
            Self::Alive => "",
            Self::Replaced(_) => "the group has another link now",
            Self::Dead => "it was reset",
            Self::OtherGroup(_) => "it leads to another group",
            Self::Unknown(why) => why,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    file: &'a str,
    dead: usize,
    unknown: usize,
    groups: Vec<Row<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_jid: Option<&'a str>,
    invite: &'a str,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl CommandContext<'_> {
    pub(super) async fn check_sheet(&self, check: &Check) -> Result<(), CommandError> {
        let listed = listed(check)?;
        let sessions = self.sessions(check.session.as_deref()).await?;
        let own = self.own_groups(&sessions, &listed).await?;
        let through = self.first_connected(&sessions).await?;
        let preview = |group: &ListedGroup| Ask {
            session: through.id.clone(),
            what: What::Preview(link_code(&group.link).unwrap_or_default().to_owned()),
        };
        // The group's own link says more; where it cannot be read, WhatsApp is asked where the link leads.
        let asks: Vec<Ask> = (listed.iter().zip(&own))
            .map(|(group, own)| match own {
                Some(found) => Ask {
                    session: found.session.id.clone(),
                    what: What::Link(found.group.group_jid.clone()),
                },
                None => preview(group),
            })
            .collect();
        let mut verdicts: Vec<Verdict> = self
            .answers(&asks)
            .await
            .into_iter()
            .zip(&listed)
            .map(|(answer, group)| verdict(group, answer))
            .collect();
        // A link that is not the group's may lead somewhere else all the same.
        let is_open =
            |verdict: &Verdict| matches!(verdict, Verdict::Unknown(_) | Verdict::Replaced(_));
        let again: Vec<usize> = (0..asks.len())
            .filter(|at| own[*at].is_some() && is_open(&verdicts[*at]))
            .collect();
        let previews: Vec<Ask> = again.iter().map(|at| preview(&listed[*at])).collect();
        for (at, answer) in again.into_iter().zip(self.answers(&previews).await) {
            let verdict = verdict(&listed[at], answer);
            let says_more = match &verdict {
                Verdict::Unknown(_) => false,
                Verdict::Dead => !matches!(verdicts[at], Verdict::Replaced(_)),
                _ => true,
            };
            if says_more {
                verdicts[at] = verdict;
            }
        }
        report(check, &listed, &verdicts)
    }

    async fn answers(&self, asks: &[Ask]) -> Vec<Result<Answer, ClientError>> {
        let progress = Progress::begin(self, asks, "link").await;
        let answers = ask_all(self.client, asks, &|step| progress.step(step)).await;
        progress.end();
        answers
    }

    /// The groups of the sheet that an account here can read the link of.
    async fn own_groups(
        &self,
        sessions: &[Session],
        listed: &[ListedGroup],
    ) -> Result<Vec<Option<Found>>, CommandError> {
        let mut all = Vec::new();
        for session in sessions {
            // Another gateway answers for itself; the own one only begins to connect.
            if !self.own && session.status.is_disconnected() {
                continue;
            }
            let groups = self.groups_of(session).await?.into_iter();
            all.extend(groups.map(|group| Found {
                session: session.clone(),
                group,
            }));
        }
        let mut known: BTreeMap<String, Found> = best_session(all)
            .into_iter()
            .filter(|found| obstacle(found).is_none())
            .map(|found| (found.group.group_jid.clone(), found))
            .collect();
        if self.own {
            let mut connected = BTreeMap::new();
            for found in known.values() {
                let id = &found.session.id;
                if listed
                    .iter()
                    .any(|one| one.jid.as_ref() == Some(&found.group.group_jid))
                    && !connected.contains_key(id)
                {
                    connected.insert(id.clone(), self.connected(&found.session).await.is_ok());
                }
            }
            known.retain(|_, found| connected.get(&found.session.id) != Some(&false));
        }
        let own = |group: &ListedGroup| known.get(group.jid.as_deref()?).cloned();
        Ok(listed.iter().map(own).collect())
    }
}

/// The groups of the file, each link once.
fn listed(check: &Check) -> Result<Vec<ListedGroup>, CommandError> {
    let cannot = |why: &dyn std::fmt::Display| {
        let words = format!("cannot check {}: {why}", check.file.display());
        CommandError::new(Exit::Usage, words)
    };
    let mut content = Vec::new();
    std::fs::File::open(&check.file)
        .and_then(|file| file.take(FILE_MAX + 1).read_to_end(&mut content))
        .map_err(|error| cannot(&error))?;
    let mut listed = read(&content).map_err(|error| cannot(&error))?;
    let mut links = std::collections::BTreeSet::new();
    listed.retain(|group| links.insert(group.link.clone()));
    Ok(listed)
}

fn verdict(group: &ListedGroup, answer: Result<Answer, ClientError>) -> Verdict {
    match answer {
        Ok(Answer::Link(link)) if link == group.link => Verdict::Alive,
        Ok(Answer::Link(link)) => Verdict::Replaced(link),
        Ok(Answer::Preview(found)) => match &group.jid {
            Some(jid) if *jid != found.group_jid && !found.group_jid.is_empty() => {
                Verdict::OtherGroup(found.group_jid)
            }
            _ => Verdict::Alive,
        },
        Err(error) => {
            let call = Call::Preview {
                session: String::new(),
                code: String::new(),
            };
            let failure = CallFailure::from(error.clone()).of_call(&call);
            if failure.kind == FailureKind::DeadInvite {
                Verdict::Dead
            } else if failure.is_not_offered() {
                Verdict::Unknown("this gateway does not report where a link leads".to_owned())
            } else {
                Verdict::Unknown(CommandError::of_call(error, CallKind::Live).message)
            }
        }
    }
}

/// Writes the answer; dead links are an error after it.
fn report(check: &Check, listed: &[ListedGroup], verdicts: &[Verdict]) -> Result<(), CommandError> {
    let count = |word: &str| verdicts.iter().filter(|one| one.word() == word).count();
    let (unknown, alive) = (count("unknown"), count("alive"));
    let dead = verdicts.len() - unknown - alive;
    let rows: Vec<Row<'_>> = (listed.iter().zip(verdicts))
        .map(|(group, verdict)| Row {
            name: &group.name,
            group_jid: group.jid.as_deref(),
            invite: &group.link,
            result: verdict.word(),
            current: match verdict {
                Verdict::Replaced(link) => Some(link),
                _ => None,
            },
            reason: Some(verdict.reason()).filter(|reason| !reason.is_empty()),
        })
        .collect();
    let text = if check.format.json {
        json_text(&Document {
            file: &check.file.to_string_lossy(),
            dead,
            unknown,
            groups: rows,
        })?
    } else if check.format.csv {
        csv(&rows, check.format)
    } else {
        table(&rows)
    };
    print(&text)?;
    let all = verdicts.len();
    if dead > 0 {
        let words = format!("{dead} of {all} links on the sheet are dead");
        return Err(CommandError::new(Exit::ProblemFound, words));
    }
    if unknown > 0 {
        let words = format!("{unknown} of {all} links could not be checked");
        return Err(CommandError::new(Exit::PartlyApplied, words));
    }
    Ok(())
}

fn csv(rows: &[Row<'_>], format: ListFormat) -> String {
    let columns = ["name", "groupJid", "invite", "result", "current", "reason"];
    let cells = rows.iter().map(|row| {
        [
            row.name,
            row.group_jid.unwrap_or_default(),
            row.invite,
            row.result,
            row.current.unwrap_or_default(),
            row.reason.unwrap_or_default(),
        ]
    });
    csv_text(format, columns, cells)
}

fn table(rows: &[Row<'_>]) -> String {
    let mut table = Table::new(&[
        Column::name("GROUP"),
        Column::text("RESULT"),
        Column::text("LINK"),
        Column::name("WHY"),
    ]);
    for row in rows {
        table.row([
            row.name,
            row.result,
            row.invite,
            row.reason.unwrap_or_default(),
        ]);
    }
    table_text(&table)
}
