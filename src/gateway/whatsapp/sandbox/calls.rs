//! A driver call: latency, faults, and the rules.

use super::faults::{DriverCall, Mishap};
use super::rules::{PersonId, Refusal, Rules};
use super::world::World;
use crate::api::SettingField;
use crate::gateway::domain::SessionId;
use crate::gateway::whatsapp::DriverError;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A call in flight.
struct Way {
    person: PersonId,
    connection: CancellationToken,
    latency: Duration,
    mishap: Option<Mishap>,
}

impl World {
    /// Does something by the rules for the account of a session, with everything that can go wrong.
    pub(super) async fn call<T>(
        self: &Arc<Self>,
        session: &SessionId,
        call: DriverCall,
        field: Option<SettingField>,
        action: impl FnOnce(&mut Rules, PersonId) -> Result<T, Refusal> + Send,
    ) -> Result<T, DriverError> {
        let way = self.set_out(session, call, field)?;
        let lost = async {
            way.connection.cancelled().await;
            DriverError::ConnectionLost
        };
        let travel = self.travel(session, &way);
        tokio::select! {
            biased;
            error = lost => return Err(error),
            arrived = travel => arrived?,
        }
        let outcome = self.act(|rules| action(rules, way.person));
        if way.mishap == Some(Mishap::LostAnswer) {
            tokio::time::sleep(self.call_limit).await;
            return Err(DriverError::Timeout);
        }
        outcome.map_err(DriverError::from)
    }

    fn set_out(
        &self,
        session: &SessionId,
        call: DriverCall,
        field: Option<SettingField>,
    ) -> Result<Way, DriverError> {
        let mut endpoints = self.endpoints();
        let endpoint = endpoints
            .get_mut(session)
            .ok_or(DriverError::NotConnected)?;
        let person = endpoint
            .linked
            .filter(|_| endpoint.is_connected())
            .ok_or(DriverError::NotConnected)?;
        let latency = match endpoint.faults.latency() {
            Some(latency) => latency,
            None if self.active => {
                Duration::from_millis(endpoint.rng(self.seed, "latency").between(40, 240))
            }
            None => Duration::ZERO,
        };
        Ok(Way {
            person,
            connection: endpoint.current.clone(),
            latency,
            mishap: endpoint.faults.strike(call, field),
        })
    }

    async fn travel(self: &Arc<Self>, session: &SessionId, way: &Way) -> Result<(), DriverError> {
        if way.latency >= self.call_limit {
            tokio::time::sleep(self.call_limit).await;
            return Err(DriverError::Timeout);
        }
        if !way.latency.is_zero() {
            tokio::time::sleep(way.latency).await;
        }
        match &way.mishap {
            None | Some(Mishap::LostAnswer) => Ok(()),
            Some(Mishap::Timeout) => {
                tokio::time::sleep(self.call_limit.saturating_sub(way.latency)).await;
                Err(DriverError::Timeout)
            }
            Some(Mishap::Drop { back_after }) => {
                self.drop_connection(session, *back_after);
                Err(DriverError::ConnectionLost)
            }
            Some(Mishap::Panic) => panic!("an injected panic"),
            Some(Mishap::Fail(error)) => Err(error.clone()),
        }
    }
}
