//! The checks by cases.

mod given;

use super::report::CheckName;
use super::*;
use crate::api::{Audience, Group, GroupKind, Session, SessionRole, SessionStatus};
use crate::console::failure::{CallFailure, FailureKind};
use jiff::tz::TimeZone;

const NOW: i64 = 43_471_000;
const JID: &str = "1@g.us";
const LINK: &str = "https://chat.whatsapp.com/AbCdEf1234567890XyZ12";
const OTHER: &str = "https://chat.whatsapp.com/Zz9876543210FeDcBa987";

fn failed(kind: FailureKind, status: u16) -> CallFailure {
    CallFailure {
        kind,
        status: Some(status),
        ..CallFailure::no_answer("WhatsApp has suspended this group")
    }
}

fn account() -> Session {
    Session {
        id: "s1".to_owned(),
        label: Some("Support".to_owned()),
        status: SessionStatus::Working,
        ..Session::default()
    }
}

/// A group in which nothing keeps people from joining.
fn open_group() -> Group {
    Group {
        group_jid: JID.to_owned(),
        subject: Some("Choir".to_owned()),
        participant_count: Some(10),
        kind: Some(GroupKind::Group),
        invite_by: Some(Audience::Admins),
        join_approval: Some(false),
        my_role: Some(SessionRole::Admin),
        ..Group::default()
    }
}

