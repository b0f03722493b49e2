//! Finding a session or a group by id, name or part of a name. An ambiguous name is an error, never
//! a guess.

use super::context::{CommandContext, left_out};
use crate::api::{Group, Session, SessionRole, SessionStatus};
use crate::cli::output::{CallKind, CommandError, Exit};
use crate::client::ClientError;
use crate::console::account::number;
use crate::console::{phone, words};
use crate::names::{caseless, composed, holds};
use crate::text::clean_line;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Calls that run side by side.
const AT_ONCE: usize = 4;
/// Candidates that are listed.
const LISTED: usize = 20;

/// Shown when there are no accounts yet.
pub(super) const NO_ACCOUNTS: &str =
    "no accounts yet: open the desk with `groupdesk` and press a to link a phone";

/// A group, and the session that it is reached through.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub session: Session,
    pub group: Group,
}

impl Found {
    /// Whether the account was removed from the group or has left it.
    pub(super) fn is_gone(&self) -> bool {
        self.group.my_role == Some(SessionRole::None)
    }
}

/// A session as people call it.
pub(super) fn session_name(session: &Session) -> String {
    let label = session.label.as_deref().map(clean_line);
    match label.as_deref().map(str::trim) {
        None | Some("") => match number(session) {
            None => session.id.clone(),
            Some(digits) => {
                phone::load();
                words::phone(&digits)
            }
        },
        Some(label) => label.to_owned(),
    }
}

/// A group as people call it.
pub(super) fn group_name(group: &Group) -> &str {
    match group.subject.as_deref().map(str::trim) {
        None | Some("") => &group.group_jid,
        Some(subject) => subject,
    }
}

