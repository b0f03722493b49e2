//! The checks, one function each.

use super::facts::{Answer, Facts, Given};
use super::given::given_link;
use super::reasons::{not_asked, why};
use super::report::{CheckName, Finding, Report};
use crate::api::{
    Audience, Group, GroupKind, PARTICIPANTS_MAX, Session, SessionRole, SessionStatus,
};
use crate::console::account;
use crate::console::failure::FailureKind;
use crate::console::words;
use crate::text::clean_line;

/// Milliseconds.
const DAY: i64 = 86_400_000;

/// All checks of a group.
#[must_use]
pub(crate) fn checks(facts: &Facts<'_>) -> Report {
    let mut findings = Vec::new();
    if let Some(given) = &facts.given {
        let jid = facts.group.map_or("", |group| group.group_jid.as_str());
        findings.push(given_link(given, Some(jid), facts));
    }
    findings.push(session(facts));
    match facts.group {
        Some(group) => findings.extend([
            role(facts, group),
            link(facts, group),
            approval(facts, group),
            requests(facts, group),
            size(group),
            community(group),
        ]),
        None => findings.push(Finding::problem(
            CheckName::Role,
            "group_gone",
            "the group is not in this account's list any more",
            "choose another account that is in it",
        )),
    }
    findings.push(restriction(facts));
    Report { findings }
}

/// The check of a link that belongs to no group of ours.
#[must_use]
pub(crate) fn given_alone(given: &Given, facts: &Facts<'_>) -> Report {
    Report {
        findings: vec![given_link(given, None, facts)],
    }
}

fn session(facts: &Facts<'_>) -> Finding {
    const CHECK: CheckName = CheckName::Session;
    if facts.away {
        return Finding::unknown(CHECK, "the gateway does not answer");
    }
    let Some(session) = facts.session else {
        return Finding::unknown(CHECK, "the gateway does not list this account");
    };
    let name = account::name(session);
    let off = |code, what: &str, todo: &str| {
        let reason = session.status_reason.as_deref().map(clean_line);
        let reason = reason.filter(|reason| !reason.trim().is_empty());
        let seen = match reason {
            Some(reason) => format!("{name} is {what}: {}", reason.trim().trim_end_matches('.')),
            None => format!("{name} is {what}"),
        };
        Finding::problem(CHECK, code, seen, todo)
    };
    match &session.status {
        SessionStatus::Working => Finding::ok(CHECK, format!("{name} is connected to WhatsApp")),
        SessionStatus::Starting => match words::catching_up(session, usize::MAX) {
            Some(progress) => off("connecting", &progress, "wait until it is connected"),
            None => off(
                "connecting",
                "connecting to WhatsApp",
                "wait until it is connected, then check again",
            ),
        },
        _ if account::is_unlinked(session) => off(
            "unlinked",
            "not linked to a phone",
            "link its phone, then check again",
        ),
        SessionStatus::Failed => off(
            "not_connected",
            "not connected to WhatsApp",
            "mend the reason, start the account, then check again",
        ),
        SessionStatus::Stopped | SessionStatus::LoggedOut | SessionStatus::ScanQrCode => off(
            "not_connected",
            "not connected to WhatsApp",
            "start the account, then check again",
        ),
        SessionStatus::Other(_) => {
            Finding::unknown(CHECK, "the gateway does not report its status")
        }
    }
}

/// What to do where the account lacks a right in the group.
fn ask_an_admin(facts: &Facts<'_>) -> String {
    match &facts.other_admin {
        Some(other) => format!("use {other}, which is an admin of this group"),
        None => "ask an admin of the group to make this account one".to_owned(),
    }
}

fn role(facts: &Facts<'_>, group: &Group) -> Finding {
    const CHECK: CheckName = CheckName::Role;
    match &group.my_role {
        Some(role) if role.is_admin() => {
            Finding::ok(CHECK, "this account is an admin of the group")
        }
        Some(SessionRole::None) => Finding::problem(
            CHECK,
            "not_in_group",
            "this account has left the group or was removed",
            match &facts.other_admin {
                Some(other) => format!("use {other}, which is an admin of this group"),
                None => "have an admin add the account again".to_owned(),
            },
        ),
        Some(SessionRole::Member) => match &group.invite_by {
            Some(Audience::Members) => {
                Finding::ok(CHECK, "this account is a member, and members have the link")
            }
            Some(Audience::Admins) => Finding::problem(
                CHECK,
                "not_admin",
                "this account is no admin, and only admins have the link",
                ask_an_admin(facts),
            ),
            _ => Finding::unknown(
                CHECK,
                "this account is a member; the gateway does not report who has the link",
            ),
        },
        _ => Finding::unknown(CHECK, "the gateway does not report this account's role"),
    }
}

