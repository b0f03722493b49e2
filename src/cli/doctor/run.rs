//! Running the checks in order.

use super::arguments::Doctor;
use super::network::{self, Route};
use super::report::{Check, Report};
use super::{access, groups, health, own, realtime, tls, token};
use crate::cli::args::Cli;
use crate::cli::output::{self, CommandError};
use crate::cli::settings::settings;
use crate::cli::target;
use crate::client::{self, Client, Secret};
use crate::config::{self, Config, OWN, Profile};
use anyhow::Context;
use reqwest::Url;
use std::io::{ErrorKind, Write as _};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Runs all checks of the chosen profile.
///
/// # Errors
/// At least one of them failed; what failed was written already.
pub(crate) async fn run(
    cli: &Cli,
    flags: &Doctor,
    shutdown: &CancellationToken,
) -> anyhow::Result<()> {
    let limit = Duration::from_secs(flags.timeout);
    let settings = settings(cli);
    let name = match &settings {
        Ok(config) => config.profile.as_ref().map_or(OWN, |profile| &profile.name),
        Err(_) => cli.common.profile.as_deref().unwrap_or_default(),
    };
    let mut report = Report::new(name, !flags.json);
    match &settings {
        Ok(config) => {
            let examined = examine(config, limit, &mut report, shutdown);
            tokio::select! {
                () = shutdown.cancelled() => {
                    return Err(CommandError::interrupted("not everything was looked at").into());
                }
                examined = examined => match examined {
                    // The reader has seen enough (`| head`).
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                    examined => examined.context("the report cannot be written")?,
                }
            }
        }
        Err(error) => {
            let added = report.add(Check::fail(
                "config",
                "config",
                format!("{error:#}"),
                "correct it there; config.example.toml explains every setting",
            ));
            added.context("the report cannot be written")?;
        }
    }
    if flags.json {
        let text = output::json_text(&report.document())?;
        match std::io::stdout().lock().write_all(text.as_bytes()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            written => written.context("the report cannot be written")?,
        }
    }
    match report.failures() {
        0 => Ok(()),
        1 => anyhow::bail!("1 check failed"),
        several => anyhow::bail!("{several} checks failed"),
    }
}

async fn examine(
    config: &Config,
    limit: Duration,
    report: &mut Report,
    shutdown: &CancellationToken,
) -> std::io::Result<()> {
    match &config.profile {
        Some(profile) => remote(profile, limit, report, shutdown).await,
        None => own::examine(config, report).await,
    }
}

/// The steps for a remote gateway.
async fn remote(
    profile: &Profile,
    limit: Duration,
    report: &mut Report,
    shutdown: &CancellationToken,
) -> std::io::Result<()> {
    let (known, token) = token::check(profile, shutdown).await;
    remote_with(profile, (known, token), limit, report).await
}

/// The first check that failed of those without which a gateway cannot be used.
pub(crate) struct Obstacle {
    /// Whether the key is at fault, not the way to the gateway.
    pub of_token: bool,
    /// What was seen, and what to do.
    pub reason: String,
}

/// What keeps a profile with this token from working; `None` if nothing does. Each step may take `limit`.
pub(crate) async fn obstacle(
    profile: &Profile,
    token: &Secret,
    limit: Duration,
) -> Option<Obstacle> {
    const ACCESS: [&str; 2] = ["token", "access"];
    const WAY: [&str; 6] = ["config", "resolve", "connect", "proxy", "tls", "health"];
    let mut report = Report::new(&profile.name, false);
    let known = (token::known(profile, token), Some(token.clone()));
    // A silent report is not written anywhere.
    let _ = remote_with(profile, known, limit, &mut report).await;
    let failed = report.first_failure(|step| ACCESS.contains(&step) || WAY.contains(&step))?;
    let todo = failed.todo.as_deref().unwrap_or_default();
    Some(Obstacle {
        of_token: ACCESS.contains(&failed.step),
        reason: format!("{}; {todo}.", failed.seen),
    })
}