/// The report after changing what a healthy group of our own gateway has.
fn report(change: impl Fn(&mut Session, &mut Group, &mut Facts<'_>)) -> Report {
    let (mut session, mut group) = (account(), open_group());
    let mut facts = Facts {
        away: false,
        session: None,
        group: None,
        link: Answer::Known(LINK.to_owned()),
        requests: Answer::Known(0),
        given: None,
        other_admin: None,
        now: NOW,
        zone: &TimeZone::UTC,
    };
    change(&mut session, &mut group, &mut facts);
    checks(&Facts {
        session: Some(&session),
        group: Some(&group),
        ..facts
    })
}

#[track_caller]
fn finding(report: &Report, check: CheckName) -> Finding {
    let found = report.findings.iter().find(|one| one.check == check);
    found.expect("the check was made").clone()
}

#[test]
fn nothing_is_found_in_a_healthy_group() {
    let report = report(|_, _, _| ());
    assert!(
        (report.findings.iter()).all(|one| one.outcome == Outcome::Ok && one.todo.is_none()),
        "{report:?}"
    );
    assert_eq!(report.cause(), None);
    assert!(report.head().starts_with("Nothing found that keeps"));
}

#[test]
fn each_problem_is_found_and_named_by_its_code() {
    type Change = fn(&mut Session, &mut Group, &mut Facts<'_>);
    let cases: &[(CheckName, &str, &str, Change)] = &[
        (
            CheckName::Session,
            "not_connected",
            "Support is not connected",
            |session, _, _| {
                session.status = SessionStatus::Stopped;
                session.wa_jid = Some("1@s.whatsapp.net".to_owned());
            },
        ),
        (
            CheckName::Session,
            "not_connected",
            ": replaced by another device",
            |session, _, _| {
                session.status = SessionStatus::Failed;
                session.wa_jid = Some("1@s.whatsapp.net".to_owned());
                session.status_reason = Some("replaced by another device.".to_owned());
            },
        ),
        (
            CheckName::Session,
            "unlinked",
            "not linked to a phone",
            |session, _, _| {
                session.status = SessionStatus::LoggedOut;
            },
        ),
        (
            CheckName::Session,
            "connecting",
            "is connecting",
            |session, _, _| {
                session.status = SessionStatus::Starting;
            },
        ),
        (
            CheckName::Role,
            "not_admin",
            "only admins have the link",
            |_, group, _| {
                group.my_role = Some(SessionRole::Member);
            },
        ),
        (
            CheckName::Role,
            "not_in_group",
            "left the group or was removed",
            |_, group, _| {
                group.my_role = Some(SessionRole::None);
            },
        ),
        (
            CheckName::Link,
            "link_refused",
            "admins only",
            |_, _, facts| {
                facts.link = Answer::Failed(failed(FailureKind::NotAdmin, 403));
            },
        ),
        (
            CheckName::Link,
            "not_in_group",
            "not in the group",
            |_, _, facts| {
                facts.link = Answer::Failed(failed(FailureKind::NotInGroup, 403));
            },
        ),
        (
            CheckName::Link,
            "group_gone",
            "no such group",
            |_, _, facts| {
                facts.link = Answer::Failed(failed(FailureKind::Other, 404));
            },
        ),
        (
            CheckName::Link,
            "group_refused",
            "suspended this group",
            |_, _, facts| {
                facts.link = Answer::Failed(failed(FailureKind::Other, 400));
            },
        ),
        (
            CheckName::Approval,
            "approval_needed",
            "until an admin approves",
            |_, group, facts| {
                group.join_approval = Some(true);
                facts.requests = Answer::NotAsked;
            },
        ),
        (
            CheckName::Requests,
            "requests_wait",
            "3 people wait for",
            |_, _, facts| {
                facts.requests = Answer::Known(3);
            },
        ),
        (
            CheckName::Requests,
            "requests_wait",
            "1 person waits for an admin's approval, as last seen",
            |_, group, facts| {
                facts.requests = Answer::NotAsked;
                group.pending_requests = Some(1);
            },
        ),
        (CheckName::Size, "full", "1,024 of 1,024", |_, group, _| {
            group.participant_count = Some(1_024);
        }),
        (
            CheckName::Size,
            "full",
            "unless it is a community's",
            |_, group, _| {
                group.participant_count = Some(1_024);
                group.kind = None;
            },
        ),
        (
            CheckName::Restriction,
            "restricted",
            "until 13:04",
            |session, _, _| {
                session.restricted_until = Some(NOW + 3_600_000);
            },
        ),
    ];
    for (check, code, seen, change) in cases {
        let report = report(change);
        let found = finding(&report, *check);
        assert_eq!(
            (found.outcome, found.code),
            (Outcome::Problem, *code),
            "{found:?}"
        );
        assert!(found.seen.contains(seen), "{found:?}");
        assert!(found.todo.is_some(), "{found:?}");
        let head = report.head();
        assert!(
            head.starts_with("Most likely: ") || head.starts_with("Possibly: "),
            "{head}"
        );
    }
}

#[test]
fn what_is_not_reported_is_not_known() {
    // The public gateway: no role, no kind, no approval, no requests, no restriction.
    let foreign = |facts_link: Answer<String>| {
        report(|_, group, facts| {
            *group = Group {
                group_jid: JID.to_owned(),
                ..Group::default()
            };
            facts.link = facts_link.clone();
            facts.requests = Answer::Failed(failed(FailureKind::Other, 404));
        })
    };
    let report = foreign(Answer::Known(LINK.to_owned()));
    let outcomes: Vec<_> = (report.findings.iter())
        .map(|one| (one.check, one.outcome))
        .collect();
    assert_eq!(
        outcomes,
        [
            (CheckName::Session, Outcome::Ok),
            (CheckName::Role, Outcome::Unknown),
            (CheckName::Link, Outcome::Ok),
            (CheckName::Approval, Outcome::Unknown),
            (CheckName::Requests, Outcome::Unknown),
            (CheckName::Size, Outcome::Unknown),
            (CheckName::Community, Outcome::Unknown),
            (CheckName::Restriction, Outcome::Unknown),
        ]
    );
    assert!(
        finding(&report, CheckName::Requests)
            .seen
            .contains("does not report requests")
    );
    assert_eq!(
        report.head(),
        "Nothing found, but the outcome of 6 checks is not known."
    );
    // Its 404 for a live call says nothing about the group.
    let report = foreign(Answer::Failed(failed(FailureKind::Other, 404)));
    assert_eq!(finding(&report, CheckName::Link).outcome, Outcome::Unknown);
}

#[test]
fn nothing_is_claimed_without_an_answer() {
    type Change = fn(&mut Session, &mut Group, &mut Facts<'_>);
    let cases: &[(CheckName, &str, Change)] = &[
        (
            CheckName::Session,
            "gateway does not answer",
            |_, _, facts| facts.away = true,
        ),
        (
            CheckName::Restriction,
            "gateway does not answer",
            |_, _, facts| facts.away = true,
        ),
        (CheckName::Session, "report its status", |session, _, _| {
            session.status = SessionStatus::unknown();
        }),
        (CheckName::Role, "who has the link", |_, group, _| {
            group.my_role = Some(SessionRole::Member);
            group.invite_by = None;
        }),
        (
            CheckName::Link,
            "rate limited; retry in 5 s",
            |_, _, facts| {
                let limited = FailureKind::RateLimited { wait: Some(5) };
                facts.link = Answer::Failed(failed(limited, 429));
            },
        ),
        (CheckName::Link, "not connected", |session, _, facts| {
            session.status = SessionStatus::Stopped;
            facts.link = Answer::NotAsked;
        }),
        (CheckName::Requests, "only admins see", |_, group, facts| {
            group.my_role = Some(SessionRole::Member);
            facts.requests = Answer::NotAsked;
        }),
        (CheckName::Size, "limit of this kind", |_, group, _| {
            group.kind = Some(GroupKind::Announcements);
            group.participant_count = Some(1_024);
        }),
        (CheckName::Size, "limit of this kind", |_, group, _| {
            group.kind = None;
            group.participant_count = Some(1_500);
        }),
    ];
    for (check, seen, change) in cases {
        let found = finding(&report(change), *check);
        assert_eq!(found.outcome, Outcome::Unknown, "{found:?}");
        assert!(
            found.seen.starts_with("not known: ") && found.seen.contains(seen),
            "{found:?}"
        );
    }
    for check in [CheckName::Link, CheckName::Requests, CheckName::Approval] {
        let waits = report(|_, group, facts| {
            group.join_approval = Some(true);
            facts.link = Answer::Waiting;
            facts.requests = Answer::Waiting;
        });
        assert_eq!(finding(&waits, check).outcome, Outcome::Checking);
        assert_eq!(waits.head(), "Nothing found yet; checking …");
    }
}

#[test]
fn the_most_likely_cause_comes_first() {
    let report = report(|session, group, facts| {
        session.restricted_until = Some(NOW + 1_000);
        group.join_approval = Some(true);
        facts.requests = Answer::Known(2);
    });
    assert_eq!(report.cause().unwrap().check, CheckName::Requests);
    assert_eq!(
        report.head(),
        "Most likely: 2 people wait for an admin's approval."
    );
}

/// Somebody who has the link joins without this account.
#[test]
fn what_stops_only_this_account_is_a_possible_cause() {
    let member = report(|_, group, _| group.my_role = Some(SessionRole::Member));
    assert!(
        member
            .head()
            .starts_with("Possibly: this account is no admin")
    );
    let stopped = report(|session, _, _| session.status = SessionStatus::Stopped);
    assert!(stopped.head().starts_with("Possibly: Support is not"));
    let full = report(|_, group, _| {
        group.my_role = Some(SessionRole::Member);
        group.participant_count = Some(1_024);
    });
    assert!(full.head().starts_with("Most likely: the group is full"));
}

#[test]
fn another_account_that_is_an_admin_is_the_advice() {
    let report = report(|_, group, facts| {
        group.my_role = Some(SessionRole::Member);
        facts.other_admin = Some("Sales".to_owned());
    });
    let found = finding(&report, CheckName::Role);
    assert_eq!(
        found.todo.unwrap(),
        "use Sales, which is an admin of this group"
    );
}
