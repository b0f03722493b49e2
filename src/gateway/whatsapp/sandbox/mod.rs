//! A simulated WhatsApp world.

use super::{Account, Driver, DriverEvent};
use std::sync::Arc;
use tokio::sync::mpsc;

pub struct World;

pub fn open(
    _world: Arc<World>,
    _account: Account,
    _events: mpsc::UnboundedSender<DriverEvent>,
) -> Arc<dyn Driver> {
    todo!()
}