/// The steps with what is known of the token.
async fn remote_with(
    profile: &Profile,
    (known, token): (Check, Option<Secret>),
    limit: Duration,
    report: &mut Report,
) -> std::io::Result<()> {
    const AFTER_CONFIG: [&str; 6] = ["resolve", "connect", "tls", "health", "clock", "access"];
    const CALLS: [&str; 7] = [
        "access",
        "capability.read",
        "capability.send",
        "capability.manage",
        "capability.events",
        "groups",
        "realtime",
    ];
    // The address and the authorities are part of the configuration.
    let options = target::options(
        profile,
        token.clone().unwrap_or_else(|| Secret::new("none")),
    );
    let options = match options.await {
        Ok(options) => options,
        Err(error) => {
            let todo = "ca_file must hold certificates in PEM form";
            report.add(Check::fail("config", "ca_file", format!("{error:#}"), todo))?;
            report.add(known)?;
            return report.skip(&AFTER_CONFIG, "the configuration comes first");
        }
    };
    let Ok(url) = Url::parse(&profile.url) else {
        // The configuration has checked the address; `--gateway` too.
        return Ok(());
    };
    if profile.proxy.is_none()
        && !network::is_this_machine(&url)
        && let Err(error) = client::check_environment_proxy(&url)
    {
        let todo = "the environment says which proxy to take: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY";
        report.add(Check::fail("config", "proxy", error.0, todo))?;
        report.add(known)?;
        return report.skip(&AFTER_CONFIG, "the configuration comes first");
    }
    report.add(described(profile, &url))?;
    report.add(known)?;

    let route = Route::new(profile, &url, limit);
    let Some(stream) = network::check(&route, report).await? else {
        report.skip(&["tls", "health", "clock"], "there is no connection")?;
        return report.skip(&CALLS, "there is no connection");
    };
    if !tls::check(&route, &options.authorities, stream, report).await? {
        report.skip(&["health", "clock"], "there is no encrypted connection")?;
        return report.skip(&CALLS, "there is no encrypted connection");
    }
    let (http, base) = match options.transport() {
        Ok(route) => route,
        Err(error) => {
            let todo = "correct the profile";
            report.add(Check::fail("health", "unusable", error.0, todo))?;
            return report.skip(&CALLS, "there is no connection");
        }
    };
    let answers =
        health::check(&http, &base, limit, token::is_login(token.as_ref()), report).await?;
    if !answers {
        return report.skip(&CALLS, "the gateway does not answer");
    }
    let Some(token) = token else {
        return report.skip(&CALLS, "there is no token");
    };
    let options = client::Options {
        token,
        // Test this token, without renewal.
        source: None,
        limits: client::Limits {
            connect: limit,
            stored: limit,
            live: limit,
            ..options.limits
        },
        ..options
    };
    let client = match Client::open(&options) {
        Ok(client) => client,
        Err(error) => {
            let todo = "what was there a moment ago is not there any more: examine it again";
            report.add(Check::fail("access", "unusable", error.0, todo))?;
            return report.skip(&CALLS[1..], "there is no usable token");
        }
    };
    let Some(sessions) = access::check(&client, profile, report).await? else {
        return report.skip(&CALLS[1..], "the gateway does not let us in");
    };
    access::capabilities(&client, report).await?;
    groups::check(&client, &sessions, report).await?;
    realtime::check(&client, limit, report).await
}

/// The profile itself.
fn described(profile: &Profile, url: &Url) -> Check {
    let seen = format!("profile `{}`: {}", profile.name, profile.url);
    if url.scheme() == "http" && !network::is_this_machine(url) {
        return Check::warn(
            "config",
            "not_encrypted",
            format!("{seen}; not encrypted, as allow_insecure says"),
            "the token is readable on the network: use https as soon as the gateway has it",
        );
    }
    let named = if profile.token == config::TokenFrom::Variable(config::KEY_VARIABLE.to_owned()) {
        String::new()
    } else {
        match profile.sessions.len() {
            0 => String::new(),
            1 => ", 1 session id".to_owned(),
            several => format!(", {several} session ids"),
        }
    };
    Check::ok("config", format!("{seen}{named}"))
}
