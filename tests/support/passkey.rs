//! Answers to WhatsApp's request for a passkey, as a browser prints them.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use groupdesk::api::{PasskeyAssertion, PasskeyRequest};
use serde_json::{Value, json};

/// The JSON of an assertion for this challenge.
pub fn printed(challenge: &str) -> Value {
    let client = json!({
        "type": "webauthn.get", "challenge": challenge, "origin": "https://web.whatsapp.com",
        "crossOrigin": false,
    });
    json!({
        "id": "c2lnbmVkLWJ5LWEtdGVzdA", "rawId": "c2lnbmVkLWJ5LWEtdGVzdA", "type": "public-key",
        "authenticatorAttachment": "cross-platform", "clientExtensionResults": {},
        "response": {
            "clientDataJSON": BASE64_URL_SAFE_NO_PAD.encode(client.to_string()),
            "authenticatorData": "AAECAwQFBgcICQ", "signature": "MEUCIQDqasecrets", "userHandle": "dXNlcg",
        },
    })
}

pub fn assertion(challenge: &str) -> PasskeyAssertion {
    PasskeyAssertion::read(&printed(challenge)).expect("an assertion")
}

pub fn challenge_of(request: &PasskeyRequest) -> String {
    let request: Value = serde_json::from_str(&request.to_json()).expect("JSON");
    request["challenge"]
        .as_str()
        .expect("a challenge")
        .to_owned()
}
