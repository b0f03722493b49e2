//! The passkey step of linking a phone (an extension): what WhatsApp asks, and the answers to it.
//!
//! WhatsApp asks for a WebAuthn assertion of the account's own passkey. Request and assertion are the JSON forms
//! of the Web Authentication specification, level 3 (`PublicKeyCredentialRequestOptionsJSON`,
//! `AuthenticationResponseJSON`): binary values are base64url without padding.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{alphabet, engine::DecodePaddingMode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt::{self, Write as _};
use std::time::Duration;

/// Largest request or assertion, in bytes of JSON. Real ones have less than 2 KiB.
pub const PASSKEY_MAX: usize = 32 * 1024;
/// What a browser's console runs on <https://web.whatsapp.com> to answer a request, with the request in place of
/// `REQUEST`: it prints the assertion. The browser parts are those of the Web Authentication specification, level 3.
pub const PASSKEY_LINE: &str = "console.log(JSON.stringify(await navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(REQUEST)})))";
/// Time that a request leaves when it names none: the `timeout` of every request seen so far.
const PATIENCE: Duration = Duration::from_mins(10);

/// Browsers leave the padding away, and other software may not.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What WhatsApp asks: the `publicKey` of `navigator.credentials.get`, with every field that it sent.
#[derive(Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(with = "Map<String, Value>")]
pub struct PasskeyRequest(Map<String, Value>);

impl PasskeyRequest {
    /// # Errors
    /// Says what keeps it from being a request: not an object of at most [`PASSKEY_MAX`] bytes, no challenge, or a
    /// field of the wrong type.
    pub fn parse(json: &str) -> Result<Self, String> {
        if json.len() > PASSKEY_MAX {
            return Err(format!("has more than {PASSKEY_MAX} bytes"));
        }
        let value = serde_json::from_str(json).map_err(|_| "is not JSON".to_owned())?;
        Self::read(value)
    }

    fn read(value: Value) -> Result<Self, String> {
        let Value::Object(fields) = value else {
            return Err("is not an object".to_owned());
        };
        binary(&fields, "challenge", "")?;
        if fields.get("rpId").is_some_and(|id| !id.is_string()) {
            return Err("rpId must be a string".to_owned());
        }
        let allowed = match fields.get("allowCredentials") {
            None => &[][..],
            Some(Value::Array(allowed)) => allowed,
            Some(_) => return Err("allowCredentials must be an array".to_owned()),
        };
        for one in allowed {
            let one = one
                .as_object()
                .ok_or("allowCredentials must hold objects")?;
            binary(one, "id", "allowCredentials.")?;
        }
        Ok(Self(fields))
    }

    /// How long WhatsApp waits for the answer: 10 s to one hour, whatever the request says.
    #[must_use]
    pub fn patience(&self) -> Duration {
        let said = self.0.get("timeout").and_then(Value::as_u64);
        said.map_or(PATIENCE, Duration::from_millis)
            .clamp(Duration::from_secs(10), Duration::from_hours(1))
    }

    /// [`PASSKEY_LINE`] for this request, in ASCII. JSON is JavaScript, so nothing in it is run.
    #[must_use]
    pub fn browser_line(&self) -> String {
        PASSKEY_LINE.replace("REQUEST", &self.to_json())
    }

    /// The request as one line of JSON in ASCII.
    #[must_use]
    pub fn to_json(&self) -> String {
        let json = Value::Object(self.0.clone()).to_string();
        let mut ascii = String::with_capacity(json.len());
        for letter in json.chars() {
            if letter.is_ascii() {
                ascii.push(letter);
            } else {
                let mut units = [0; 2];
                for unit in letter.encode_utf16(&mut units) {
                    // Writing to a string cannot fail.
                    let _ = write!(ascii, "\\u{unit:04x}");
                }
            }
        }
        ascii
    }
}

impl<'de> Deserialize<'de> for PasskeyRequest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Map::deserialize(deserializer)?;
        let request = Self(fields);
        if request.to_json().len() > PASSKEY_MAX {
            return Err(serde::de::Error::custom("the passkey request is too long"));
        }
        Self::read(Value::Object(request.0)).map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for PasskeyRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasskeyRequest").finish_non_exhaustive()
    }
}

