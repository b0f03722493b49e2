//! Layered configuration: file, then environment, then flags.
//!
//! Every setting has one row in `table`, with its name in the file and in the environment and its
//! allowed values; so an error names the place of the mistake and what is allowed.
//! `config.example.toml` documents all settings.

mod choice;
mod copy;
mod error;
mod keys;
mod layer;
mod limits;
mod load;
mod log;
mod login;
mod overrides;
mod profile;
mod profile_name;
mod serve;
mod table;
#[cfg(test)]
mod tests;
mod value;
mod whatsapp;
mod write;

pub(crate) use error::ConfigError;
pub(crate) use keys::KeySetting;
pub(crate) use load::{Config, file_path, load};
pub(crate) use log::{LogFormat, LogLevel};
pub(crate) use overrides::{Overrides, ServeOverrides};
pub(crate) use profile::{Profile, TokenFrom};
pub(crate) use profile_name::{KEY_VARIABLE, OWN};
pub(crate) use serve::{TlsFiles, parse_listen};
pub(crate) use write::NewProfile;
