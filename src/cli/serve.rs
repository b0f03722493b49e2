//! `groupdesk serve`: the gateway for other machines, consoles and scripts.

use super::args::{Cli, Serve};
use super::engine::{Prepared, Running, listen};
use super::log;
use super::settings::settings;
use super::signals::{Request, Signals, cut_off};
use crate::api::{Capabilities, Capability};
use crate::config::TlsFiles;
use crate::gateway::domain::OrganizationId;
use crate::gateway::{Serving, Tls};
use anyhow::Context as _;
use serde_json::{Map, Value, json};
use std::io::Write as _;
use std::sync::Arc;

/// Serves until a signal ends it. The first line on standard output is JSON: the address, and on a
/// sandbox api-keys for every organization: `all`, and one for each capability.
pub(super) async fn serve(cli: &Cli, serve: &Serve) -> anyhow::Result<()> {
    let mut signals = Signals::listen().context("cannot register signal handlers")?;
    let config = settings(cli)?;
    let _log = log::to_stderr(config.log_level, config.log_format)?;
    let tls = tls(config.serve.tls.as_ref())?;
    let mut prepared = if serve.sandbox {
        Prepared::sandbox(&config, &serve.world, cli.common.data_dir.as_deref())?
    } else {
        Prepared::own(&config)?
    };
    prepared.set_login(config.login);
    let organizations: Vec<Value> = prepared
        .organizations()
        .into_iter()
        .map(|organization| {
            let keys = script_keys(&mut prepared, &organization);
            json!({ "id": organization.as_str(), "keys": keys })
        })
        .collect();
    let running = prepared
        .serve(Serving {
            listener: listen(config.serve.listen).await?,
            tls: tls.clone(),
            behind_proxy: config.serve.behind_proxy,
            linger: config.serve.linger,
            drain: config.serve.drain,
        })
        .await?;
    // So that the first requests of a script find all groups.
    let mut first_signal = tokio::select! {
        () = running.sessions_ready() => None,
        early = signals.next() => Some(early),
    };
    if let Err(error) = announce(&running, organizations) {
        running.stop().await;
        return Err(error);
    }
    tracing::info!(url = running.url(), "serving");
    loop {
        let next = match first_signal.take() {
            Some(early) => early,
            None => signals.next().await,
        };
        if next == Request::Terminate {
            break;
        }
        if let Some(tls) = &tls {
            reload(tls);
        } else {
            tracing::info!("there is no certificate to read again");
        }
    }
    tracing::info!("shutting down");
    tokio::select! {
        () = running.stop() => {}
        () = signals.requested_again() => return Err(cut_off()),
    }
    tracing::info!("ended");
    Ok(())
}

fn tls(files: Option<&TlsFiles>) -> anyhow::Result<Option<Arc<Tls>>> {
    let tls = files.map(|TlsFiles { cert, key }| Tls::load(cert, key));
    Ok(tls.transpose()?.map(Arc::new))
}

fn reload(tls: &Tls) {
    match tls.reload() {
        Ok(()) => tracing::info!("the certificate was reloaded"),
        Err(error) => tracing::error!(%error, "the certificate was not reloaded"),
    }
}

/// The first line.
fn announce(running: &Running, organizations: Vec<Value>) -> anyhow::Result<()> {
    let mut ready = json!({ "url": running.url() });
    if !organizations.is_empty() {
        ready["organizations"] = organizations.into();
    }
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{ready}")?;
    stdout.flush()?;
    Ok(())
}

/// An organization's keys by name.
fn script_keys(prepared: &mut Prepared, organization: &OrganizationId) -> Map<String, Value> {
    let alone = Capability::ALL.map(|one| (one.as_str(), [one].into_iter().collect()));
    alone
        .into_iter()
        .chain([("all", Capabilities::all())])
        .map(|(name, capabilities)| {
            let id = format!("{name}-{organization}");
            let secret = prepared.add_key(&id, organization.clone(), capabilities);
            (name.to_owned(), json!(secret.expose()))
        })
        .collect()
}
