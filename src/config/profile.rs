//! Profiles: named gateways.

use super::error::ConfigError;
use super::layer::Layers;
use super::profile_name::{KEY_VARIABLE, OWN};
use crate::client;
use crate::text::clean_line;
use std::path::PathBuf;

/// A gateway and how to connect to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Profile {
    pub name: String,
    pub url: String,
    pub token: TokenFrom,
    /// Session ids to show when the token may not list them.
    pub sessions: Vec<String>,
    /// Certificate authorities to trust beside those of the system.
    pub ca_file: Option<PathBuf>,
    pub proxy: Option<String>,
    pub allow_insecure: bool,
    /// As `ui.flood_joins`, at this gateway. The default is 0: other gateways may not say how people join.
    pub flood_joins: usize,
}

/// The source of a profile's token. The token itself is not in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenFrom {
    /// An environment variable.
    Variable(String),
    /// A file with mode 0600.
    File(PathBuf),
    /// The output of a program: its name and arguments.
    Command(Vec<String>),
    /// Typed at a prompt.
    Prompt,
}

impl Profile {
    /// The gateway of `--gateway`: under the name of its host.
    fn of_address(url: &str) -> Self {
        Self::new(&host_of(url), url)
    }

    /// A gateway with the token of [`KEY_VARIABLE`].
    #[must_use]
    pub(crate) fn new(name: &str, url: &str) -> Self {
        Self {
            name: name.to_owned(),
            url: url.to_owned(),
            token: TokenFrom::Variable(KEY_VARIABLE.to_owned()),
            sessions: Vec::new(),
            ca_file: None,
            proxy: None,
            allow_insecure: false,
            flood_joins: 0,
        }
    }
}

/// All profiles, by name.
pub(super) fn all(layers: &Layers) -> Result<Vec<Profile>, ConfigError> {
    layers
        .profiles
        .iter()
        .map(|name| one(layers, name))
        .collect()
}

fn one(layers: &Layers, name: &str) -> Result<Profile, ConfigError> {
    let setting = |key: &str| format!("profiles.{name}.{key}");
    let given = |key: &str| {
        let text = layers.text(&setting(key));
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let fault = |key: &str, fault: &str| {
        if layers.has(&setting(key)) {
            layers.fault(&setting(key), fault)
        } else {
            layers.fault(&format!("profiles.{name}"), fault)
        }
    };
    let url = given("url").ok_or_else(|| {
        fault(
            "url",
            &format!(
                "profile `{name}` needs the gateway's address: url = \"https://gateway.example.com\""
            ),
        )
    })?;
    let allow_insecure = layers.flag(&setting("allow_insecure")).unwrap_or(false);
    client::check_address(&url, allow_insecure).map_err(|error| fault("url", &error.0))?;
    let proxy = given("proxy");
    if let Some(proxy) = &proxy {
        client::check_proxy(proxy).map_err(|error| fault("proxy", &error.0))?;
    }
    let command = layers.texts(&setting("token_command"));
    if layers.has(&setting("token_command")) && command.first().is_none_or(String::is_empty) {
        return Err(fault(
            "token_command",
            "this must name a program and its arguments, such as [\"pass\", \"show\", \"groupdesk\"]",
        ));
    }
    let variable = given("token_env");
    if let Some(variable) = &variable
        && variable.contains(['=', '\0'])
    {
        return Err(fault(
            "token_env",
            "this must be the name of an environment variable, not its value",
        ));
    }
    let mut sources = [
        variable.map(TokenFrom::Variable),
        layers.path(&setting("token_file")).map(TokenFrom::File),
        (!command.is_empty()).then_some(TokenFrom::Command(command)),
        layers
            .flag(&setting("token_prompt"))
            .unwrap_or(false)
            .then_some(TokenFrom::Prompt),
    ]
    .into_iter()
    .flatten();
    let (Some(token), None) = (sources.next(), sources.next()) else {
        return Err(layers.fault(
            &format!("profiles.{name}"),
            &format!(
                "profile `{name}` needs exactly one of token_env, token_file, token_command, token_prompt"
            ),
        ));
    };
    Ok(Profile {
        name: name.to_owned(),
        url,
        token,
        sessions: layers.texts(&setting("sessions")),
        ca_file: layers.path(&setting("ca_file")),
        proxy,
        allow_insecure,
        flood_joins: layers
            .number(&setting("flood_joins"))
            .map_or(0, |joins| usize::try_from(joins).unwrap_or(usize::MAX)),
    })
}

/// The selected profile; `None` is the local gateway.
pub(super) fn chosen(
    layers: &Layers,
    profiles: &[Profile],
) -> Result<Option<Profile>, ConfigError> {
    if let Some(url) = layers.text("gateway") {
        client::check_address(url, false).map_err(|error| layers.fault("gateway", &error.0))?;
        return Ok(Some(Profile::of_address(url)));
    }
    let name = match layers.text("profile") {
        None | Some("" | OWN) => return Ok(None),
        Some(name) => name,
    };
    if let Some(profile) = profiles.iter().find(|profile| profile.name == name) {
        return Ok(Some(profile.clone()));
    }
    let names: Vec<_> = profiles
        .iter()
        .map(|profile| profile.name.as_str())
        .chain([OWN])
        .collect();
    Err(layers.fault(
        "profile",
        &format!(
            "there is no profile `{}`; there are {}",
            clean_line(name),
            names.join(", ")
        ),
    ))
}

/// The host and port of an address.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    clean_line(rest.split('/').next().unwrap_or(rest)).into_owned()
}
