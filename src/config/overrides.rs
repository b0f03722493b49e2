//! Settings from the command line.

use super::log::LogFormat;
use crate::console::theme::ColorChoice;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Settings from the command line; `None` is not given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--config`
    pub file: Option<PathBuf>,
    /// `--profile`
    pub profile: Option<String>,
    /// `--gateway`
    pub gateway: Option<String>,
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
    /// `--no-mouse`
    pub no_mouse: bool,
    /// `--colors`
    pub colors: Option<ColorChoice>,
    pub serve: ServeOverrides,
}

/// The flags of `groupdesk serve`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServeOverrides {
    /// `--listen`
    pub listen: Option<SocketAddr>,
    /// `--tls-cert`
    pub tls_cert: Option<PathBuf>,
    /// `--tls-key`
    pub tls_key: Option<PathBuf>,
    /// `--behind-proxy`
    pub behind_proxy: bool,
    /// `--log-format`
    pub log_format: Option<LogFormat>,
}
