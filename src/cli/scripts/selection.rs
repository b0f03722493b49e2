//! Which groups a command works on: named ones, all that a filter finds, those of a file, or all.

use super::context::CommandContext;
use super::find::{Found, resolve};
use super::groups::matching;
use crate::cli::output::{CommandError, Exit};
use clap::Args;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Bytes of a list of groups.
const FILE_MAX: u64 = 16 << 20;

/// The groups; exactly one way to name them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Args)]
pub struct Selection {
    #[command(flatten)]
    pub which: Named,

    /// Only groups of this session: its id, its label or its number
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Args)]
#[group(required = true, multiple = false)]
pub struct Named {
    /// The groups: ids, names, or parts of names that no other group has
    #[arg(value_name = "GROUP")]
    pub groups: Vec<String>,

    /// The groups that `groupdesk groups --filter` finds
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,

    /// The groups that this file names, one on each line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// All groups
    #[arg(long)]
    pub all: bool,
}

impl Named {
    /// Whether the groups are searched for, so that nobody has put them in an order.
    pub(super) fn is_a_search(&self) -> bool {
        self.all || self.filter.is_some()
    }
}

impl CommandContext<'_> {
    /// The groups of a selection, each once. A group of several sessions is taken through one that is connected
    /// and an admin of it, where there is one.
    pub(super) async fn selected(&self, selection: &Selection) -> Result<Vec<Found>, CommandError> {
        let mut all = Vec::new();
        for session in self.sessions(selection.session.as_deref()).await? {
            let groups = self.groups_of(&session).await?;
            all.extend(groups.into_iter().map(|group| Found {
                session: session.clone(),
                group,
            }));
        }
        let all = best_session(all);
        let which = &selection.which;
        let found = if let Some(filter) = &which.filter {
            matching(&all, filter)
        } else if which.all {
            all
        } else {
            let names = match &which.file {
                Some(file) => lines_of(file)?,
                None => which.groups.clone(),
            };
            let mut found = Vec::new();
            for name in &names {
                found.push(resolve(&all, name)?);
            }
            best_session(found)
        };
        if found.is_empty() {
            return Err(CommandError::new(
                Exit::NotFound,
                "no group is selected; `groupdesk groups` lists them",
            ));
        }
        Ok(found)
    }
}

/// Each group once, in the order in which it came first.
pub(super) fn best_session(all: Vec<Found>) -> Vec<Found> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<Found> = Vec::new();
    for found in all {
        match places.get(&found.group.group_jid) {
            None => {
                places.insert(found.group.group_jid.clone(), kept.len());
                kept.push(found);
            }
            Some(&at) if fitness(&found) > fitness(&kept[at]) => kept[at] = found,
            Some(_) => {}
        }
    }
    kept
}

fn fitness(found: &Found) -> (bool, bool, bool) {
    let role = found.group.my_role.as_ref();
    (
        !found.is_gone(),
        found.session.status.is_connected(),
        role.is_some_and(crate::api::SessionRole::is_admin),
    )
}

fn lines_of(file: &Path) -> Result<Vec<String>, CommandError> {
    let fault = |error: &dyn std::fmt::Display| {
        CommandError::new(
            Exit::Usage,
            format!("cannot read the groups from {}: {error}", file.display()),
        )
    };
    let mut text = String::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin()
            .take(FILE_MAX + 1)
            .read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(FILE_MAX + 1).read_to_string(&mut text))
    };
    if read.map_err(|error| fault(&error))? as u64 > FILE_MAX {
        return Err(fault(&format!("larger than {} MiB", FILE_MAX >> 20)));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Group, Session, SessionRole, SessionStatus};

    fn found(session: &str, status: SessionStatus, role: SessionRole) -> Found {
        Found {
            session: Session {
                id: session.to_owned(),
                status,
                ..Session::default()
            },
            group: Group {
                group_jid: "1@g.us".to_owned(),
                my_role: Some(role),
                ..Group::default()
            },
        }
    }

    #[test]
    fn a_group_of_several_sessions_is_taken_once_through_the_fittest() {
        let kept = best_session(vec![
            found("a", SessionStatus::Working, SessionRole::None),
            found("b", SessionStatus::Stopped, SessionRole::Superadmin),
            found("c", SessionStatus::Working, SessionRole::Member),
            found("d", SessionStatus::Working, SessionRole::Admin),
            found("e", SessionStatus::Working, SessionRole::Admin),
        ]);
        let sessions: Vec<_> = kept.iter().map(|one| one.session.id.as_str()).collect();
        assert_eq!(sessions, ["d"]);
    }
}