fn link(facts: &Facts<'_>, group: &Group) -> Finding {
    const CHECK: CheckName = CheckName::Link;
    let failure = match &facts.link {
        Answer::Known(link) => {
            return Finding::ok(CHECK, format!("WhatsApp confirms {}", clean_line(link)));
        }
        Answer::Waiting => return Finding::checking(CHECK),
        Answer::NotAsked => {
            let why = match group.my_role {
                Some(SessionRole::None) => "the account is not in the group",
                Some(SessionRole::Member) if group.invite_by == Some(Audience::Admins) => {
                    "only admins can look it up"
                }
                _ => not_asked(facts),
            };
            return Finding::unknown(CHECK, why);
        }
        Answer::Failed(failure) => failure,
    };
    match failure.kind {
        FailureKind::NotAdmin => Finding::problem(
            CHECK,
            "link_refused",
            "WhatsApp gives the link to admins only",
            ask_an_admin(facts),
        ),
        FailureKind::NotInGroup => Finding::problem(
            CHECK,
            "not_in_group",
            "WhatsApp refuses the link: this account is not in the group",
            "have an admin add the account again",
        ),
        // A gateway that reports roles knows its groups: its 404 and 400 come from WhatsApp.
        FailureKind::Other if group.my_role.is_some() && failure.status == Some(404) => {
            Finding::problem(
                CHECK,
                "group_gone",
                "WhatsApp knows no such group any more",
                "make a new group",
            )
        }
        FailureKind::Other if group.my_role.is_some() && failure.status == Some(400) => {
            Finding::problem(
                CHECK,
                "group_refused",
                format!("WhatsApp refuses the link: {}", why(failure)),
                "look at the group on a phone of one of its admins",
            )
        }
        _ => Finding::unknown(CHECK, &why(failure)),
    }
}

/// How many requests wait, and whether WhatsApp was asked just now. `None` when it is not known.
fn waiting(facts: &Facts<'_>, group: &Group) -> Option<(usize, bool)> {
    match &facts.requests {
        Answer::Known(count) => Some((*count, true)),
        _ => Some((group.pending_requests? as usize, false)),
    }
}

fn approval(facts: &Facts<'_>, group: &Group) -> Finding {
    const CHECK: CheckName = CheckName::Approval;
    match group.join_approval {
        None => Finding::unknown(
            CHECK,
            "the gateway does not report whether joining needs an approval",
        ),
        Some(false) => Finding::ok(CHECK, "not needed: whoever has the link joins at once"),
        Some(true) if facts.requests == Answer::Waiting => Finding::checking(CHECK),
        Some(true) if waiting(facts, group).is_some_and(|(count, _)| count == 0) => {
            Finding::ok(CHECK, "needed: an admin approves each person; nobody waits")
        }
        Some(true) => Finding::problem(
            CHECK,
            "approval_needed",
            "people who follow the link wait until an admin approves them",
            "approve them, or switch the approval off",
        ),
    }
}

fn requests(facts: &Facts<'_>, group: &Group) -> Finding {
    const CHECK: CheckName = CheckName::Requests;
    if facts.requests == Answer::Waiting {
        return Finding::checking(CHECK);
    }
    match (waiting(facts, group), &facts.requests) {
        (Some((0, true)), _) => Finding::ok(CHECK, "nobody waits for an approval"),
        (Some((0, false)), _) => Finding::ok(CHECK, "nobody waited when it was last looked up"),
        (Some((count, is_fresh)), _) => {
            let people = words::count(count, "person waits", "people wait");
            let when = if is_fresh { "" } else { ", as last seen" };
            Finding::problem(
                CHECK,
                "requests_wait",
                format!("{people} for an admin's approval{when}"),
                "approve or reject them",
            )
        }
        (None, Answer::Failed(failure)) if failure.is_not_offered() && group.my_role.is_none() => {
            Finding::unknown(CHECK, "this gateway does not report requests to join")
        }
        (None, Answer::Failed(failure)) => Finding::unknown(CHECK, &why(failure)),
        (None, _) => match group.my_role {
            Some(SessionRole::Member | SessionRole::None) => {
                Finding::unknown(CHECK, "only admins see who asked to join")
            }
            _ => Finding::unknown(CHECK, "they were not looked up"),
        },
    }
}

