//! `groupdesk sheet` and `groupdesk sheet check`

mod arguments;
mod check;
mod choose;
mod progress;

use super::context::CommandContext;
use super::find::{Found, group_name, session_name};
use super::named_group::NamedGroup;
use crate::cli::output::{CallKind, CommandError, Exit, json_text, note, print};
use crate::console::words;
use crate::links::{Answer, Ask, What, ask_all};
use crate::sheet::{Place, SheetGroup};
use arguments::Make;
use check::Check;
use choose::{Chosen, LeftOut};
use clap::{Args, Subcommand};
use progress::Progress;
use serde::Serialize;

pub(super) const EXAMPLES: &str = "\
Examples:
  groupdesk sheet \"Weekend Volunteers\" --out poster.html    one group on a page of A4
  groupdesk sheet --all --layout 12 --out wall.html         every group, twelve to a page
  groupdesk sheet --filter choir --text \"Scan to join {name}\" --out choirs.html
  groupdesk sheet --all --session Support --format png --out codes/
  groupdesk sheet check wall.html                           which of its links are dead by now

Print an HTML sheet from a browser, at 100 % and without margins. Groups without a link are listed with the reason and left
out; the command ends with 10 then.";

const CHECK_EXAMPLES: &str = "\
Examples:
  groupdesk sheet check wall.html
  groupdesk sheet check links.csv --json

Ends with 0 when every link is alive, with 16 when some are dead, with 10 when some could not be checked.";

/// Arguments of `groupdesk sheet`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(subcommand_negates_reqs = true)]
pub struct Sheet {
    #[command(subcommand)]
    pub action: Option<Action>,

    #[command(flatten)]
    pub make: Make,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Action {
    /// Read a sheet that was made earlier, HTML or CSV, and say which of its links are dead
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    file: &'a str,
    format: &'static str,
    layout: &'static str,
    made: &'a str,
    groups: Vec<Row<'a>>,
    left_out: Vec<Left<'a>>,
}

/// A group as its session sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    #[serde(flatten)]
    group: NamedGroup<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invite: Option<&'a str>,
}

#[derive(Serialize)]
struct Left<'a> {
    #[serde(flatten)]
    row: Row<'a>,
    code: &'static str,
    reason: &'a str,
}

impl<'a> Row<'a> {
    fn of(found: &'a Found, invite: Option<&'a str>) -> Self {
        Self {
            group: found.into(),
            invite,
        }
    }
}

impl Sheet {
    pub(super) fn wants_json(&self) -> bool {
        match &self.action {
            Some(Action::Check(check)) => check.format.json,
            None => self.make.json,
        }
    }

    /// Reports what is missing or contradicts itself, before any account connects for it.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        let usage = |words: &str| Err(CommandError::new(Exit::Usage, words));
        let make = &self.make;
        if self.action.is_some() {
            return if *make == Make::default() {
                Ok(())
            } else {
                usage("`sheet check` takes a file only; a group of that name is meant by its id")
            };
        }
        make.own_text().map(|_| ())
    }
}

impl CommandContext<'_> {
    pub(super) async fn sheet(&self, sheet: &Sheet) -> Result<(), CommandError> {
        match &sheet.action {
            Some(Action::Check(check)) => self.check_sheet(check).await,
            None => self.make_sheet(&sheet.make).await,
        }
    }

    async fn make_sheet(&self, make: &Make) -> Result<(), CommandError> {
        let text = make.house_text(self.copy_texts)?;
        let (format, layout) = (
            make.format.unwrap_or_default(),
            make.layout.unwrap_or_default(),
        );
        let out = make.out.clone().unwrap_or_default();
        let cannot = |error: std::io::Error| {
            let words = format!("cannot save {}: {error}", out.display());
            CommandError::new(Exit::Failed, words)
        };
        // Before the links are read, which may take long.
        let place = Place::prepare(&out, format).map_err(cannot)?;
        let Chosen {
            groups,
            mut left_out,
        } = self.choose_groups(make).await?;
        let now = jiff::Timestamp::now().as_millisecond();
        let day = words::day(now, &jiff::tz::TimeZone::system());
        let linked = self.links_of(groups, &mut left_out).await;
        if linked.is_empty() {
            let exit = left_out
                .first()
                .map_or(Exit::NotFound, |left| left.error.exit);
            return Err(CommandError::new(
                exit,
                "no sheet was made: no group has a link that could be read",
            )
            .listing(left_out.iter().map(LeftOut::line)));
        }
        let on_sheet = linked.iter().map(|(found, link)| {
            let account = session_name(&found.session);
            let (jid, session) = (&found.group.group_jid, &found.session.id);
            let group = SheetGroup::new(group_name(&found.group), link, &account, jid, session);
            match &text {
                Some(text) => group.with_text(|name, link, account| text.fill(name, link, account)),
                None => group,
            }
        });
        let on_sheet: Vec<SheetGroup> = on_sheet.collect();
        let printed = day.clone();
        let saving = tokio::task::spawn_blocking(move || place.save(&on_sheet, layout, &printed));
        let saved = saving.await;
        let saved = saved.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        saved.map_err(cannot)?;
        let file = out.to_string_lossy();
        if make.json {
            print(&json_text(&Document {
                file: &file,
                format: format.word(),
                layout: layout.word(),
                made: &day,
                groups: linked
                    .iter()
                    .map(|(found, link)| Row::of(found, Some(link)))
                    .collect(),
                left_out: left_out.iter().map(left).collect(),
            })?)?;
        } else {
            print(&format!("{file}\n"))?;
        }
        if left_out.is_empty() {
            return Ok(());
        }
        let all = linked.len() + left_out.len();
        Err(CommandError::new(
            Exit::PartlyApplied,
            format!("{} of {all} groups are left out", left_out.len()),
        )
        .listing(left_out.iter().map(LeftOut::line)))
    }

    /// The groups with their links; those without go to `left_out`.
    async fn links_of(
        &self,
        groups: Vec<Found>,
        left_out: &mut Vec<LeftOut>,
    ) -> Vec<(Found, String)> {
        let ask = |found: &Found| Ask {
            session: found.session.id.clone(),
            what: What::Link(found.group.group_jid.clone()),
        };
        let asks: Vec<Ask> = groups.iter().map(ask).collect();
        let progress = Progress::begin(self, &asks, "link").await;
        let answers = ask_all(self.client, &asks, &|step| progress.step(step)).await;
        progress.end();
        let mut linked = Vec::new();
        for (found, answer) in groups.into_iter().zip(answers) {
            match answer {
                Ok(Answer::Link(link)) => linked.push((found, link)),
                Ok(Answer::Preview(_)) => {}
                Err(error) => left_out.push(LeftOut {
                    found,
                    error: CommandError::of_call(error, CallKind::Live),
                }),
            }
        }
        if self.notes && asks.is_empty() && left_out.is_empty() {
            note("no group matches");
        }
        linked
    }
}

fn left(left: &LeftOut) -> Left<'_> {
    Left {
        row: Row::of(&left.found, None),
        code: left.error.exit.word(),
        reason: &left.error.message,
    }
}
