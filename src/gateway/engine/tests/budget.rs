//! How often a session may do what gets accounts restricted.

use super::fake::Fault;
use super::{Desk, caller, desk, desk_with, jid, pass};
use crate::api::{ErrorCode, SessionBudget, SessionStatus};
use crate::gateway::domain::{InviteCode, MemberJid};
use crate::gateway::whatsapp::{DriverError, DriverEvent, MemberChange};
use crate::gateway::{Error, Limits, clock};
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

impl Desk {
    async fn create(&self) -> Result<(), Error> {
        self.engine
            .create_group(&self.caller, &self.session(1), "New", Vec::new())
            .await
            .map(drop)
    }

    async fn join(&self) -> Result<(), Error> {
        let code = InviteCode::parse("InviteCode00000000001").unwrap();
        self.engine
            .join(&self.caller, &self.session(1), &code)
            .await
            .map(drop)
    }

    async fn add(&self, lids: &[&str]) -> Result<(), Error> {
        let members = lids.iter().map(|lid| MemberJid::parse(lid).unwrap());
        self.engine
            .change_members(
                &self.caller,
                &self.session(1),
                &jid(1),
                MemberChange::Add,
                members.collect(),
            )
            .await
    }

    /// How many calls of this kind reached the driver.
    fn sent(&self, name: &str) -> usize {
        let world = self.worlds.of(self.session(1).id.as_str());
        let world = world.lock().unwrap();
        world.calls.iter().filter(|call| *call == name).count()
    }

    fn fail(&self, name: &'static str, error: Option<DriverError>) {
        let world = self.worlds.of(self.session(1).id.as_str());
        let mut world = world.lock().unwrap();
        match error {
            Some(error) => drop(world.faults.insert(name, Fault::Error(error))),
            None => drop(world.faults.remove(name)),
        }
    }
}

/// The refusal of a call that was not sent: its words and its `Retry-After`.
fn spent(outcome: Result<(), Error>) -> (String, Duration) {
    let error = outcome.unwrap_err();
    let object = error.to_object();
    assert_eq!(object.code, ErrorCode::RateLimited, "{error}");
    assert_eq!(object.details["reason"], "budget", "{error}");
    (object.message, error.retry_after().unwrap())
}

#[tokio::test]
async fn five_groups_an_hour_may_be_created() {
    let desk = desk().await;
    for _ in 0..5 {
        desk.create().await.unwrap();
    }
    let (words, wait) = spent(desk.create().await);
    assert!(words.contains("5 groups an hour"), "{words}");
    assert!(wait <= HOUR && wait > 59 * MINUTE, "{wait:?}");
    assert_eq!(desk.sent("create"), 5);
    pass(HOUR).await;
    desk.create().await.unwrap();
}

#[tokio::test]
async fn fifteen_groups_a_day_may_be_created() {
    let desk = desk().await;
    for _ in 0..3 {
        for _ in 0..5 {
            desk.create().await.unwrap();
        }
        pass(HOUR).await;
    }
    let (words, wait) = spent(desk.create().await);
    assert!(words.contains("15 groups a day"), "{words}");
    assert!(wait > 20 * HOUR && wait <= 21 * HOUR, "{wait:?}");
    assert_eq!(desk.sent("create"), 15);
    // Each kind has a budget of its own.
    desk.join().await.unwrap();
}