impl CommandContext<'_> {
    /// All sessions, or the selected one.
    pub(super) async fn sessions(
        &self,
        wanted: Option<&str>,
    ) -> Result<Vec<Session>, CommandError> {
        let all = match self.client.list_sessions().await {
            Ok(all) => {
                left_out(all.unreadable, "session", "sessions");
                all.rows
            }
            Err(error) if error.status() == Some(403) => self.unlisted(error, wanted).await?,
            Err(error) => return Err(stored(error)),
        };
        match wanted {
            None => Ok(all),
            Some(wanted) => choose(all, wanted).map(|session| vec![session]),
        }
    }

    /// The sessions known by id, if the gateway does not list them: those of the profile and the
    /// requested one. Deleted ones are left out, unless none is left.
    async fn unlisted(
        &self,
        refusal: ClientError,
        wanted: Option<&str>,
    ) -> Result<Vec<Session>, CommandError> {
        let ids: BTreeSet<&str> = (self.session_ids.iter().map(String::as_str))
            .chain(wanted)
            .collect();
        if ids.is_empty() {
            return Err(stored(refusal).listing([
                "name the sessions: --session ID, or `sessions` in the profile".to_owned(),
            ]));
        }
        let asked = futures_util::stream::iter(ids)
            .map(|id| async move { (id, self.client.get_session(id).await) })
            .buffered(AT_ONCE);
        let mut asked = std::pin::pin!(asked);
        let (mut sessions, mut gone) = (Vec::new(), None);
        while let Some((id, answer)) = asked.next().await {
            // A label or number is not an id, and some gateways answer 400 instead of 404.
            let is_a_guess = !self.session_ids.iter().any(|known| known == id);
            match answer {
                Ok(session) => sessions.push(session),
                Err(error) if error.status() == Some(404) => gone = Some(error),
                // Its groups may still be readable: some gateways require `manage` only for sessions.
                Err(error) if error.status() == Some(403) => sessions.push(Session {
                    id: id.to_owned(),
                    status: SessionStatus::unknown(),
                    ..Session::default()
                }),
                Err(error) if is_a_guess && error.status() == Some(400) => gone = Some(error),
                Err(error) => return Err(stored(error)),
            }
        }
        match gone {
            Some(error) if sessions.is_empty() => Err(stored(error)),
            _ => Ok(sessions),
        }
    }

    /// The groups of a session.
    pub(super) async fn groups_of(&self, session: &Session) -> Result<Vec<Group>, CommandError> {
        let groups = self.client.list_groups(&session.id).await;
        let groups = groups.map_err(stored)?;
        left_out(groups.unreadable, "group", "groups");
        Ok(groups.rows)
    }

    /// The matching group: by id, by name, or by a part of its name.
    pub(super) async fn find(
        &self,
        wanted: &str,
        session: Option<&str>,
    ) -> Result<Found, CommandError> {
        let sessions = self.sessions(session).await?;
        let found = if is_jid(wanted) {
            self.by_jid(&sessions, wanted).await?
        } else {
            self.by_name(&sessions, wanted).await?
        };
        one_session(one_group(found, wanted)?, wanted)
    }

    /// The id of the one matching group, in any session.
    pub(super) async fn find_jid(
        &self,
        wanted: &str,
        session: Option<&str>,
    ) -> Result<String, CommandError> {
        // The group may be long gone.
        if is_jid(wanted) {
            return Ok(wanted.to_owned());
        }
        let sessions = self.sessions(session).await?;
        let found = self.by_name(&sessions, wanted).await?;
        let mut found = one_group(found, wanted)?;
        Ok(found.swap_remove(0).group.group_jid)
    }

    pub(super) async fn by_jid(
        &self,
        sessions: &[Session],
        jid: &str,
    ) -> Result<Vec<Found>, CommandError> {
        let looked = futures_util::stream::iter(sessions)
            .map(|session| async move {
                let group = self.own_group(session, jid).await?;
                Ok::<_, CommandError>(group.map(|group| Found {
                    session: session.clone(),
                    group,
                }))
            })
            .buffered(AT_ONCE);
        let found: Vec<Option<Found>> = looked.try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The group, if it is one of this session's.
    async fn own_group(&self, session: &Session, jid: &str) -> Result<Option<Group>, CommandError> {
        match self.client.get_group(&session.id, jid).await {
            // The row has a role, so the gateway checked the session.
            Ok(group) if group.my_role.is_some() => Ok(Some(group)),
            // Some gateways answer for any group, whatever the session: check the session's list.
            Ok(_) => {
                let mut all = self.groups_of(session).await?.into_iter();
                Ok(all.find(|group| group.group_jid == jid))
            }
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(stored(error)),
        }
    }

    async fn by_name(
        &self,
        sessions: &[Session],
        wanted: &str,
    ) -> Result<Vec<Found>, CommandError> {
        let lists = futures_util::stream::iter(sessions)
            .map(|session| async move {
                Ok::<_, CommandError>((session, self.groups_of(session).await?))
            })
            .buffered(AT_ONCE);
        let lists: Vec<(&Session, Vec<Group>)> = lists.try_collect().await?;
        let all: Vec<Found> = lists
            .into_iter()
            .flat_map(|(session, groups)| {
                groups.into_iter().map(|group| Found {
                    session: session.clone(),
                    group,
                })
            })
            .collect();
        Ok(named(all, wanted))
    }
}

/// The one of these groups that is meant, as in [`CommandContext::find`].
pub(super) fn resolve(all: &[Found], wanted: &str) -> Result<Found, CommandError> {
    let found = if is_jid(wanted) {
        let is_it = |one: &&Found| one.group.group_jid == wanted;
        all.iter().filter(is_it).cloned().collect()
    } else {
        named(all.to_vec(), wanted)
    };
    one_session(one_group(found, wanted)?, wanted)
}

fn is_jid(text: &str) -> bool {
    text.ends_with("@g.us")
}

fn stored(error: ClientError) -> CommandError {
    CommandError::of_call(error, CallKind::Stored)
}

/// Names compare as displayed, ignoring case. Accents are significant.
fn plain(name: &str) -> String {
    caseless(clean_line(name).trim())
}

/// Exact matches; otherwise matches ignoring case; otherwise matches of a part.
fn named(all: Vec<Found>, wanted: &str) -> Vec<Found> {
    let (same, low) = (composed(wanted), plain(wanted));
    if low.is_empty() {
        return Vec::new();
    }
    let degree = |found: &Found| {
        let name = found.group.subject.as_deref().unwrap_or_default();
        let plain = plain(name);
        match () {
            () if composed(name) == same => 3,
            () if plain == low => 2,
            () if holds(&plain, &low) => 1,
            () => 0,
        }
    };
    let best = all.iter().map(degree).max().unwrap_or(0);
    if best == 0 {
        return Vec::new();
    }
    all.into_iter()
        .filter(|found| degree(found) == best)
        .collect()
}

