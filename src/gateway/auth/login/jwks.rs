//! Parsing a JSON Web Key Set, and which of its keys are trusted.

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// The algorithms that are accepted. Each key is bound to exactly one of them by its type.
pub(super) const ALGORITHMS: [Algorithm; 3] =
    [Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256];

/// Most keys of a set; frontends publish two or three.
const KEYS_MAX: usize = 64;
/// Bytes of an Ed25519 key, and of each coordinate of a P-256 key.
const POINT: usize = 32;
/// The shortest RSA key that is trusted, in bits.
const RSA_MIN: usize = 2048;
/// The longest, in bits; what is longer costs more than it protects.
const RSA_MAX: usize = 8192;

/// A public key that may sign logins.
pub(super) struct TrustedKey {
    kid: Option<String>,
    pub algorithm: Algorithm,
    pub key: DecodingKey,
}

/// The keys of one answer of the frontend.
#[derive(Default)]
pub(super) struct KeySet(Vec<Arc<TrustedKey>>);

/// The frontend's answer is no key set.
#[derive(Debug, thiserror::Error)]
#[error("not a JSON Web Key Set: {{\"keys\": [...]}}")]
pub(super) struct NoKeySet;

impl KeySet {
    /// Parses a key set. Unsuitable keys are skipped.
    ///
    /// # Errors
    /// Not a JSON object with an array of `keys`.
    pub(super) fn parse(json: &[u8]) -> Result<Self, NoKeySet> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<Value>,
        }
        let document: Document = serde_json::from_slice(json).map_err(|_| NoKeySet)?;
        let all = document.keys.len();
        let keys: Vec<_> = document
            .keys
            .into_iter()
            .take(KEYS_MAX)
            .filter_map(|key| serde_json::from_value::<Jwk>(key).ok()?.trusted())
            .map(Arc::new)
            .collect();
        let (trusted, left_out) = (keys.len(), all - keys.len());
        if trusted == 0 {
            tracing::warn!(
                left_out,
                "the key set has no usable key: every login is refused"
            );
        } else {
            tracing::info!(trusted, left_out, "the login's key set was loaded");
        }
        Ok(Self(keys))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key that a token names. A token that names none means the only key of its algorithm.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<Arc<TrustedKey>> {
        let mut fitting = self
            .0
            .iter()
            .filter(|key| key.algorithm == algorithm)
            .filter(|key| kid.is_none() || key.kid.as_deref() == kid);
        let key = fitting.next()?;
        (kid.is_some() || fitting.next().is_none()).then(|| Arc::clone(key))
    }
}

/// A key as it is published.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Jwk {
    fn trusted(self) -> Option<TrustedKey> {
        let signs = self
            .purpose
            .as_deref()
            .is_none_or(|purpose| purpose == "sig")
            && self
                .key_ops
                .as_ref()
                .is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        if !signs {
            return None;
        }
        let (algorithm, name, key) = match (self.kty.as_str(), self.crv.as_deref()) {
            ("OKP", Some("Ed25519")) => {
                let key = DecodingKey::from_ed_der(&point(self.x.as_deref()?)?);
                (Algorithm::EdDSA, "EdDSA", key)
            }
            ("EC", Some("P-256")) => {
                let (x, y) = (point(self.x.as_deref()?)?, point(self.y.as_deref()?)?);
                // Uncompressed, as X9.62 writes it.
                let key = DecodingKey::from_ec_der(&[&[4], &x[..], &y[..]].concat());
                (Algorithm::ES256, "ES256", key)
            }
            ("RSA", _) => {
                let (n, e) = (number(self.n.as_deref()?)?, number(self.e.as_deref()?)?);
                let bits = n.len() * 8 - n.first()?.leading_zeros() as usize;
                if !(RSA_MIN..=RSA_MAX).contains(&bits) {
                    tracing::warn!(
                        bits,
                        "an RSA key was skipped: it must have 2048 to 8192 bits"
                    );
                    return None;
                }
                let key = DecodingKey::from_rsa_raw_components(&n, &e);
                (Algorithm::RS256, "RS256", key)
            }
            _ => return None,
        };
        // The fully specified name of the one curve that is accepted.
        let named = |alg: &str| alg == name || (name == "EdDSA" && alg == "Ed25519");
        self.alg.as_deref().is_none_or(named).then_some(TrustedKey {
            kid: self.kid,
            algorithm,
            key,
        })
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(text)
        .ok()
}

