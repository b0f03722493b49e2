//! `[login]`: the issuer whose logins a served gateway accepts.

use super::error::ConfigError;
use super::layer::Layers;
use crate::gateway::auth::Login;
use crate::gateway::auth::login::KeySource;

pub(super) fn read(layers: &Layers) -> Result<Option<Login>, ConfigError> {
    let text = |setting| layers.text(setting).filter(|text| !text.is_empty());
    let url = text("login.jwks_url");
    let file = layers.path("login.jwks_file");
    let Some(issuer) = text("login.issuer") else {
        // An incomplete section would silently refuse all logins.
        let audience = text("login.audience").map(|_| "login.audience");
        let url = url.map(|_| "login.jwks_url");
        let file = file.map(|_| "login.jwks_file");
        return match url.or(file).or(audience) {
            None => Ok(None),
            Some(setting) => Err(layers.fault(
                setting,
                "without login.issuer no login is accepted: set it to the `iss` of the tokens",
            )),
        };
    };
    let keys = match (url, file) {
        (Some(url), None) => KeySource::url(url)
            .map_err(|fault| layers.fault("login.jwks_url", &fault.to_string()))?,
        (None, Some(file)) => KeySource::File(file),
        (Some(_), Some(_)) => {
            return Err(layers.fault(
                "login.jwks_file",
                "the issuer's keys come from one place: set login.jwks_url or login.jwks_file",
            ));
        }
        (None, None) => {
            return Err(layers.fault(
                "login.issuer",
                "the issuer's keys are missing: set login.jwks_url or login.jwks_file",
            ));
        }
    };
    Ok(Some(Login {
        issuer: issuer.to_owned(),
        audience: text("login.audience").map(str::to_owned),
        keys,
    }))
}
