//! Opening hours, with a clock that the test sets.

use super::*;
use crate::api::{AuditAction, AuditOutcome, GroupSchedule, PutSchedule, SettingsPatch};
use crate::gateway::engine::schedules::ACTOR;
use crate::gateway::error::Error;
use crate::gateway::whatsapp::DriverError;
use fake::Fault;
use jiff::Timestamp;

fn hours(zone: &str, rules: &[&str]) -> PutSchedule {
    PutSchedule {
        zone: zone.to_owned(),
        rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
    }
}

/// Open daily from 08:00 to 22:00 in Berlin, which is one hour ahead of UTC in November.
fn berlin() -> PutSchedule {
    hours("Europe/Berlin", &["daily 08:00-22:00"])
}

impl Desk {
    fn clock(&self, now: &str) {
        let now = now.parse::<Timestamp>().unwrap().as_millisecond();
        *self.engine.inner.schedules.manual.lock().unwrap() = Some(now);
    }

    /// Sets the clock and does what is due.
    async fn at(&self, now: &str) {
        self.clock(now);
        self.run().await;
    }

    async fn run(&self) {
        // A look of the engine's own may be at work.
        loop {
            for job in self.engine.run_schedules() {
                job.await.unwrap();
            }
            if self.engine.inner.schedules.is_idle() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn set(&self, body: PutSchedule) -> Result<GroupSchedule, Error> {
        self.set_of(1, body).await
    }

    async fn set_of(&self, group: u64, body: PutSchedule) -> Result<GroupSchedule, Error> {
        let owned = self.session(1);
        let group = jid(group);
        let set = self.engine.set_schedule(&self.caller, &owned, &group, body);
        set.await
    }

    async fn schedule(&self) -> GroupSchedule {
        let owned = self.session(1);
        self.engine.schedule(&owned, &jid(1)).await.unwrap()
    }

    async fn announce(&self) -> bool {
        self.announce_of(1).await
    }

    async fn announce_of(&self, group: u64) -> bool {
        let owned = self.session(1);
        let group = self.engine.get_group(&owned, &jid(group)).await.unwrap();
        group.is_announce.unwrap()
    }

    /// Does what is due so many seconds after both groups were to close, at 21:00 UTC.
    async fn after_closing(&self, seconds: i64) {
        let closing = "2026-11-27T21:00:00Z".parse::<Timestamp>().unwrap();
        let now = closing.as_millisecond() + seconds * 1_000;
        *self.engine.inner.schedules.manual.lock().unwrap() = Some(now);
        self.run().await;
    }

    async fn by_hand(&self, announce: bool) {
        let patch = SettingsPatch {
            announce: Some(announce),
            ..SettingsPatch::default()
        };
        let owned = self.session(1);
        let group = jid(1);
        let set = self
            .engine
            .update_group(&self.caller, &owned, &group, patch);
        set.await.unwrap();
    }

    /// How often announce was set at WhatsApp.
    fn switches(&self) -> usize {
        let world = self.worlds.of(session(1).as_str());
        let world = world.lock().unwrap();
        world
            .calls
            .iter()
            .filter(|call| *call == "announce")
            .count()
    }

    fn refuse(&self, error: Option<DriverError>) {
        let world = self.worlds.of(session(1).as_str());
        let mut world = world.lock().unwrap();
        match error {
            Some(error) => world.faults.insert("announce", Fault::Error(error)),
            None => world.faults.remove("announce"),
        };
    }
}

#[tokio::test]
async fn a_group_is_closed_and_opened_and_the_log_says_who_did_it() {
    let desk = desk().await;
    desk.clock("2026-11-27T12:00:00Z");
    let set = desk
        .set(hours("europe/berlin", &["daily 08:00-22:00"]))
        .await
        .unwrap();
    assert_eq!(set.zone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(set.is_open, Some(true));
    let closing = "2026-11-27T21:00:00Z".parse::<Timestamp>().unwrap();
    assert_eq!(set.next_change_at, Some(closing.as_millisecond()));
    desk.run().await;
    assert!(!desk.announce().await);
    assert_eq!(desk.switches(), 0, "it was open already");
    desk.at("2026-11-27T20:59:59Z").await;
    assert!(!desk.announce().await);
    desk.at("2026-11-27T21:00:00Z").await;
    assert!(desk.announce().await);
    let entry = desk.audit().await.remove(0);
    assert_eq!(
        (entry.actor.as_str(), &entry.action),
        (ACTOR, &AuditAction::GroupUpdate)
    );
    assert_eq!(entry.new, Some(serde_json::json!({ "announce": true })));
    assert_eq!(entry.outcome, AuditOutcome::Ok);
    let last = desk.schedule().await.last_outcome.unwrap();
    assert_eq!((last.at, last.announce), (closing.as_millisecond(), true));
    assert_eq!(last.outcome, AuditOutcome::Ok);
    desk.at("2026-11-28T07:00:00Z").await;
    assert!(!desk.announce().await);
    assert_eq!(desk.switches(), 2);
    let actions: Vec<_> = desk
        .audit()
        .await
        .into_iter()
        .map(|entry| entry.action)
        .collect();
    assert!(actions.contains(&AuditAction::ScheduleSet), "{actions:?}");
}

#[tokio::test]
async fn a_change_by_hand_holds_until_the_next_transition() {
    let desk = desk().await;
    desk.clock("2026-11-27T23:00:00Z");
    desk.set(berlin()).await.unwrap();
    desk.run().await;
    assert!(desk.announce().await, "closed at once");
    desk.by_hand(false).await;
    desk.at("2026-11-28T03:00:00Z").await;
    assert!(!desk.announce().await);
    desk.by_hand(true).await;
    desk.at("2026-11-28T07:00:00Z").await;
    assert!(!desk.announce().await);
}

#[tokio::test]
async fn what_was_missed_is_caught_up_with_one_change() {
    let desk = desk().await;
    desk.clock("2026-11-20T12:00:00Z");
    desk.set(berlin()).await.unwrap();
    desk.run().await;
    // Days later: only the last of the transitions is applied.
    desk.at("2026-11-27T23:00:00Z").await;
    assert!(desk.announce().await);
    assert_eq!(desk.switches(), 1);
}

#[tokio::test]
async fn a_session_that_is_not_connected_is_waited_for() {
    let mut desk = desk().await;
    desk.clock("2026-11-27T12:00:00Z");
    desk.set(berlin()).await.unwrap();
    desk.run().await;
    let owned = desk.session(1);
    let act = |action| desk.engine.act(&desk.caller, &owned, action);
    act(crate::gateway::SessionAction::Stop).await.unwrap();
    let entries = desk.audit().await.len();
    for minute in 10..20 {
        desk.at(&format!("2026-11-27T21:{minute}:00Z")).await;
    }
    assert_eq!(desk.audit().await.len(), entries, "nothing was tried");
    let last = desk.schedule().await.last_outcome.unwrap();
    assert_eq!(
        last.outcome,
        AuditOutcome::Failed("not_connected".to_owned())
    );
    desk.engine
        .act(&desk.caller, &owned, crate::gateway::SessionAction::Start)
        .await
        .unwrap();
    desk.status(SessionStatus::Working).await;
    desk.at("2026-11-27T21:30:00Z").await;
    assert!(desk.announce().await);
}

#[tokio::test]
async fn a_refusal_is_tried_again_three_times_and_then_at_the_next_transition() {
    let desk = desk().await;
    desk.clock("2026-11-27T12:00:00Z");
    desk.set(berlin()).await.unwrap();
    desk.run().await;
    desk.refuse(Some(DriverError::NotAdmin));
    // Every half a minute through the night.
    for step in 0..1_200 {
        let start = "2026-11-27T21:00:00Z".parse::<Timestamp>().unwrap();
        let now = start.as_millisecond() + step * 30_000;
        *desk.engine.inner.schedules.manual.lock().unwrap() = Some(now);
        desk.run().await;
    }
    let entries = desk.audit().await;
    let refused =
        |entry: &&AuditEntry| entry.outcome == AuditOutcome::Failed("not_admin".to_owned());
    assert_eq!(entries.iter().filter(refused).count(), 4);
    let last = desk.schedule().await.last_outcome.unwrap();
    assert_eq!(last.outcome, AuditOutcome::Failed("not_admin".to_owned()));
    assert!(last.announce);
    desk.refuse(None);
    desk.by_hand(true).await;
    desk.at("2026-11-28T07:00:00Z").await;
    assert!(!desk.announce().await);
    let last = desk.schedule().await.last_outcome.unwrap();
    assert_eq!(last.outcome, AuditOutcome::Ok);
}

#[tokio::test]
async fn another_zone_is_applied_at_once_and_without_hours_nothing_is() {
    let desk = desk().await;
    desk.clock("2026-11-27T16:30:00Z");
    desk.set(berlin()).await.unwrap();
    desk.run().await;
    assert!(!desk.announce().await);
    desk.set(hours("Asia/Jakarta", &["daily 08:00-22:00"]))
        .await
        .unwrap();
    desk.run().await;
    assert!(desk.announce().await, "23:30 there");
    let owned = desk.session(1);
    for _ in 0..2 {
        let group = jid(1);
        let cleared = desk.engine.clear_schedule(&desk.caller, &owned, &group);
        cleared.await.unwrap();
    }
    assert_eq!(desk.schedule().await, GroupSchedule::default());
    desk.at("2026-11-28T12:00:00Z").await;
    assert!(desk.announce().await, "it stays as it is");
    let cleared = desk.audit().await;
    let cleared = cleared
        .iter()
        .filter(|entry| entry.action == AuditAction::ScheduleClear);
    assert_eq!(cleared.count(), 1);
}

#[tokio::test]
async fn schedules_and_what_was_applied_survive_a_restart() {
    let desk = desk().await;
    desk.clock("2026-11-27T21:30:00Z");
    desk.set(berlin()).await.unwrap();
    desk.run().await;
    assert_eq!(desk.switches(), 1);
    desk.by_hand(false).await;
    let before = desk.schedule().await;
    desk.engine.close().await;
    let database = desk.directory.path().join("desk.db");
    let engine = open(&database, &desk.worlds, Vec::new()).await;
    let mut desk = Desk { engine, ..desk };
    desk.clock("2026-11-27T21:30:00Z");
    assert_eq!(desk.schedule().await, before);
    // Connected again: closing was applied before, so the change by hand holds.
    desk.engine.sessions_ready(Duration::from_mins(1)).await;
    desk.run().await;
    assert!(!desk.announce().await);
    let listed = desk.engine.list_schedules(&desk.caller).unwrap();
    assert_eq!(listed.len(), 1);
    assert!(
        desk.engine
            .list_schedules(&caller("other"))
            .unwrap()
            .is_empty()
    );
    // Deleting the session deletes its schedules.
    let owned = desk.session(1);
    desk.engine
        .delete_session(&desk.caller, &owned)
        .await
        .unwrap();
    assert!(desk.engine.list_schedules(&desk.caller).unwrap().is_empty());
    desk.marks += 1;
}

#[tokio::test]
async fn hours_that_make_no_sense_are_refused_field_by_field() {
    let desk = desk().await;
    let refused = async |body: PutSchedule| match desk.set(body).await {
        Err(Error::Validation(faults)) => {
            let fields = faults.into_iter().map(|fault| fault.field);
            fields.collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused(hours("Mars/Base", &["daily 08:00-22:00"])).await,
        ["zone"]
    );
    assert_eq!(
        refused(hours(&"x".repeat(65), &[])).await,
        ["zone", "rules"]
    );
    let overlap = hours("UTC", &["mon 08:00-12:00", "mon 11:00-13:00"]);
    assert_eq!(refused(overlap).await, ["rules[1]"]);
    let owned = desk.session(1);
    let group = jid(77);
    let unknown = desk
        .engine
        .set_schedule(&desk.caller, &owned, &group, berlin());
    assert!(matches!(unknown.await, Err(Error::NotFound("group"))));
}

/// A desk whose two groups are open and close at 21:00 UTC.
async fn two_groups() -> Desk {
    // Hours pass within seconds.
    let desk = desk_with(Limits {
        calls_per_minute: 0,
        calls_per_hour: 0,
        ..Limits::default()
    })
    .await;
    desk.clock("2026-11-27T12:00:00Z");
    for group in [1, 2] {
        desk.set_of(group, berlin()).await.unwrap();
    }
    desk.run().await;
    desk
}

#[tokio::test]
async fn after_a_rate_limit_nothing_is_sent_until_its_wait_is_over() {
    let desk = two_groups().await;
    let retry_after = Duration::from_mins(7);
    desk.refuse(Some(DriverError::RateLimited { retry_after }));
    desk.after_closing(0).await;
    assert_eq!(desk.switches(), 1, "one of the two");
    let last = desk.schedule().await.last_outcome.unwrap();
    assert_eq!(
        last.outcome,
        AuditOutcome::Failed("rate_limited".to_owned())
    );
    desk.after_closing(7 * 60 - 1).await;
    assert_eq!(desk.switches(), 1);
    desk.after_closing(7 * 60).await;
    assert_eq!(desk.switches(), 2);
    // Hours of them: the pauses grow to half an hour, and nothing is given up.
    for step in 16..16 * 60 {
        desk.after_closing(step * 30).await;
    }
    assert!((10..30).contains(&desk.switches()), "{}", desk.switches());
    desk.refuse(None);
    desk.after_closing(8 * 3600 + 1800).await;
    assert!(desk.announce_of(1).await && desk.announce_of(2).await);
}

#[tokio::test]
async fn what_was_not_answered_or_not_sent_counts_as_no_refusal() {
    let retry_after = Duration::from_secs(3);
    for (error, word) in [
        (DriverError::Timeout, "timeout"),
        (DriverError::ConnectionLost, "connection_lost"),
        (DriverError::NotConnected, "not_connected"),
        (DriverError::Paced { retry_after }, "rate_limited"),
    ] {
        let desk = two_groups().await;
        desk.refuse(Some(error));
        for step in 0..240 {
            let before = desk.switches();
            desk.after_closing(step * 30).await;
            assert!(desk.switches() <= before + 1, "{word}");
        }
        assert!(desk.switches() > 20, "{word}: {}", desk.switches());
        let last = desk.schedule().await.last_outcome.unwrap();
        assert_eq!(last.outcome, AuditOutcome::Failed(word.to_owned()));
        desk.refuse(None);
        desk.after_closing(121 * 60).await;
        assert!(
            desk.announce_of(1).await && desk.announce_of(2).await,
            "{word}"
        );
    }
}

#[tokio::test]
async fn a_group_that_is_never_answered_does_not_hold_up_the_others() {
    let desk = two_groups().await;
    let world = desk.worlds.of(session(1).as_str());
    let silent = (jid(1).to_string(), DriverError::Timeout);
    world.lock().unwrap().group_faults.extend([silent]);
    desk.after_closing(0).await;
    desk.after_closing(60).await;
    assert!(desk.announce_of(2).await);
    world.lock().unwrap().group_faults.clear();
    desk.after_closing(180).await;
    assert!(desk.announce_of(1).await);
}

#[tokio::test]
async fn hours_in_an_unknown_time_zone_are_listed_and_can_be_removed() {
    let desk = desk().await;
    desk.clock("2026-11-27T12:00:00Z");
    desk.set(berlin()).await.unwrap();
    desk.run().await;
    let stored = desk.engine.inner.store.write(|w| {
        let mut row = w.rows.schedules()?.remove(0);
        row.zone = "Mars/Base".to_owned();
        w.rows.put_schedule(&row)
    });
    stored.await.unwrap();
    desk.engine.close().await;
    let database = desk.directory.path().join("desk.db");
    let engine = open(&database, &desk.worlds, Vec::new()).await;
    let desk = Desk { engine, ..desk };
    desk.clock("2026-11-27T21:30:00Z");
    desk.engine.sessions_ready(Duration::from_mins(1)).await;
    desk.run().await;
    assert_eq!(desk.switches(), 0, "nobody knows when it closes");
    let listed = desk.engine.list_schedules(&desk.caller).unwrap();
    assert_eq!(listed[0].schedule.zone.as_deref(), Some("Mars/Base"));
    assert_eq!(listed[0].schedule.rules, berlin().rules);
    let owned = desk.session(1);
    for _ in 0..2 {
        let group = jid(1);
        let cleared = desk.engine.clear_schedule(&desk.caller, &owned, &group);
        cleared.await.unwrap();
    }
    let left = desk.engine.inner.store.read(|rows| rows.schedules());
    assert_eq!(left.await.unwrap(), []);
    let cleared = desk.audit().await;
    let cleared: Vec<_> = (cleared.iter())
        .filter(|entry| entry.action == AuditAction::ScheduleClear)
        .collect();
    assert_eq!(cleared.len(), 1);
    assert_eq!(cleared[0].old.as_ref().unwrap()["zone"], "Mars/Base");
}
