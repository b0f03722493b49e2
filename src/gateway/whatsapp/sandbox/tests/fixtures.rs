//! The contents of every world, whatever its seed.

use super::*;
use crate::gateway::whatsapp::GroupSnapshot;
use std::collections::BTreeSet;

#[test]
fn the_same_seed_makes_the_same_world() {
    let of = |seed| {
        let world = World::still(seed).unwrap();
        let rules = world.rules();
        let groups: Vec<_> = rules
            .groups
            .iter()
            .map(|group| (group.jid.clone(), group.code.clone(), group.seats.clone()))
            .collect();
        let sessions: Vec<_> = world
            .sessions
            .iter()
            .map(|session| {
                (
                    session.account.clone(),
                    rules.people.identity(session.person),
                )
            })
            .collect();
        (groups, sessions)
    };
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}

#[test]
fn ids_do_not_depend_on_the_start_time_of_the_world() {
    let at = |now| {
        let world = World::load(WorldOptions {
            seed: Some(3),
            now,
            ..WorldOptions::default()
        })
        .unwrap();
        let rules = world.rules();
        let ids: Vec<_> = rules
            .groups
            .iter()
            .map(|group| (group.jid.clone(), group.code.clone()))
            .collect();
        (ids, world.seed_sessions_ids())
    };
    assert_eq!(at(1_700_000_000_000), at(1_800_000_000_000));
}

impl World {
    fn seed_sessions_ids(&self) -> Vec<SessionId> {
        self.sessions
            .iter()
            .map(|session| session.account.session.clone())
            .collect()
    }
}

#[test]
fn two_organizations_share_sessions_in_different_states() {
    let world = world();
    assert!(world.organizations().len() >= 2);
    let sessions = world.seed_sessions();
    assert!(sessions.len() >= 7);
    let first = &world.organizations()[0].0;
    let ours = sessions
        .iter()
        .filter(|session| session.account.organization == *first);
    assert_eq!(ours.count(), 5);
    let ids: BTreeSet<_> = sessions
        .iter()
        .map(|session| session.account.session.as_str().to_owned())
        .collect();
    assert_eq!(ids.len(), sessions.len());
    let unpaired = sessions.iter().find(|session| session.identity.is_none());
    assert!(!unpaired.unwrap().start);
}

#[test]
fn there_are_sixty_groups_in_many_scripts_and_sizes() {
    let world = world();
    let rules = world.rules();
    assert!(rules.groups.len() >= 60);
    let all: String = rules
        .groups
        .iter()
        .map(|group| group.subject.as_str())
        .collect();
    for (script, range) in [
        ("Latin with diacritics", 'À'..='ž'),
        ("Cyrillic", 'А'..='я'),
        ("Arabic", 'ء'..='ي'),
        ("Devanagari", 'अ'..='ह'),
        ("Thai", 'ก'..='ฮ'),
        ("Hebrew", 'א'..='ת'),
        ("Greek", 'Α'..='ω'),
        ("Han", '一'..='鿿'),
        ("Katakana", 'ァ'..='ヺ'),
        ("Hangul", '가'..='힣'),
        ("emoji", '🌀'..='🫸'),
    ] {
        assert!(all.chars().any(|c| range.contains(&c)), "{script}");
    }
    let sizes: Vec<usize> = rules.groups.iter().map(|group| group.seats.len()).collect();
    assert_eq!(sizes.iter().min(), Some(&3));
    assert_eq!(sizes.iter().max(), Some(&GROUP_MAX));
    let jids: BTreeSet<_> = rules.groups.iter().map(|group| &group.jid).collect();
    assert_eq!(jids.len(), rules.groups.len());
    for group in &rules.groups {
        let people: BTreeSet<_> = group.seats.iter().map(|seat| seat.person).collect();
        assert_eq!(people.len(), group.seats.len(), "{}", group.subject);
    }
    let ages = rules.groups.iter().map(|group| group.created_at);
    let day = 86_400_000;
    assert!(ages.clone().any(|at| at > rules.clock.epoch() - day));
    assert!(
        ages.clone()
            .any(|at| at < rules.clock.epoch() - 5 * 365 * day)
    );
}

