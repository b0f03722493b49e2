//! Changes of members: one call for all who are added, else one call per person. A lost answer is looked up
//! among the members, never sent again.

use super::find::dialog;
use crate::api::GroupMember;
use crate::console::effect::{Call, MemberChange};
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::{GroupKey, RequestId};
use crate::console::people;
use crate::console::state::{
    PersonOutcome, RosterDialog, RosterPhase, RosterWork, State, WorkStep, refused,
};
use crate::console::update::groups;
use crate::console::words;

/// The question was answered with yes.
pub(super) fn start(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    let phase = std::mem::replace(&mut dialog.phase, RosterPhase::List);
    let RosterPhase::Asking(task, _) = phase else {
        dialog.phase = phase;
        return;
    };
    dialog.phase = RosterPhase::Working(RosterWork::new(task));
    next(state);
}

fn work(state: &mut State) -> Option<(GroupKey, &mut RosterWork)> {
    match dialog(state)? {
        RosterDialog {
            key,
            phase: RosterPhase::Working(work),
            ..
        } => Some((key.clone(), work)),
        _ => None,
    }
}

/// Sends the next call, or ends.
fn next(state: &mut State) {
    let Some((group, work)) = work(state) else {
        return;
    };
    let waiting = work
        .lines
        .iter()
        .filter(|line| line.outcome == PersonOutcome::Waiting)
        .map(|line| line.person.jid.clone());
    let members: Vec<_> = match work.change {
        MemberChange::Add => waiting.collect(),
        _ => waiting.take(1).collect(),
    };
    if members.is_empty() || work.stopped {
        return end(state);
    }
    let call = Call::ChangeMembers {
        group,
        change: work.change,
        members: members.clone(),
    };
    let id = state.requests.change(call);
    let Some((_, work)) = self::work(state) else {
        return;
    };
    let Some(id) = id else {
        work.failure = Some("Members of this group are being changed already.".to_owned());
        work.stopped = true;
        return end(state);
    };
    work.step = WorkStep::Calling(id);
    for line in &mut work.lines {
        if members.contains(&line.person.jid) {
            line.outcome = PersonOutcome::Running;
        }
    }
}

/// A call of the change was answered.
pub(crate) fn answered(
    state: &mut State,
    (id, newest): (RequestId, u64),
    group: &GroupKey,
    answer: Result<(), CallFailure>,
) {
    let sentence = match &answer {
        Err(failure) => state.sentence(failure, Some(group)),
        Ok(()) => String::new(),
    };
    groups::read_row_again(state, group);
    let awaited = work(state).is_some_and(|(_, work)| work.step == WorkStep::Calling(id));
    if !awaited {
        // The dialog was left, for another gateway's or otherwise.
        state.requests.read_again(Call::Members(group.clone()));
        if answer.is_err() {
            let name = state.group_name(group);
            state.bad(format!("{name}, members: {sentence}"));
        }
        return;
    }
    let Some((_, work)) = work(state) else {
        return;
    };
    match answer {
        Ok(()) => set(work, |_| PersonOutcome::Applied),
        Err(failure) if failure.unconfirmed && failure.members.is_none() => {
            work.failure = Some(sentence);
            work.step = WorkStep::Checking(newest);
            set(work, |_| PersonOutcome::Unknown);
            state.requests.read_again(Call::Members(group.clone()));
            return;
        }
        Err(failure) => refuse(work, &failure, sentence),
    }
    next(state);
}

/// Sets the outcome of the people of the call.
fn set(work: &mut RosterWork, outcome: impl Fn(&str) -> PersonOutcome) {
    for line in &mut work.lines {
        if line.outcome == PersonOutcome::Running {
            line.outcome = outcome(&line.person.jid);
        }
    }
}