#[tokio::test]
async fn everybody_who_is_added_counts() {
    let desk = desk().await;
    let people: Vec<String> = (0..21).map(|number| format!("5{number:03}@lid")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let too_many = desk.add(&people).await.unwrap_err().to_object();
    assert_eq!(too_many.code, ErrorCode::ValidationError);
    assert!(too_many.message.contains("at most 20"), "{too_many:?}");
    desk.add(&people[..15]).await.unwrap();
    let (words, _) = spent(desk.add(&people[15..]).await);
    assert!(words.contains("20 people an hour"), "{words}");
    desk.add(&people[15..20]).await.unwrap();
    assert_eq!(desk.sent("change_members"), 2);
}

#[tokio::test]
async fn three_refusals_in_a_row_end_the_adding_for_an_hour() {
    let desk = desk().await;
    desk.add(&["999@lid"]).await.unwrap_err();
    desk.add(&["999@lid"]).await.unwrap_err();
    // One who is added begins the count anew.
    desk.add(&["501@lid"]).await.unwrap();
    for _ in 0..3 {
        desk.add(&["999@lid"]).await.unwrap_err();
    }
    assert_eq!(desk.sent("restricted_until"), 1);
    let (words, wait) = spent(desk.add(&["502@lid"]).await);
    assert!(words.contains("3 people in a row"), "{words}");
    assert!(wait <= HOUR && wait > 59 * MINUTE, "{wait:?}");
    assert_eq!(desk.sent("change_members"), 6);
    pass(HOUR).await;
    desk.add(&["502@lid"]).await.unwrap();
}

#[tokio::test]
async fn a_429_is_answered_with_growing_pauses() {
    let mut desk = desk().await;
    let limited = || DriverError::RateLimited {
        retry_after: MINUTE,
    };
    let mut pause = 15 * MINUTE;
    for _ in 0..3 {
        desk.fail("join", Some(limited()));
        desk.join().await.unwrap_err();
        let (words, wait) = spent(desk.join().await);
        assert!(words.contains("code 429"), "{words}");
        assert!(wait <= pause && wait + MINUTE > pause, "{wait:?}");
        pass(pause).await;
        pause *= 2;
    }
    desk.fail("join", None);
    desk.join().await.unwrap();
    // A success begins anew.
    desk.fail("join", Some(limited()));
    pass(HOUR).await;
    desk.join().await.unwrap_err();
    let (_, wait) = spent(desk.join().await);
    assert!(wait <= 15 * MINUTE, "{wait:?}");
    // Our own pacing is no answer of WhatsApp's.
    let paced = DriverError::Paced {
        retry_after: MINUTE,
    };
    desk.fail("create", Some(paced));
    desk.create().await.unwrap_err();
    desk.fail("create", None);
    desk.create().await.unwrap();
    desk.so_far().await;
}

#[tokio::test]
async fn a_restart_does_not_begin_a_new_day() {
    let desk = desk().await;
    for _ in 0..5 {
        desk.create().await.unwrap();
    }
    spent(desk.create().await);
    desk.add(&["501@lid", "502@lid"]).await.unwrap();
    desk.engine.close().await;
    let database = desk.directory.path().join("desk.db");
    let engine = super::open(&database, &desk.worlds, Vec::new()).await;
    let id = super::session(1);
    let session = engine.find_session(&caller("acme"), id.as_str()).unwrap();
    let budget = session.view().budget.unwrap();
    assert_eq!((budget.create[0].left, budget.create[1].left), (0, 10));
    assert!(budget.create[0].resets_at.is_some());
    assert_eq!(budget.add[0].left, 18);
    assert_eq!((budget.reset[0].limit, budget.reset[0].left), (20, 20));
    assert_eq!(budget.reset[0].resets_at, None);
    engine.close().await;
}

#[tokio::test]
async fn without_limits_a_budget_has_no_windows() {
    let desk = desk_with(Limits::default().without_call_limits()).await;
    for _ in 0..30 {
        desk.create().await.unwrap();
    }
    for _ in 0..4 {
        desk.add(&["999@lid"]).await.unwrap_err();
    }
    desk.add(&["501@lid"]).await.unwrap();
    let budget = desk.session(1).view().budget;
    assert_eq!(budget, Some(SessionBudget::default()));
}

#[tokio::test]
async fn a_restriction_is_looked_up_after_a_refusal() {
    let mut desk = desk().await;
    let until = clock::now() + 3_600_000;
    let world = desk.worlds.of(desk.session(1).id.as_str());
    world.lock().unwrap().restricted_until = Some(until);
    desk.create().await.unwrap();
    assert_eq!(desk.sent("restricted_until"), 0);
    desk.fail(
        "create",
        Some(DriverError::Other {
            code: Some(403),
            message: "no".to_owned(),
        }),
    );
    desk.create().await.unwrap_err();
    // The status is published again: its listeners look at the session.
    desk.status(SessionStatus::Working).await;
    assert_eq!(desk.session(1).view().restricted_until, Some(until));
    // The reason of a logout names it.
    desk.worlds.send(
        desk.session(1).id.as_str(),
        DriverEvent::LoggedOut {
            reason: "unlinked".to_owned(),
        },
    );
    desk.status(SessionStatus::LoggedOut).await;
    let reason = desk.session(1).view().status_reason.unwrap();
    assert!(reason.contains("restricted"), "{reason}");
}
