//! Opening hours: when a group opens and closes, and what is due now. Without a clock and without IO.

mod hours;
mod pause;
mod plan;

pub(crate) use hours::Hours;
pub(crate) use pause::Pause;
pub(crate) use plan::{Due, Plan};