/// A group holds 1,024 members. Announcement groups and communities hold more; how many is not published in
/// the protocol, so nothing is concluded there.
fn size(group: &Group) -> Finding {
    const CHECK: CheckName = CheckName::Size;
    let Some(count) = group.participant_count.map(|count| count as usize) else {
        return Finding::unknown(
            CHECK,
            "the gateway does not report how many members there are",
        );
    };
    let (members, most) = (words::thousands(count), words::thousands(PARTICIPANTS_MAX));
    let is_larger_kind = match &group.kind {
        Some(GroupKind::Announcements | GroupKind::Community) => true,
        Some(GroupKind::Group | GroupKind::General | GroupKind::Subgroup) => false,
        // More than fit into a group: it must be one of the larger kinds.
        Some(GroupKind::Other(_)) | None => count > PARTICIPANTS_MAX,
    };
    if count < PARTICIPANTS_MAX {
        return Finding::ok(CHECK, format!("{members} of at least {most}"));
    }
    if is_larger_kind {
        let why = format!("{members} members; the limit of this kind of group is not reported");
        return Finding::unknown(CHECK, &why);
    }
    let seen = match group.kind {
        Some(GroupKind::Group | GroupKind::General | GroupKind::Subgroup) => {
            format!("the group is full: {members} of {most} members")
        }
        _ => format!(
            "{members} members, as many as a group can hold unless it is a community's announcement group"
        ),
    };
    Finding::problem(
        CHECK,
        "full",
        seen,
        "remove members, or make a second group",
    )
}

fn community(group: &Group) -> Finding {
    const CHECK: CheckName = CheckName::Community;
    let of = match group.community_subject.as_deref().map(clean_line) {
        Some(subject) if !subject.trim().is_empty() => {
            format!("the community “{}”", subject.trim())
        }
        _ => "a community".to_owned(),
    };
    match &group.kind {
        Some(GroupKind::Group) => Finding::ok(CHECK, "the group is not part of a community"),
        Some(GroupKind::Community) => Finding::ok(
            CHECK,
            "a community: its link leads into its announcement group",
        ),
        Some(GroupKind::Announcements) => Finding::ok(
            CHECK,
            format!("the announcement group of {of}; everybody who joins the community is in it"),
        ),
        Some(GroupKind::General | GroupKind::Subgroup) => Finding::ok(
            CHECK,
            format!("a group of {of}, which people join along with it"),
        ),
        Some(GroupKind::Other(_)) | None => {
            Finding::unknown(CHECK, "the gateway does not report the kind of group")
        }
    }
}

fn restriction(facts: &Facts<'_>) -> Finding {
    const CHECK: CheckName = CheckName::Restriction;
    let until = |session: &Session| session.restricted_until.filter(|at| *at > facts.now);
    if facts.away {
        return Finding::unknown(CHECK, "the gateway does not answer");
    }
    if let Some(until) = facts.session.and_then(until) {
        let until = if until - facts.now < DAY {
            words::clock(until, facts.zone)
        } else {
            words::date(until, facts.zone)
        };
        return Finding::problem(
            CHECK,
            "restricted",
            format!("WhatsApp restricts this account until {until}"),
            match &facts.other_admin {
                Some(other) => format!("wait until then, or use {other}"),
                None => "wait until then, or use another account".to_owned(),
            },
        );
    }
    // Gateways that report roles report restrictions, too, once WhatsApp has told them.
    match facts.group {
        Some(group) if group.my_role.is_some() => {
            Finding::ok(CHECK, "the gateway knows of no restriction of this account")
        }
        _ => Finding::unknown(CHECK, "the gateway does not report restrictions"),
    }
}