fn refuse(work: &mut RosterWork, failure: &CallFailure, sentence: String) {
    if failure.kind == FailureKind::GatewayAway {
        // Nothing was sent, and nothing is sent later.
        set(work, |_| PersonOutcome::NotTried);
        work.stopped = true;
        work.failure = Some(sentence);
        return;
    }
    let Some(partial) = &failure.members else {
        let alone = work.count(|outcome| *outcome == PersonOutcome::Running) == 1;
        if alone {
            let invite = failure.invite.as_deref().cloned();
            let line = work
                .lines
                .iter_mut()
                .find(|line| line.outcome == PersonOutcome::Running);
            if let Some(line) = line {
                line.outcome = refused(&sentence);
                line.invite = invite;
            }
        } else {
            set(work, |_| PersonOutcome::NotTried);
        }
        // What the gateway refuses for one person says nothing about the next.
        if failure.kind != FailureKind::Other || !alone {
            work.stopped = true;
        }
        work.failure = Some(sentence);
        return;
    };
    for line in &mut work.lines {
        if line.outcome != PersonOutcome::Running {
            continue;
        }
        let jid = &line.person.jid;
        line.outcome = if partial.applied.contains(jid) {
            PersonOutcome::Applied
        } else if let Some(one) = partial.failed.iter().find(|one| one.jid == *jid) {
            line.invite.clone_from(&one.invite);
            match one.message.trim() {
                "" => refused(&sentence),
                message => refused(message),
            }
        } else {
            PersonOutcome::Unknown
        };
    }
}

/// The members were read by this request: whether a lost change was made.
pub(super) fn members_read(state: &mut State, id: RequestId, is_read: bool) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    let members: Vec<GroupMember> = match &dialog.phase {
        RosterPhase::Working(work) => match work.step {
            WorkStep::Checking(after) if id.0 > after => dialog.loaded().to_vec(),
            _ => return,
        },
        _ => return,
    };
    let RosterPhase::Working(work) = &mut dialog.phase else {
        return;
    };
    if is_read {
        for line in &mut work.lines {
            if line.outcome == PersonOutcome::Unknown
                && is_done(work.change, &members, &line.person.jid)
            {
                line.outcome = PersonOutcome::Applied;
            }
        }
    }
    if work.count(|outcome| *outcome == PersonOutcome::Unknown) > 0 {
        work.stopped = true;
    }
    next(state);
}

/// Whether the members show that a change was made.
fn is_done(change: MemberChange, members: &[GroupMember], jid: &str) -> bool {
    let found = members.iter().find(|member| people::is_member(member, jid));
    match change {
        MemberChange::Add => found.is_some(),
        MemberChange::Remove => found.is_none(),
        MemberChange::Promote => found.is_some_and(|member| member.role.is_admin()),
        MemberChange::Demote => found.is_some_and(|member| !member.role.is_admin()),
    }
}

/// Nothing more is sent: reports the outcome.
pub(super) fn end(state: &mut State) {
    let Some((group, work)) = work(state) else {
        return;
    };
    for line in &mut work.lines {
        if matches!(line.outcome, PersonOutcome::Waiting) {
            line.outcome = PersonOutcome::NotTried;
        }
    }
    work.step = WorkStep::Ended;
    let not_done = |outcome: &PersonOutcome| *outcome != PersonOutcome::Applied;
    work.cursor = (work.lines.iter())
        .position(|line| not_done(&line.outcome))
        .unwrap_or(0);
    let (all, missing) = (work.lines.len(), work.count(not_done));
    let change = work.change;
    state.requests.read_again(Call::Members(group.clone()));
    let Some(dialog) = dialog(state) else {
        return;
    };
    if missing > 0 {
        return;
    }
    dialog.phase = RosterPhase::List;
    dialog.marked.clear();
    if change == MemberChange::Add {
        dialog.typed = crate::console::state::empty_text();
        dialog.pasted = people::Pasted::default();
    }
    let name = state.group_name(&group);
    let people = words::count(all, "person", "people");
    state.good(match change {
        MemberChange::Add => format!("{name}: {people} added"),
        MemberChange::Remove => format!("{name}: {people} removed"),
        MemberChange::Promote => format!("{name}: {people} made admin"),
        MemberChange::Demote => format!("{name}: {people} no admin any more"),
    });
}