/// Answer of `GET /sessions/{s}/passkey`. Empty after the assertion was given, until WhatsApp sends the code.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct PasskeyStep {
    /// What the passkey has to sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<PasskeyRequest>,
    /// Eight characters, to be compared with those that the phone shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl fmt::Debug for PasskeyStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasskeyStep")
            .field("has_request", &self.request.is_some())
            .field("has_code", &self.code.is_some())
            .finish()
    }
}

/// Body of `POST /sessions/{s}/passkey`: exactly one of the two.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum PasskeyAnswer {
    /// What `navigator.credentials.get` returned, as JSON.
    Assertion(PasskeyAssertion),
    /// `true`: the phone shows the same code.
    Confirm(#[schemars(extend("const" = true))] bool),
}

/// A WebAuthn assertion. It links an account, so it is a secret.
#[derive(Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyAssertion {
    pub id: String,
    /// As `id`; only one of the two is required.
    #[schemars(default)]
    pub raw_id: String,
    /// `public-key`
    #[schemars(default)]
    pub r#type: String,
    pub response: PasskeyResponse,
}

/// What the passkey signed.
#[derive(Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyResponse {
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: String,
    pub authenticator_data: String,
    pub signature: String,
    #[schemars(default)]
    pub user_handle: Option<String>,
}

impl PasskeyAssertion {
    /// Reads what a person pasted: the JSON that the browser printed, perhaps with the quotation marks around it
    /// that its console shows.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(pasted: &str) -> Result<Self, String> {
        let text = pasted.trim();
        if text.is_empty() {
            return Err("is empty".to_owned());
        }
        if text.len() > PASSKEY_MAX {
            return Err(format!("has more than {PASSKEY_MAX} bytes"));
        }
        let bare = ['\'', '"', '`'].into_iter().find_map(|mark| {
            text.strip_prefix(mark)?
                .strip_suffix(mark)
                .filter(|bare| bare.trim_start().starts_with('{'))
        });
        let value: Value = serde_json::from_str(bare.unwrap_or(text)).map_err(|_| {
            "is not the JSON that the browser printed, or only a part of it".to_owned()
        })?;
        Self::read(&value)
    }

    /// Reads the assertion's fields; others, which browsers add, are left out.
    ///
    /// # Errors
    /// Names the field that is missing or malformed.
    pub fn read(value: &Value) -> Result<Self, String> {
        let fields = value.as_object().ok_or("must be an object")?;
        let id = match (fields.get("id"), fields.get("rawId")) {
            (None, Some(_)) => binary(fields, "rawId", "")?,
            (_, None) => binary(fields, "id", "")?,
            (Some(_), Some(_)) => {
                let (id, raw) = (binary(fields, "id", "")?, binary(fields, "rawId", "")?);
                if decode(&id) != decode(&raw) {
                    return Err("id and rawId differ".to_owned());
                }
                id
            }
        };
        match fields.get("type") {
            None => {}
            Some(kind) if kind == "public-key" => {}
            Some(_) => return Err("type must be public-key".to_owned()),
        }
        let response = fields.get("response").and_then(Value::as_object);
        let response = response.ok_or("response is missing, or no object")?;
        let part = |name| binary(response, name, "response.");
        let assertion = Self {
            raw_id: id.clone(),
            id,
            r#type: "public-key".to_owned(),
            response: PasskeyResponse {
                client_data_json: part("clientDataJSON")?,
                authenticator_data: part("authenticatorData")?,
                signature: part("signature")?,
                user_handle: match response.get("userHandle") {
                    None | Some(Value::Null) => None,
                    Some(_) => Some(part("userHandle")?),
                },
            },
        };
        if assertion.to_json().len() > PASSKEY_MAX {
            return Err(format!("has more than {PASSKEY_MAX} bytes"));
        }
        assertion.client_data()?;
        Ok(assertion)
    }

    /// What the browser says about the signature.
    fn client_data(&self) -> Result<Map<String, Value>, String> {
        let bytes = decode(&self.response.client_data_json).unwrap_or_default();
        serde_json::from_slice(&bytes)
            .map_err(|_| "response.clientDataJSON does not hold JSON".to_owned())
    }

    /// Whether it was made for this request.
    ///
    /// # Errors
    /// It was made for another request, or is no answer to one.
    pub fn check_answers(&self, request: &PasskeyRequest) -> Result<(), String> {
        let said = self.client_data()?;
        if said.get("type").and_then(Value::as_str) != Some("webauthn.get") {
            return Err("is no answer to a request for a passkey".to_owned());
        }
        let challenge = |fields: &Map<String, Value>| decode(fields.get("challenge")?.as_str()?);
        if challenge(&said) != challenge(&request.0) {
            return Err(
                "answers an earlier request: copy the line again, and run it again".to_owned(),
            );
        }
        Ok(())
    }

    /// The credential's id, decoded.
    #[must_use]
    pub fn credential_id(&self) -> Vec<u8> {
        decode(&self.raw_id).unwrap_or_default()
    }

    /// The form in which WhatsApp Web sends it.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for PasskeyAssertion {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::read(&value).map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for PasskeyAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasskeyAssertion").finish_non_exhaustive()
    }
}

