//! The answers to the steps of a new group.

use super::find::dialog;
use crate::api::{EpochMillis, GroupInfo, GroupMember, JoinedGroup, SessionRole};
use crate::console::account::is_own;
use crate::console::effect::Call;
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::people::is_member;
use crate::console::state::{
    ButtonId, NewGroupDialog, NewGroupFocus, NewGroupPhase, NewGroupWay, State,
};
use crate::console::words;

fn waits(state: &mut State, phase: &NewGroupPhase) -> bool {
    dialog(state).is_some_and(|dialog| dialog.phase == *phase)
}

fn read_groups(state: &mut State, session: &str) {
    state.requests.read_again(Call::Groups {
        session: session.to_owned(),
    });
}

/// The creation was answered.
pub(crate) fn created(
    state: &mut State,
    (id, newest): (RequestId, u64),
    session: &str,
    answer: Result<GroupInfo, CallFailure>,
) {
    read_groups(state, session);
    if !waits(state, &NewGroupPhase::Calling(id)) {
        return;
    }
    match answer {
        Ok(info) => made(
            state,
            GroupKey {
                session: session.to_owned(),
                jid: info.group_jid,
            },
        ),
        Err(failure) => failed(state, newest, &failure),
    }
}

/// The join was answered.
pub(crate) fn joined(
    state: &mut State,
    (id, newest): (RequestId, u64),
    session: &str,
    answer: Result<JoinedGroup, CallFailure>,
) {
    read_groups(state, session);
    if !waits(state, &NewGroupPhase::Calling(id)) {
        return;
    }
    match answer {
        Ok(joined) => {
            let name = leads_to(state);
            done(
                state,
                if joined.pending {
                    format!(
                        "Asked to join {name}: an admin of the group has to approve. It is in the list once that was done."
                    )
                } else {
                    format!("Joined {name}.")
                },
            );
        }
        Err(failure) => failed(state, newest, &failure),
    }
}

/// The name of the group that the link leads to.
fn leads_to(state: &mut State) -> String {
    let preview = dialog(state).and_then(|dialog| dialog.leads_to()?.as_ref().ok().cloned());
    let name = preview.and_then(|preview| preview.subject);
    let name = name.map(|name| crate::text::clean_line(&name).trim().to_owned());
    name.filter(|name| !name.is_empty())
        .map_or_else(|| "the group".to_owned(), |name| format!("“{name}”"))
}

/// What was typed stays; an answer that was lost is looked up.
fn failed(state: &mut State, newest: u64, failure: &CallFailure) {
    let sentence = state.sentence(failure, None);
    if let Some(dialog) = dialog(state) {
        dialog.phase = if failure.unconfirmed {
            dialog.notes.push(sentence);
            NewGroupPhase::Checking(newest)
        } else {
            NewGroupPhase::Failed(sentence)
        };
        dialog.focus = match dialog.way {
            NewGroupWay::Create => NewGroupFocus::Name,
            NewGroupWay::Join => NewGroupFocus::Link,
        };
    }
}

/// The groups of a session were read, or could not be read: the outcome of a lost answer.
pub(crate) fn groups_read(state: &mut State, session: &str, id: RequestId, is_read: bool) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    let NewGroupPhase::Checking(after) = dialog.phase else {
        return;
    };
    if id.0 <= after || dialog.session() != session {
        return;
    }
    let name = NewGroupDialog::typed(&dialog.name);
    let target = dialog.leads_to().and_then(|answer| answer.as_ref().ok());
    let target = target.map(|preview| preview.group_jid.clone());
    let (way, before) = (dialog.way, dialog.before.clone());
    dialog.notes.clear();
    let mut groups = state.groups.entries.iter().filter(|entry| {
        entry.key.session == session && entry.group.my_role != Some(SessionRole::None)
    });
    let found: Vec<_> = match way {
        NewGroupWay::Create => groups
            .filter(|entry| {
                let same = entry.group.subject.as_deref().map(str::trim) == Some(name.as_str());
                same && !before.contains(&entry.key.jid)
            })
            .map(|entry| entry.key.clone())
            .collect(),
        NewGroupWay::Join => groups
            .find(|entry| Some(&entry.key.jid) == target.as_ref())
            .map(|entry| entry.key.clone())
            .into_iter()
            .collect(),
    };
    match (way, found.as_slice()) {
        (NewGroupWay::Create, [only]) if is_read => made(state, only.clone()),
        (NewGroupWay::Join, [_]) if is_read => {
            let name = leads_to(state);
            done(state, format!("The answer was lost, but the account is in {name} now."));
        }
        (NewGroupWay::Create, _) => done(
            state,
            "The answer was lost, and the groups do not show whether the group was created. Look at the list before you create it again.".to_owned(),
        ),
        (NewGroupWay::Join, _) => done(
            state,
            "The answer was lost, and the groups do not show whether the account joined. It may also wait for an admin.".to_owned(),
        ),
    }
}

