//! Builds a world from the asset: people, groups and the state of each session.

use super::asset::{self, Asset};
use super::clock::Clock;
use super::rng::Rng;
use super::rules::{GROUP_MAX, GroupRecord, People, PersonId, Rank, Request, Rules, Seat};
use crate::api::{Audience, GroupKind};
use crate::gateway::domain::{GroupJid, MemberJid, OrganizationId, SessionId};
use crate::gateway::whatsapp::Account;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A session of the asset, made real.
#[derive(Debug, Clone)]
pub(super) struct SessionSeed {
    pub(super) account: Account,
    pub(super) label: String,
    pub(super) person: PersonId,
    pub(super) link: asset::Link,
    pub(super) start: bool,
    pub(super) flaky: bool,
    pub(super) stored: bool,
    /// The groups that the account was removed from.
    pub(super) removed_from: Vec<GroupJid>,
}

#[derive(Debug)]
pub(super) struct Built {
    pub(super) rules: Rules,
    pub(super) organizations: Vec<(OrganizationId, String)>,
    pub(super) sessions: Vec<SessionSeed>,
}

/// The moment from which the sessions' ids count; their order is the asset's. It is no real time, so
/// that ids stay the same from one start to the next.
const FIRST_ULID_MS: u64 = 1_767_225_600_000;
const MINUTE_MS: i64 = 60_000;

/// # Errors
/// The asset is inconsistent; the message says where.
pub(super) fn build(
    asset: &Asset,
    seed: u64,
    clock: Clock,
    groups: Option<usize>,
) -> Result<Built, String> {
    let mut rules = Rules::new(
        seed,
        clock,
        People::generate(seed, asset.crowd, &asset.culture),
    );
    let crowd: Vec<PersonId> = rules.people.ids().collect();
    for phone in &asset.private {
        let jid = MemberJid::parse(&format!("{phone}@s.whatsapp.net"));
        let jid = jid.map_err(|why| format!("the private number {phone:?}: {why}"))?;
        if rules.people.find(&jid).is_none() {
            return Err(format!("nobody has the private number {phone:?}"));
        }
        rules.make_private(&jid);
    }
    let (organizations, mut sessions, keys) = organizations(asset, seed, &mut rules)?;
    for group in &asset.group {
        add_group(group, &mut rules, &crowd, &keys, &mut sessions)?;
    }
    if let (Some(total), Some(first)) = (groups, sessions.first()) {
        let missing = total.saturating_sub(rules.groups_of(first.person).count());
        // The accounts of its organization that work.
        let accounts: Vec<PersonId> = (sessions.iter())
            .filter(|one| one.account.organization == first.account.organization)
            .filter(|one| one.start && one.link == asset::Link::Linked)
            .map(|one| one.person)
            .collect();
        add_synthetic(&asset.synthetic, &mut rules, &crowd, &accounts, missing);
    }
    Ok(Built {
        rules,
        organizations,
        sessions,
    })
}

type Organizations = (
    Vec<(OrganizationId, String)>,
    Vec<SessionSeed>,
    BTreeMap<String, usize>,
);

fn organizations(asset: &Asset, seed: u64, rules: &mut Rules) -> Result<Organizations, String> {
    let (mut organizations, mut sessions, mut keys) = (Vec::new(), Vec::new(), BTreeMap::new());
    for organization in &asset.organization {
        let id = OrganizationId::parse(&organization.id).map_err(|why| why.to_string())?;
        organizations.push((id.clone(), organization.name.clone()));
        for session in &organization.session {
            let which = u64::try_from(sessions.len()).unwrap_or_default();
            let mut rng = Rng::of(seed, "session", which);
            let random = (u128::from(rng.next()) << 64) | u128::from(rng.next());
            let ulid = ulid::Ulid::from_parts(FIRST_ULID_MS + which, random).to_string();
            let person = rules
                .people
                .add(
                    seed,
                    &session.phone,
                    session.business_name.clone(),
                    session.platform.clone(),
                )
                .ok_or_else(|| format!("{:?} has no phone number", session.key))?;
            rules.open_account(person);
            keys.insert(session.key.clone(), sessions.len());
            sessions.push(SessionSeed {
                account: Account {
                    session: SessionId::parse(&ulid).map_err(|why| why.to_string())?,
                    organization: id.clone(),
                },
                label: session.label.clone(),
                person,
                link: session.link,
                start: session.start,
                flaky: session.flaky,
                stored: session.stored,
                removed_from: Vec::new(),
            });
        }
    }
    Ok((organizations, sessions, keys))
}

