//! The link that the user gave: is it one, does it live, and whose is it?

use super::facts::{Answer, Facts, Given};
use super::reasons::{not_asked, why};
use super::report::{CheckName, Finding};
use crate::api::{INVITE_PREFIX, InvitePreview, code_in, link_code};
use crate::console::failure::FailureKind;
use crate::text::clean_line;

const CHECK: CheckName = CheckName::GivenLink;
/// What to do about a link that leads nowhere, or elsewhere.
const GIVE_THE_CURRENT: &str = "give people the group's current link";

/// The verdict on the given link. `jid` is the group that it should lead to; without one any group will do.
pub(super) fn given_link(given: &Given, jid: Option<&str>, facts: &Facts<'_>) -> Finding {
    let Some(code) = code_in(&given.text) else {
        return Finding::problem(
            CHECK,
            "not_a_link",
            "what was given is no invite link",
            format!("an invite link looks like {INVITE_PREFIX}AbCdEf1234567890XyZ12"),
        );
    };
    let current = match &facts.link {
        Answer::Known(link) => link_code(link),
        _ => None,
    };
    if jid.is_some() && current == Some(code) {
        return Finding::ok(CHECK, "it is the group's current link");
    }
    let failure = match &given.preview {
        Answer::Known(preview) => return leads_to(preview, jid),
        Answer::Waiting => return Finding::checking(CHECK),
        Answer::NotAsked => None,
        Answer::Failed(failure) => Some(failure),
    };
    if failure.is_some_and(|failure| failure.kind == FailureKind::DeadInvite) {
        let todo = if jid.is_some() {
            GIVE_THE_CURRENT
        } else {
            "ask an admin of its group for the current link"
        };
        return Finding::problem(
            CHECK,
            "dead_link",
            "the link that people use is dead: it was reset, or never was one",
            todo,
        );
    }
    // A group has one invite link at a time.
    if jid.is_some() && current.is_some() {
        return Finding::problem(
            CHECK,
            "other_link",
            "the link that people use is not this group's current one",
            GIVE_THE_CURRENT,
        );
    }
    let why = match failure {
        Some(failure) if failure.is_not_offered() => {
            "this gateway does not report where a link leads".to_owned()
        }
        Some(failure) => why(failure),
        None => not_asked(facts).to_owned(),
    };
    Finding::unknown(CHECK, &why)
}

fn leads_to(preview: &InvitePreview, jid: Option<&str>) -> Finding {
    let subject = preview.subject.as_deref().map(clean_line);
    let name = match subject.as_deref().map(str::trim) {
        Some(subject) if !subject.is_empty() => format!("“{subject}”"),
        _ => clean_line(&preview.group_jid).into_owned(),
    };
    match jid {
        Some(jid) if jid == preview.group_jid => Finding::ok(CHECK, "it leads to this group"),
        Some(_) => Finding::problem(
            CHECK,
            "other_group",
            format!("the link that people use leads to another group: {name}"),
            GIVE_THE_CURRENT,
        ),
        None => Finding::ok(CHECK, format!("it leads to {name}")),
    }
}
