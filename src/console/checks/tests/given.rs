//! The link that the user gave.

use super::*;
use crate::api::InvitePreview;

/// A text that the user gave, and the answer to its preview.
fn given(text: &str, preview: &Answer<InvitePreview>, link: &Answer<String>) -> Report {
    report(|_, _, facts| {
        facts.link = link.clone();
        facts.given = Some(Given {
            text: text.to_owned(),
            preview: preview.clone(),
        });
    })
}

fn preview(jid: &str, subject: &str) -> Answer<InvitePreview> {
    Answer::Known(InvitePreview {
        group_jid: jid.to_owned(),
        subject: Some(subject.to_owned()),
        ..InvitePreview::default()
    })
}

#[test]
fn a_given_link_is_judged_by_where_it_leads() {
    let ours = || Answer::Known(LINK.to_owned());
    let dead = || Answer::Failed(failed(FailureKind::DeadInvite, 404));
    let absent = || Answer::Failed(failed(FailureKind::Other, 404));
    for (text, preview, link, outcome, code, seen) in [
        (
            "https://evil.test/login",
            Answer::NotAsked,
            ours(),
            Outcome::Problem,
            "not_a_link",
            "no invite link",
        ),
        (
            "hello there",
            Answer::NotAsked,
            ours(),
            Outcome::Problem,
            "not_a_link",
            "no invite link",
        ),
        (
            " HTTPS://chat.whatsapp.com/AbCdEf1234567890XyZ12?mode=x ",
            Answer::NotAsked,
            ours(),
            Outcome::Ok,
            "ok",
            "current link",
        ),
        (OTHER, dead(), ours(), Outcome::Problem, "dead_link", "dead"),
        (
            OTHER,
            dead(),
            Answer::NotAsked,
            Outcome::Problem,
            "dead_link",
            "dead",
        ),
        (
            OTHER,
            preview(JID, "Choir"),
            Answer::NotAsked,
            Outcome::Ok,
            "ok",
            "leads to this group",
        ),
        (
            OTHER,
            preview("2@g.us", "Darts\u{202e}\n"),
            ours(),
            Outcome::Problem,
            "other_group",
            "another group: “Darts”",
        ),
        (
            OTHER,
            preview("2@g.us", " "),
            ours(),
            Outcome::Problem,
            "other_group",
            "2@g.us",
        ),
        (
            OTHER,
            Answer::Waiting,
            ours(),
            Outcome::Checking,
            "checking",
            "checking",
        ),
        // Without a preview: only the comparison with the current link is certain.
        (
            OTHER,
            absent(),
            ours(),
            Outcome::Problem,
            "other_link",
            "not this group's current one",
        ),
        (
            OTHER,
            absent(),
            Answer::NotAsked,
            Outcome::Unknown,
            "unknown",
            "this gateway does not report where",
        ),
        (
            LINK,
            absent(),
            Answer::NotAsked,
            Outcome::Unknown,
            "unknown",
            "this gateway does not report where",
        ),
    ] {
        let report = given(text, &preview, &link);
        let found = finding(&report, CheckName::GivenLink);
        assert_eq!(
            (found.outcome, found.code),
            (outcome, code),
            "{text}: {found:?}"
        );
        assert!(found.seen.contains(seen), "{found:?}");
    }
}

#[test]
fn a_link_of_no_group_of_ours_has_its_verdict_alone() {
    let (session, zone) = (account(), TimeZone::UTC);
    let facts = Facts {
        away: false,
        session: Some(&session),
        group: None,
        link: Answer::NotAsked,
        requests: Answer::NotAsked,
        given: None,
        other_admin: None,
        now: NOW,
        zone: &zone,
    };
    let verdict = |preview| {
        let text = OTHER.to_owned();
        let report = given_alone(&Given { text, preview }, &facts);
        assert_eq!(report.findings.len(), 1);
        report.findings[0].clone()
    };
    let dead = verdict(Answer::Failed(failed(FailureKind::DeadInvite, 404)));
    assert_eq!(dead.code, "dead_link");
    assert!(dead.todo.unwrap().contains("an admin of its group"));
    let lives = verdict(preview("2@g.us", "Darts"));
    assert_eq!(
        (lives.outcome, lives.seen.as_str()),
        (Outcome::Ok, "it leads to “Darts”")
    );
}

#[test]
fn a_link_that_could_not_be_looked_up_says_why() {
    let unasked = |change: fn(&mut Session, &mut Facts<'_>)| {
        let report = report(|session, _, facts| {
            facts.link = Answer::NotAsked;
            facts.given = Some(Given {
                text: OTHER.to_owned(),
                preview: Answer::NotAsked,
            });
            change(session, facts);
        });
        finding(&report, CheckName::GivenLink).seen
    };
    let away = unasked(|_, facts| facts.away = true);
    assert_eq!(away, "not known: the gateway does not answer");
    let stopped = unasked(|session, _| session.status = SessionStatus::Stopped);
    assert_eq!(
        stopped,
        "not known: the account is not connected to WhatsApp"
    );
}