fn add_group(
    group: &asset::Group,
    rules: &mut Rules,
    crowd: &[PersonId],
    keys: &BTreeMap<String, usize>,
    sessions: &mut [SessionSeed],
) -> Result<(), String> {
    let session = |key: &String| {
        keys.get(key)
            .copied()
            .ok_or_else(|| format!("group {:?} names an unknown session {key:?}", group.name))
    };
    if !(1..=GROUP_MAX).contains(&group.size) {
        return Err(format!("group {:?} has an impossible size", group.name));
    }
    let which = u64::try_from(rules.groups.len()).unwrap_or_default();
    let mut rng = Rng::of(rules.seed, "fixture", which);
    let (mut jid, code) = rules.new_group_ids();
    let community = group.community.as_ref().map(|name| {
        let is_it =
            |record: &&GroupRecord| record.kind == GroupKind::Community && record.subject == *name;
        let found = rules.groups.iter().find(is_it);
        let found = found.map(|record| record.jid.clone());
        found.ok_or_else(|| format!("group {:?} names an unknown community", group.name))
    });
    let community = community.transpose()?;
    let kind = match (&group.kind, &community) {
        (Some(kind), _) => kind.clone(),
        (None, Some(_)) => GroupKind::Subgroup,
        (None, None) => GroupKind::Group,
    };
    if group.legacy {
        // A legacy JID: the creator's number and the time in seconds, here of a reserved number and
        // 0.
        let stamp = rng.between(1_451_606_400, 1_551_606_400);
        let area = rng.between(200, 999);
        jid = GroupJid::parse(&format!("1{area}5550100-{stamp}@g.us"))
            .map_err(|why| why.to_string())?;
    }
    let mut seats = Vec::new();
    for (key, rank) in &group.r#in {
        let person = sessions[session(key)?].person;
        seats.push(Seat {
            person,
            rank: *rank,
        });
    }
    let admins = if group.only_admin {
        0
    } else {
        1 + (group.size / 40).min(5)
    };
    let has_creator = seats.iter().any(|seat| seat.rank == Rank::Superadmin);
    let mut others = random_people(crowd, &mut rng);
    let mut appointed = 0;
    while seats.len() < group.size {
        let Some(person) = others.next() else {
            break;
        };
        let rank = match appointed {
            0 if admins > 0 && !has_creator => Rank::Superadmin,
            n if n < admins => Rank::Admin,
            _ => Rank::Member,
        };
        appointed += 1;
        seats.push(Seat { person, rank });
    }
    let mut asked = Rng::of(rules.seed, "asked", which);
    let people = others.take(group.requests);
    let requests = waiting(people, rules.clock.epoch(), &mut asked);
    for key in &group.removed {
        sessions[session(key)?].removed_from.push(jid.clone());
    }
    let owner = creator(&seats);
    rules.insert(GroupRecord {
        description: group.description.clone(),
        owner,
        announce: group.announce,
        locked: group.locked,
        kind,
        community,
        invite_by: group.invite_by.clone().unwrap_or(Audience::Admins),
        add_by: group.add_by.clone().unwrap_or(Audience::Admins),
        ephemeral_seconds: group.ephemeral_seconds,
        approval: group.approval,
        seats: Arc::new(seats),
        requests,
        pinned: group.pinned,
        ..GroupRecord::new(
            (jid, code),
            group.name.clone(),
            rules.clock.epoch() - group.age.0,
        )
    });
    Ok(())
}

/// The person who made a group with these members, if still in it.
fn creator(seats: &[Seat]) -> Option<PersonId> {
    let mut seats = seats.iter();
    let creator = seats.find(|seat| seat.rank == Rank::Superadmin);
    creator.map(|seat| seat.person)
}

/// The crowd, from a place of its own for each group.
pub(super) fn random_people<'a>(
    crowd: &'a [PersonId],
    rng: &mut Rng,
) -> impl Iterator<Item = PersonId> + use<'a> {
    let from = rng.index(crowd.len());
    crowd[from..].iter().chain(&crowd[..from]).copied()
}

/// The number of distinct member lists of synthetic groups.
const ROSTERS: usize = 64;

/// Of the first synthetic groups, one in so many asks its admins before people join.
const ASKING_EVERY: usize = 5;
/// How many do. The engine looks up their requests five seconds apart, so more would be known late.
const ASKING_GROUPS: usize = 12;

/// The people who wait for the first of them.
const MANY_ASK: usize = 22;

/// Adds `count` groups of the first of these accounts.
fn add_synthetic(
    names: &asset::Synthetic,
    rules: &mut Rules,
    crowd: &[PersonId],
    accounts: &[PersonId],
    count: usize,
) {
    let Some(account) = accounts.first().copied() else {
        return;
    };
    let mut rng = Rng::of(rules.seed, "synthetic", 0);
    let rosters: Vec<(Arc<Vec<Seat>>, Option<PersonId>)> = (0..ROSTERS)
        .map(|which| roster(crowd, account, which, &mut rng))
        .collect();
    rules.reserve(count);
    for number in 1..=count {
        let ids = rules.new_group_ids();
        let Some((seats, owner)) = rng.pick(&rosters).cloned() else {
            return;
        };
        let topic = rng.pick(&names.topics).map_or("Group", String::as_str);
        let place = rng.pick(&names.places).map_or("Here", String::as_str);
        // From minutes to about eight years, most of them young.
        let age = i64::try_from(rng.between(1, 2_048) * rng.between(1, 2_048)).unwrap_or(1);
        let description = match number % 5 {
            0 => format!("{topic}, {place}: announcements and questions."),
            _ => String::new(),
        };
        let is_asking =
            number.is_multiple_of(ASKING_EVERY) && number <= ASKING_EVERY * ASKING_GROUPS;
        let (seats, owner, requests) = if is_asking {
            let (seats, requests) =
                asking(rules, crowd, accounts, number / ASKING_EVERY - 1, &seats);
            let owner = creator(&seats);
            (seats, owner, requests)
        } else {
            (seats, owner, Vec::new())
        };
        rules.insert(GroupRecord {
            description,
            owner,
            announce: rng.index(6) == 0,
            locked: rng.index(9) == 0,
            approval: is_asking,
            seats,
            requests,
            ..GroupRecord::new(
                ids,
                format!("{topic} {place} {number}"),
                rules.clock.epoch() - age * MINUTE_MS,
            )
        });
    }
}