#[test]
fn one_group_name_is_hostile() {
    let world = world();
    let rules = world.rules();
    let hostile = rules
        .groups
        .iter()
        .find(|group| group.subject.contains('\u{1b}'))
        .unwrap();
    for trick in [
        '\u{7}', '\0', '\n', '\r', '\u{9b}', '\u{202e}', '\u{2066}', '\u{200b}',
    ] {
        assert!(hostile.subject.contains(trick), "{trick:?}");
    }
    assert!(hostile.description.contains("\u{1b}]8;;"));
    assert!(hostile.pinned);
    let longest = rules
        .groups
        .iter()
        .filter(|group| group.subject.chars().count() == 100);
    assert_eq!(longest.count(), 1);
}

#[tokio::test]
async fn the_first_session_has_every_role() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let groups = support.driver.joined_groups().await.unwrap();
    assert_eq!(groups.len(), 45);
    let mine = |group: &GroupSnapshot| {
        let mut members = group.members.iter();
        members.find(|member| member.is_me).unwrap().role.clone()
    };
    for role in ["member", "admin", "superadmin"] {
        assert!(groups.iter().any(|group| mine(group).as_str() == role));
    }
    let only_admin = |group: &GroupSnapshot| {
        let admins = group.members.iter().filter(|member| member.role.is_admin());
        mine(group).is_admin() && admins.count() == 1
    };
    assert!(groups.iter().any(only_admin));
    assert!(groups.iter().any(|group| group.announce));
    assert!(groups.iter().any(|group| group.locked));
    assert!(groups.iter().any(|group| group.description.contains('\n')));
}

#[test]
fn a_group_that_removed_the_account_is_remembered() {
    let world = world();
    let support = &world.seed_sessions()[0];
    let removed = support.groups.iter().find(|group| {
        let mut members = group.members.iter();
        !members.any(|member| member.is_me)
    });
    let jid = &removed.unwrap().jid;
    let rules = world.rules();
    let me = world.sessions[0].person;
    assert_eq!(rules.group(me, jid), Err(Refusal::NotInGroup));
}

#[tokio::test]
async fn a_large_world_is_created_at_once_and_shares_memory() {
    let world = World::load(WorldOptions {
        seed: Some(1),
        groups: Some(20_000),
        ..WorldOptions::default()
    })
    .unwrap();
    let support = Session::connected(&world, "Support line").await;
    let groups = support.driver.joined_groups().await.unwrap();
    assert_eq!(groups.len(), 20_000);
    let names: BTreeSet<_> = groups.iter().map(|group| &group.subject).collect();
    assert!(names.len() > 19_900);
    let rules = world.rules();
    let rosters: BTreeSet<_> = rules
        .groups
        .iter()
        .map(|group| Arc::as_ptr(&group.seats).addr())
        .collect();
    assert!(rosters.len() < 300);
}

/// The people who wait in groups that an account of the first organization administers, per account.
fn waiting(groups: Option<usize>) -> Vec<(String, usize, usize)> {
    let world = World::load(WorldOptions {
        seed: Some(7),
        groups,
        ..WorldOptions::default()
    })
    .unwrap();
    let rules = world.rules();
    let first = &world.sessions[0].account.organization;
    let sessions = world.sessions.iter();
    let own = sessions.filter(|session| session.account.organization == *first);
    own.map(|session| {
        let lists = rules.groups.iter().filter_map(|group| {
            let requests = rules.membership_requests(session.person, &group.jid).ok()?;
            let people: BTreeSet<_> = requests.iter().map(|one| one.person.clone()).collect();
            assert_eq!(people.len(), requests.len(), "nobody asks twice");
            for request in &requests {
                let person = rules.people.find(&request.person).unwrap();
                assert!(group.approval && group.seat(person).is_none());
                assert!(request.at.is_some_and(|at| at < rules.now()));
            }
            (!requests.is_empty()).then_some(requests.len())
        });
        let lists: Vec<usize> = lists.collect();
        (session.label.clone(), lists.len(), lists.iter().sum())
    })
    .collect()
}

#[test]
fn people_wait_for_several_accounts_of_a_larger_world() {
    for groups in [120, 5_000] {
        let accounts = waiting(Some(groups));
        let people: usize = accounts.iter().map(|(_, _, people)| people).sum();
        assert!(people >= 25, "{groups}: {accounts:?}");
        for label in ["Support line", "Sales", "Jakarta desk"] {
            let (_, lists, people) = accounts.iter().find(|one| one.0 == label).unwrap();
            assert!(*lists > 0 && *people > 2, "{groups}: {accounts:?}");
        }
    }
    // The demo's own groups stay as they are.
    let own: usize = waiting(None).iter().map(|(_, _, people)| people).sum();
    assert_eq!(own, 12);
}
