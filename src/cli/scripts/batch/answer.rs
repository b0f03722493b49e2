//! The answers of `groupdesk batch`: what would be done, and what became of each group.

use crate::api::{Session, Setting};
use crate::batch::{Journal, JournalSummary, Outcome, Plan, RowPlan, Step, Tally, about, estimate};
use crate::cli::output::{Column, CommandError, Exit, Table, json_text, table_text, time};
use serde_json::{Value, json};

/// What a row would do, for people.
fn words(step: &Step, old: Option<&str>) -> String {
    match (step, old) {
        (Step::Reset, _) => "a new link".to_owned(),
        (Step::Set(Setting::Subject(new)), Some(old)) => format!("{old} -> {new}"),
        (Step::Set(Setting::Description(new)), Some(old)) => {
            let added = new.strip_prefix(old.trim_end()).unwrap_or(new);
            format!("+ {}", added.trim_start())
        }
        (Step::Set(setting), _) => {
            let value = match setting.value() {
                Value::Bool(on) => if on { "on" } else { "off" }.to_owned(),
                Value::String(text) => text,
                other => other.to_string(),
            };
            format!("{} {value}", setting.field())
        }
    }
}

/// The plan as a table or a document.
pub(super) fn of_plan(
    plan: &Plan,
    sessions: &[Session],
    json: bool,
) -> Result<String, CommandError> {
    let takes = estimate(plan, |id| sessions.iter().find(|session| session.id == id));
    if json {
        let rows = plan.rows.iter().map(|row| {
            let mut value = json!({
                "sessionId": row.target.session,
                "groupJid": row.target.group,
                "name": row.target.name,
            });
            match &row.plan {
                RowPlan::Send { step, old } => {
                    value["plan"] = json!("send");
                    if let Some(old) = old {
                        value["old"] = json!(old);
                    }
                    if let Step::Set(setting) = step {
                        value["new"] = setting.value();
                    }
                }
                RowPlan::Skip(why) => {
                    value["plan"] = json!("skip");
                    value["why"] = json!(why);
                }
            }
            value
        });
        return json_text(&json!({
            "change": plan.change.words(),
            "rows": rows.collect::<Vec<_>>(),
            "sent": plan.sent(),
            "seconds": takes.as_secs(),
        }));
    }
    let mut table = Table::new(&[
        Column::name("GROUP"),
        Column::text("ID"),
        Column::name("WHAT"),
    ]);
    for row in &plan.rows {
        let what = match &row.plan {
            RowPlan::Send { step, old } => words(step, old.as_deref()),
            RowPlan::Skip(why) => format!("skipped: {why}"),
        };
        table.row([row.target.name.as_str(), &row.target.group, &what]);
    }
    Ok(format!(
        "{}{} of {} groups: {}; about {}\n",
        table_text(&table),
        plan.sent(),
        plan.rows.len(),
        plan.change.words(),
        about(takes),
    ))
}

/// What became of each group.
pub(super) fn of_journal(journal: &Journal, json: bool) -> Result<String, CommandError> {
    if json {
        let rows = journal.rows.iter().map(|row| {
            let outcome = row.outcome.as_ref();
            let mut value = json!({
                "sessionId": row.target.session,
                "groupJid": row.target.group,
                "name": row.target.name,
                "outcome": outcome.map_or("left", |outcome| match outcome {
                    Outcome::NotAttempted(_) => "not_attempted",
                    other => other.word(),
                }),
            });
            match outcome.map(Outcome::why) {
                None | Some("") => {}
                Some(why) => value["why"] = json!(why),
            }
            value
        });
        let tally = journal.summary().tally;
        return json_text(&json!({
            "id": journal.id,
            "change": journal.change,
            "rows": rows.collect::<Vec<_>>(),
            "applied": tally.applied,
            "refused": tally.refused,
            "notAttempted": tally.not_attempted,
            "unconfirmed": tally.unconfirmed,
            "left": tally.left,
        }));
    }
    let mut table = Table::new(&[
        Column::name("GROUP"),
        Column::text("ID"),
        Column::text("OUTCOME"),
        Column::name("WHY"),
    ]);
    for row in &journal.rows {
        let (word, why) = match &row.outcome {
            None => ("left", ""),
            Some(outcome) => (outcome.word(), outcome.why()),
        };
        table.row([row.target.name.as_str(), &row.target.group, word, why]);
    }
    Ok(table_text(&table))
}

/// The unfinished batches.
pub(super) fn of_list(list: &[JournalSummary], json: bool) -> Result<String, CommandError> {
    if json {
        let rows = list.iter().map(|one| {
            json!({
                "id": one.id,
                "startedAt": one.started_at,
                "change": one.change,
                "done": one.tally.done(),
                "left": one.tally.left,
                "inDoubt": one.in_doubt,
            })
        });
        return json_text(&json!({ "batches": rows.collect::<Vec<_>>() }));
    }
    let mut table = Table::new(&[
        Column::text("ID"),
        Column::text("STARTED"),
        Column::number("DONE"),
        Column::number("LEFT"),
        Column::name("CHANGE"),
    ]);
    for one in list {
        let numbers = [one.tally.done(), one.tally.left].map(|number| number.to_string());
        table.row([
            &one.id,
            &time(one.started_at),
            &numbers[0],
            &numbers[1],
            &one.change,
        ]);
    }
    Ok(table_text(&table))
}

/// Outcomes in numbers: `41 applied, 2 refused`.
pub(super) fn in_numbers(tally: Tally) -> String {
    let counts = [
        (tally.applied, "applied"),
        (tally.refused, "refused"),
        (tally.not_attempted, "not attempted"),
        (tally.unconfirmed, "unconfirmed"),
        (tally.left, "left"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let words: Vec<_> = counts
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    words.join(", ")
}

/// The error of a batch that has ended with other outcomes than wanted; `None` when every group is as it should be.
pub(super) fn failure(journal: &Journal) -> Option<CommandError> {
    let tally = journal.summary().tally;
    let exit = match tally {
        Tally {
            unconfirmed: 1.., ..
        } => Exit::Unknown,
        Tally {
            refused: 0,
            not_attempted: 0,
            ..
        } => return None,
        Tally { applied: 1.., .. } => Exit::PartlyApplied,
        _ => Exit::Failed,
    };
    Some(CommandError::new(exit, in_numbers(tally)).with("batch", journal.id.clone()))
}