/// The members and the requests of a synthetic group that asks its admins. The accounts take turns in being
/// the one that is an admin; the first is a member at least.
fn asking(
    rules: &Rules,
    crowd: &[PersonId],
    accounts: &[PersonId],
    which: usize,
    seats: &[Seat],
) -> (Arc<Vec<Seat>>, Vec<Request>) {
    let admin = accounts[which % accounts.len()];
    let own = |person, rank| Seat { person, rank };
    let mut members = vec![own(admin, Rank::Admin)];
    if admin != accounts[0] {
        members.push(own(accounts[0], Rank::Member));
    }
    let others = seats.iter().filter(|seat| !accounts.contains(&seat.person));
    members.extend(others);
    let mut rng = Rng::of(
        rules.seed,
        "asked synthetic",
        u64::try_from(which).unwrap_or_default(),
    );
    // The link of the first one was shared widely.
    let count = match which {
        0 => MANY_ASK,
        _ => 3 + rng.index(4),
    };
    let people = random_people(crowd, &mut rng)
        .filter(|person| !members.iter().any(|seat| seat.person == *person));
    let people: Vec<PersonId> = people.take(count).collect();
    let requests = waiting(people, rules.clock.epoch(), &mut rng);
    (Arc::new(members), requests)
}

/// These people asked to join within the last three days; oldest first.
fn waiting(people: impl IntoIterator<Item = PersonId>, epoch: i64, rng: &mut Rng) -> Vec<Request> {
    let asked = |person| Request {
        person,
        at: epoch - i64::try_from(rng.between(2, 4_320)).unwrap_or(2) * MINUTE_MS,
    };
    let mut requests: Vec<Request> = people.into_iter().map(asked).collect();
    requests.sort_by_key(|request| request.at);
    requests
}

/// A small membership: the account (an admin in most) and a few people of the crowd.
fn roster(
    crowd: &[PersonId],
    account: PersonId,
    which: usize,
    rng: &mut Rng,
) -> (Arc<Vec<Seat>>, Option<PersonId>) {
    let size = 2 + rng.index(6);
    let mine = match which % 8 {
        0..=4 => Rank::Admin,
        5 => Rank::Superadmin,
        _ => Rank::Member,
    };
    let mut seats = vec![Seat {
        person: account,
        rank: mine,
    }];
    seats.extend(
        random_people(crowd, rng)
            .take(size)
            .enumerate()
            .map(|(place, person)| Seat {
                person,
                rank: match place {
                    0 if mine != Rank::Superadmin => Rank::Superadmin,
                    _ => Rank::Member,
                },
            }),
    );
    let owner = creator(&seats);
    (Arc::new(seats), owner)
}

/// Gives an account that was just paired its groups.
pub(super) fn add_arrivals(arrivals: &[asset::Arrival], rules: &mut Rules, person: PersonId) {
    let crowd: Vec<PersonId> = rules
        .people
        .ids()
        .filter(|someone| !rules.is_account(*someone))
        .collect();
    for arrival in arrivals {
        let ids = rules.new_group_ids();
        let which = u64::try_from(rules.groups.len()).unwrap_or_default();
        let mut rng = Rng::of(rules.seed, "arrival", which);
        let mut seats = vec![Seat {
            person,
            rank: arrival.rank,
        }];
        let others = arrival.size.saturating_sub(1);
        seats.extend(
            random_people(&crowd, &mut rng)
                .take(others)
                .enumerate()
                .map(|(place, person)| Seat {
                    person,
                    rank: match place {
                        0 if arrival.rank != Rank::Superadmin => Rank::Superadmin,
                        _ => Rank::Member,
                    },
                }),
        );
        let owner = creator(&seats);
        let age = i64::try_from(rng.between(60, 900_000)).unwrap_or_default();
        rules.insert(GroupRecord {
            owner,
            seats: Arc::new(seats),
            ..GroupRecord::new(
                ids,
                arrival.name.clone(),
                rules.clock.epoch() - age * MINUTE_MS,
            )
        });
    }
}