/// The matching group, once per session that has it.
fn one_group(mut found: Vec<Found>, wanted: &str) -> Result<Vec<Found>, CommandError> {
    let shown = clean_line(wanted);
    // An account that was removed can do nothing there, so it is no choice beside one that can.
    if found.iter().any(|one| !one.is_gone()) {
        found.retain(|one| !one.is_gone());
    }
    let jids = found.iter().map(|one| one.group.group_jid.as_str());
    match jids.collect::<BTreeSet<_>>().len() {
        0 => Err(CommandError::new(
            Exit::NotFound,
            format!("no group is called `{shown}`; `groupdesk groups` lists them"),
        )),
        1 => Ok(found),
        many => Err(CommandError::new(
            Exit::Ambiguous,
            format!("`{shown}` could be any of {many} groups; name one by its id"),
        )
        .listing(lines(&found, |one| {
            format!("{}  {}", one.group.group_jid, group_name(&one.group))
        }))
        .with("candidates", candidates(&found))),
    }
}

/// The session through which the group is reached.
fn one_session(mut found: Vec<Found>, wanted: &str) -> Result<Found, CommandError> {
    if found.len() == 1 {
        return Ok(found.remove(0));
    }
    Err(CommandError::new(
        Exit::Ambiguous,
        format!(
            "`{}` is in {} sessions; choose one with --session",
            clean_line(wanted),
            found.len()
        ),
    )
    .listing(lines(&found, |one| {
        let role = words::role_word(one.group.my_role.as_ref());
        let status = one.session.status.as_str();
        let name = session_name(&one.session);
        format!("{}  {name} ({status}, {role})", one.session.id)
    }))
    .with("candidates", candidates(&found)))
}

/// Every line once: a group that several sessions see is one group.
fn lines(found: &[Found], line: impl Fn(&Found) -> String) -> Vec<String> {
    let all: BTreeSet<String> = found.iter().map(line).collect();
    let left = all.len().saturating_sub(LISTED);
    let mut listed: Vec<String> = all.into_iter().take(LISTED).collect();
    if left > 0 {
        listed.push(format!("and {left} more"));
    }
    listed
}

fn candidates(found: &[Found]) -> Value {
    found
        .iter()
        .take(LISTED)
        .map(|one| {
            json!({
                "groupJid": one.group.group_jid,
                "subject": one.group.subject,
                "sessionId": one.session.id,
                "sessionLabel": one.session.label,
            })
        })
        .collect()
}

/// The session of this id, this label or this number.
fn choose(mut all: Vec<Session>, wanted: &str) -> Result<Session, CommandError> {
    let shown = clean_line(wanted);
    let digits: String = wanted.chars().filter(char::is_ascii_digit).collect();
    let is_number = !digits.is_empty()
        && wanted
            .chars()
            .all(|character| character.is_ascii_digit() || "+-() ".contains(character));
    let label = |session: &Session| session.label.as_deref().map(plain);
    let tests: [&dyn Fn(&Session) -> bool; 3] = [
        &|session| session.id == wanted,
        &|session| label(session) == Some(plain(wanted)),
        &|session| is_number && session.phone_number.as_deref() == Some(digits.as_str()),
    ];
    for test in tests {
        let meant: Vec<usize> = (0..all.len()).filter(|at| test(&all[*at])).collect();
        match meant.as_slice() {
            [] => {}
            [only] => return Ok(all.swap_remove(*only)),
            several => {
                let listed = several.iter().map(|at| line_of(&all[*at]));
                return Err(CommandError::new(
                    Exit::Ambiguous,
                    format!(
                        "`{shown}` could be any of {} sessions; name one by its id",
                        several.len()
                    ),
                )
                .listing(listed));
            }
        }
    }
    let there = all.iter().take(LISTED).map(line_of);
    Err(CommandError::new(
        Exit::NotFound,
        format!("no session has the id, the label or the number `{shown}`"),
    )
    .listing(there))
}

fn line_of(session: &Session) -> String {
    format!("{}  {}", session.id, session_name(session))
}

#[cfg(test)]
mod tests;