impl fmt::Debug for PasskeyResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasskeyResponse").finish_non_exhaustive()
    }
}

/// A required field of bytes, as base64url without padding.
fn binary(fields: &Map<String, Value>, name: &str, within: &str) -> Result<String, String> {
    let text = match fields.get(name) {
        None => return Err(format!("{within}{name} is missing")),
        Some(Value::String(text)) => text,
        Some(_) => return Err(format!("{within}{name} must be a string")),
    };
    match decode(text) {
        Some(bytes) if !bytes.is_empty() => Ok(BASE64URL.encode(bytes)),
        Some(_) => Err(format!("{within}{name} is empty")),
        None => Err(format!("{within}{name} is not base64url")),
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64URL.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request() -> PasskeyRequest {
        PasskeyRequest::parse(
            r#"{"challenge":"AQIDBA","timeout":600000,"rpId":"whatsapp.com","allowCredentials":[],"userVerification":"required","extensions":{"uvm":true}}"#,
        )
        .unwrap()
    }

    fn assertion(challenge: &str) -> Value {
        let client = json!({ "type": "webauthn.get", "challenge": challenge, "origin": "https://web.whatsapp.com" });
        json!({
            "id": "_-8", "rawId": "_-8=", "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": BASE64URL.encode(client.to_string()),
                "authenticatorData": "AAEC", "signature": "MEUC", "userHandle": null,
            },
        })
    }

    #[test]
    fn a_request_keeps_every_field_and_is_checked() {
        let json = request().to_json();
        assert!(json.contains(r#""extensions":{"uvm":true}"#), "{json}");
        assert_eq!(request().patience(), Duration::from_mins(10));
        for (bad, why) in [
            ("[]", "is not an object"),
            ("{", "is not JSON"),
            ("{}", "challenge is missing"),
            (r#"{"challenge":""}"#, "challenge is empty"),
            (r#"{"challenge":"a b"}"#, "challenge is not base64url"),
            (r#"{"challenge":"AQ","rpId":1}"#, "rpId must be a string"),
            (
                r#"{"challenge":"AQ","allowCredentials":[{}]}"#,
                "allowCredentials.id is missing",
            ),
        ] {
            assert_eq!(PasskeyRequest::parse(bad).unwrap_err(), why, "{bad}");
        }
        let long = format!(r#"{{"challenge":"AQ","x":"{}"}}"#, "y".repeat(PASSKEY_MAX));
        assert!(PasskeyRequest::parse(&long).is_err());
        let odd = PasskeyRequest::parse(r#"{"challenge":"AQ","x":"é😀\u2028"}"#).unwrap();
        assert!(odd.to_json().is_ascii());
        assert_eq!(PasskeyRequest::parse(&odd.to_json()).unwrap(), odd);
    }

    #[test]
    fn the_line_for_the_browser_is_that_of_the_documentation() {
        let recipe = include_str!("../../docs/operators.md");
        assert!(recipe.lines().any(|line| line.trim() == PASSKEY_LINE));
        let line = request().browser_line();
        let json = request().to_json();
        assert!(line.contains(&format!("FromJSON({json})")), "{line}");
        let hostile = r#"{"challenge":"AQ","x":"\"})); fetch('//x'); REQUEST \u2028\n"}"#;
        let line = PasskeyRequest::parse(hostile).unwrap().browser_line();
        assert_eq!(line.lines().count(), 1);
        assert!(
            line.contains(r#"\"})); fetch"#),
            "the quotation mark stays escaped: {line}"
        );
        assert_eq!(line.matches("parseRequest").count(), 1);
    }

    #[test]
    fn an_assertion_is_read_as_the_browser_prints_it() {
        let printed = assertion("AQIDBA").to_string();
        let read = PasskeyAssertion::parse(&printed).unwrap();
        assert_eq!(read.credential_id(), [0xff, 0xef]);
        assert_eq!(read.check_answers(&request()), Ok(()));
        // Without what browsers add, and in the form of WhatsApp Web.
        let sent: Value = serde_json::from_str(&read.to_json()).unwrap();
        assert_eq!(sent["rawId"], "_-8");
        assert_eq!(sent["response"]["userHandle"], Value::Null);
        assert_eq!(sent.as_object().unwrap().len(), 4);
        for dressed in [
            format!("'{printed}'"),
            format!("\"{printed}\""),
            format!("\r\n  {printed}\n"),
        ] {
            assert_eq!(PasskeyAssertion::parse(&dressed).as_ref(), Ok(&read));
        }
        let other = PasskeyAssertion::read(&assertion("BBBB")).unwrap();
        assert!(
            other
                .check_answers(&request())
                .unwrap_err()
                .contains("earlier request")
        );
    }

    #[test]
    fn what_is_wrong_with_an_assertion_is_named() {
        let without = |path: &str| {
            let mut value = assertion("AQIDBA");
            match path.split_once('.') {
                None => drop(value.as_object_mut().unwrap().remove(path)),
                Some((_, name)) => drop(value["response"].as_object_mut().unwrap().remove(name)),
            }
            PasskeyAssertion::read(&value)
        };
        assert!(without("id").is_ok() && without("rawId").is_ok() && without("type").is_ok());
        for path in [
            "response.clientDataJSON",
            "response.authenticatorData",
            "response.signature",
        ] {
            assert_eq!(without(path).unwrap_err(), format!("{path} is missing"));
        }
        let with = |pointer: &str, to: Value| {
            let mut value = assertion("AQIDBA");
            *value.pointer_mut(pointer).unwrap() = to;
            PasskeyAssertion::read(&value).unwrap_err()
        };
        assert_eq!(with("/id", json!("AAAA")), "id and rawId differ");
        assert_eq!(with("/type", json!("password")), "type must be public-key");
        assert_eq!(
            with("/response", json!("x")),
            "response is missing, or no object"
        );
        assert_eq!(
            with("/response/signature", json!("a/b")),
            "response.signature is not base64url"
        );
        assert_eq!(
            with("/response/clientDataJSON", json!("AAAA")),
            "response.clientDataJSON does not hold JSON"
        );
        assert!(with("/response/signature", json!("A".repeat(PASSKEY_MAX))).contains("bytes"));
        for (pasted, why) in [
            ("", "is empty"),
            ("{\"id\":", "is not the JSON"),
            ("NotAllowedError: The operation", "is not the JSON"),
            ("[]", "must be an object"),
        ] {
            let fault = PasskeyAssertion::parse(pasted).unwrap_err();
            assert!(fault.contains(why), "{pasted}: {fault}");
        }
    }

    #[test]
    fn nothing_secret_is_in_debug_output() {
        let read = PasskeyAssertion::read(&assertion("AQIDBA")).unwrap();
        let shown = format!(
            "{:?} {:?} {:?}",
            PasskeyAnswer::Assertion(read.clone()),
            read.response,
            request()
        );
        assert!(
            !shown.contains("MEUC") && !shown.contains("AQIDBA"),
            "{shown}"
        );
    }
}
