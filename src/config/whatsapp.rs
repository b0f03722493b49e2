//! `[whatsapp]`: how real accounts reach WhatsApp.

use super::error::ConfigError;
use super::layer::Layers;

/// Deviations from the default connection to WhatsApp.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WhatsApp {
    /// The WebSocket address of another server.
    pub url: Option<String>,
    /// The version of WhatsApp Web to introduce ourselves as.
    pub version: Option<(u32, u32, u32)>,
    /// Whether accounts appear online, which stops the notifications on their phones.
    pub appear_online: bool,
}

pub(super) fn read(layers: &Layers) -> Result<WhatsApp, ConfigError> {
    let given = |setting| layers.text(setting).filter(|text| !text.is_empty());
    let url = given("whatsapp.url");
    if url.is_some_and(|url| {
        !["ws://", "wss://"]
            .iter()
            .any(|start| url.starts_with(start))
    }) {
        return Err(layers.fault(
            "whatsapp.url",
            "this must be a WebSocket address: wss://..., or ws://... for tests",
        ));
    }
    let version = given("whatsapp.version")
        .map(|text| {
            version(text).ok_or_else(|| {
                layers.fault(
                    "whatsapp.version",
                    "this must be three numbers with dots between them, such as 2.3000.1042742319",
                )
            })
        })
        .transpose()?;
    Ok(WhatsApp {
        url: url.map(str::to_owned),
        version,
        appear_online: layers.flag("whatsapp.appear_online").unwrap_or(false),
    })
}

fn version(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    let version = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(version)
}