/// The group is there: its settings are next.
fn made(state: &mut State, key: GroupKey) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    dialog.made = Some(key.clone());
    let patch = dialog.patch();
    if patch.is_empty() {
        return look(state);
    }
    let id = state.requests.change(Call::Update { group: key, patch });
    match (id, self::dialog(state)) {
        (Some(id), Some(dialog)) => dialog.phase = NewGroupPhase::Setting(id),
        _ => look(state),
    }
}

/// The settings were answered. `false` when they are not those of the dialog.
pub(crate) fn settings_answered(
    state: &mut State,
    id: RequestId,
    answer: &Result<Option<EpochMillis>, CallFailure>,
) -> bool {
    if !waits(state, &NewGroupPhase::Setting(id)) {
        return false;
    }
    if let Err(failure) = answer {
        let made = dialog(state).and_then(|dialog| dialog.made.clone());
        let sentence = state.sentence(failure, made.as_ref());
        let applied = failure.partial.as_ref().map(|partial| {
            let fields = words::settings(&partial.applied);
            match fields.as_str() {
                "" => String::new(),
                fields => format!(" Made: {fields}."),
            }
        });
        let applied = applied.unwrap_or_default();
        let note = if failure.unconfirmed {
            "Whether the settings were made is not known: look at the card.".to_owned()
        } else {
            format!("Not all settings were made: {sentence}{applied}")
        };
        if let Some(dialog) = dialog(state) {
            dialog.notes.push(note);
        }
    }
    if let Some(key) = dialog(state).and_then(|dialog| dialog.made.clone()) {
        state.requests.read_again(Call::Group(key));
    }
    look(state);
    true
}

/// Reads who is in the new group.
fn look(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    let Some(key) = dialog.made.clone() else {
        return;
    };
    if dialog.pasted.people.is_empty() {
        return end(state);
    }
    let id = state.requests.read(Call::Members(key));
    if let Some(dialog) = self::dialog(state) {
        dialog.phase = NewGroupPhase::Looking(id);
    }
}

/// The members of a group were read.
pub(crate) fn members_read(
    state: &mut State,
    id: RequestId,
    key: &GroupKey,
    answer: &Result<Vec<GroupMember>, CallFailure>,
) {
    if !waits(state, &NewGroupPhase::Looking(id)) {
        return;
    }
    let session = state.sessions.get(&key.session).cloned();
    let Some(dialog) = dialog(state) else {
        return;
    };
    let note = match answer {
        Err(_) => Some("Who is in it could not be read.".to_owned()),
        Ok(members) if members.is_empty() => Some("Who is in it is not known yet.".to_owned()),
        Ok(members) => {
            let people = dialog.pasted.people.iter();
            let missing: Vec<_> = people
                .filter(|person| !members.iter().any(|member| is_member(member, &person.jid)))
                .collect();
            // Members whose number WhatsApp hides cannot be told apart.
            let hidden = members.iter().filter(|member| {
                let own = session
                    .as_ref()
                    .is_some_and(|session| is_own(session, &member.lid));
                member.phone_number.is_none() && !own
            });
            let absent = missing.len().saturating_sub(hidden.count());
            (absent > 0).then(|| {
                let people = words::count(absent, "person is", "people are");
                format!("{people} not in it: privacy settings may forbid it. Add them from “Members…”, which shows the private invite that WhatsApp offers.")
            })
        }
    };
    dialog.notes.extend(note);
    end(state);
}

fn end(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    let name = NewGroupDialog::typed(&dialog.name);
    let mut sentences = vec![format!("“{name}” was created.")];
    sentences.append(&mut dialog.notes);
    let name = sentences.join(" ");
    done(state, name);
}

fn done(state: &mut State, words: String) {
    if let Some(dialog) = dialog(state) {
        dialog.phase = NewGroupPhase::Done(words);
        dialog.focus = NewGroupFocus::Button(ButtonId::Close);
    }
}
