//! Whether WhatsApp has restricted the account: its "reach-out time lock", of which WhatsApp Web asks
//! by a GraphQL query (`WAWebMexFetchReachoutTimelockJobQuery`).

use super::refusal::QueryKind;
use super::session::Session;
use crate::api::EpochMillis;
use crate::gateway::whatsapp::DriverError;
use whatsapp_rust::features::ReachoutTimelock;

/// Larger numbers are milliseconds: in seconds they would be after the year 5000.
const MOST_SECONDS: i64 = 100_000_000_000;

impl Session {
    pub(super) async fn restricted_until(&self) -> Result<Option<EpochMillis>, DriverError> {
        let lock = self
            .ask(1, QueryKind::Group, self.limit(), |client| async move {
                client.mex().fetch_reachout_timelock().await
            })
            .await?;
        Ok(end(&lock))
    }
}

/// When an active lock ends. The unit of the number is documented nowhere.
fn end(lock: &ReachoutTimelock) -> Option<EpochMillis> {
    if lock.is_active != Some(true) {
        return None;
    }
    let end: i64 = lock.time_enforcement_ends.as_deref()?.parse().ok()?;
    match end {
        1..MOST_SECONDS => Some(end * 1000),
        MOST_SECONDS.. => Some(end),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_has_an_end_while_it_is_active() {
        let lock = |active, ends: &str| ReachoutTimelock {
            is_active: active,
            time_enforcement_ends: Some(ends.to_owned()),
            ..ReachoutTimelock::default()
        };
        let until = Some(1_800_000_000_000);
        assert_eq!(end(&lock(Some(true), "1800000000")), until);
        assert_eq!(end(&lock(Some(true), "1800000000000")), until);
        for (active, ends) in [
            (Some(false), "1800000000"),
            (None, "1800000000"),
            (Some(true), "0"),
            (Some(true), "-5"),
            (Some(true), "soon"),
        ] {
            assert_eq!(end(&lock(active, ends)), None, "{active:?} {ends}");
        }
    }
}