fn point(text: &str) -> Option<Vec<u8>> {
    decode(text).filter(|bytes| bytes.len() == POINT)
}

/// A big-endian number, without the leading zeros that some issuers add.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = decode(text)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    Some(bytes[zeros..].to_vec()).filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    fn of_bytes(count: usize, first: u8) -> String {
        let mut bytes = vec![7; count];
        bytes[0] = first;
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn count(key: &Value) -> usize {
        let set = json!({ "keys": [7, key] }).to_string();
        KeySet::parse(set.as_bytes()).unwrap().0.len()
    }

    #[test]
    fn only_keys_that_sign_with_an_accepted_algorithm_are_kept() {
        let (x, y) = (of_bytes(32, 1), of_bytes(32, 2));
        let ed = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x });
        let ec = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
        let rsa = json!({ "kty": "RSA", "n": of_bytes(256, 0x80), "e": "AQAB" });
        let with = |key: &Value, name: &str, value: Value| {
            let mut key = key.clone();
            key[name] = value;
            count(&key)
        };
        for good in [&ed, &ec, &rsa] {
            assert_eq!(count(good), 1);
            assert_eq!(with(good, "use", json!("sig")), 1);
            assert_eq!(with(good, "use", json!("enc")), 0);
            assert_eq!(with(good, "key_ops", json!(["verify"])), 1);
            assert_eq!(with(good, "key_ops", json!(["sign"])), 0);
            assert_eq!(with(good, "alg", json!("HS256")), 0);
            assert_eq!(with(good, "alg", json!("none")), 0);
            assert_eq!(with(good, "kty", json!("oct")), 0);
        }
        assert_eq!(with(&ed, "alg", json!("EdDSA")), 1);
        assert_eq!(with(&ed, "alg", json!("Ed25519")), 1);
        assert_eq!(with(&ec, "alg", json!("ES256")), 1);
        assert_eq!(with(&rsa, "alg", json!("RS256")), 1);
        assert_eq!(with(&rsa, "alg", json!("ES256")), 0);
        assert_eq!(with(&ed, "crv", json!("Ed448")), 0);
        assert_eq!(with(&ec, "crv", json!("P-384")), 0);
        assert_eq!(with(&ed, "x", json!(of_bytes(31, 1))), 0);
        assert_eq!(with(&ec, "y", json!("!")), 0);
    }

    #[test]
    fn the_size_of_an_rsa_key_is_that_of_its_modulus() {
        for (bytes, first, kept) in [
            (128, 0x80, 0),
            (256, 0x7f, 0),
            (257, 0x00, 0),
            (256, 0x80, 1),
            (512, 0xff, 1),
            (1024, 0xff, 1),
            (1025, 0x01, 0),
        ] {
            let key = json!({ "kty": "RSA", "n": of_bytes(bytes, first), "e": "AQAB" });
            assert_eq!(count(&key), kept, "{bytes} {first}");
        }
    }

    #[test]
    fn a_token_without_a_key_id_matches_the_only_key_of_its_algorithm() {
        let ed =
            |kid: &str| json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": of_bytes(32, 1) });
        let set =
            |keys: Value| KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
        let one = set(json!([ed("a")]));
        assert!(one.find(None, Algorithm::EdDSA).is_some());
        assert!(one.find(Some("a"), Algorithm::EdDSA).is_some());
        assert!(one.find(Some("b"), Algorithm::EdDSA).is_none());
        assert!(one.find(Some("a"), Algorithm::ES256).is_none());
        let two = set(json!([ed("a"), ed("b")]));
        assert!(two.find(None, Algorithm::EdDSA).is_none());
        assert!(two.find(Some("b"), Algorithm::EdDSA).is_some());
    }

    #[test]
    fn an_invalid_key_set_is_an_error() {
        for bad in ["", "<html>", "[]", "{}", r#"{"keys": {}}"#] {
            assert!(KeySet::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(
            KeySet::parse(br#"{"keys": [], "more": 1}"#)
                .unwrap()
                .is_empty()
        );
    }
}
