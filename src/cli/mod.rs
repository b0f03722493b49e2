//! The commands, and how the other modules are wired together.

mod args;
mod desk;
mod doctor;
mod engine;
mod gateways;
mod log;
pub mod output;
mod prompt;
mod run;
mod scripts;
mod serve;
mod settings;
mod signals;
mod state_files;
mod target;
mod token;

pub use args::{Cli, Command, Common, Demo, Sandbox, Serve};
pub use doctor::Doctor;
pub use run::run;
