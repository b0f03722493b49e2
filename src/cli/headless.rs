//! `demo --headless`: the sandbox world as a server for scripts and tests.

use super::embedded::{Embedded, memory_key, world};
use super::{Common, Demo, fresh_key, log};
use crate::api::{Capabilities, Capability};
use crate::config::LogLevel;
use crate::gateway::auth::MemoryKey;
use crate::gateway::domain::OrganizationId;
use serde_json::{Map, Value, json};
use std::io::Write as _;
use tokio_util::sync::CancellationToken;

/// Serves until `shutdown`. The first line on standard output is JSON: the address, and api-keys for
/// every organization: `all`, and one for each capability alone.
pub async fn serve(
    common: &Common,
    demo: &Demo,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let world = world(demo)?;
    let mut script_keys = Vec::new();
    let mut organizations = Vec::new();
    for (organization, _) in world.organizations() {
        let (keys, told) = keys_of(&organization);
        script_keys.extend(keys);
        organizations.push(json!({ "id": organization.as_str(), "keys": told }));
    }
    let embedded = Embedded::demo(world, demo, common.data_dir.as_deref(), script_keys).await?;
    let _log = log::start(&embedded.log_file(), LogLevel::Info)?;
    let ready = json!({ "url": embedded.url(), "organizations": organizations });
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{ready}")?;
    stdout.flush()?;
    drop(stdout);
    shutdown.cancelled().await;
    embedded.stop().await;
    Ok(())
}

/// An organization's keys: for the engine, and by name for the first line.
fn keys_of(organization: &OrganizationId) -> (Vec<MemoryKey>, Map<String, Value>) {
    let alone = Capability::ALL.map(|one| (one.as_str(), [one].into_iter().collect()));
    alone
        .into_iter()
        .chain([("all", Capabilities::all())])
        .map(|(name, capabilities)| {
            let secret = fresh_key();
            let told = (name.to_owned(), json!(secret.expose()));
            let id = format!("{name}-{organization}");
            (
                memory_key(&id, &secret, organization.clone(), capabilities),
                told,
            )
        })
        .unzip()
}
