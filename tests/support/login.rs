//! Logins for tests: generated keys, and tokens signed with them. A gateway that accepts them needs the public
//! keys; `frontend.rs` serves them.

// Each test binary uses only a part of this; a failing `unwrap` is a failing test.
#![allow(dead_code, clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use rsa::sha2::Sha256;
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// The `iss` and `aud` of valid tokens. The key set may be at another address.
pub const ISSUER: &str = "https://id.example.com";

/// A signing key.
pub struct SigningKey {
    kid: String,
    pair: Pair,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(Box<EcdsaKeyPair>),
    Rsa(Box<rsa::PrivateKey>),
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The input of the signature.
fn message(header: &Value, claims: &Value) -> String {
    format!(
        "{}.{}",
        encode(header.to_string()),
        encode(claims.to_string())
    )
}

impl SigningKey {
    pub fn ed25519(kid: &str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        Self::new(kid, Pair::Ed25519(pair))
    }

    pub fn p256(kid: &str) -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        Self::new(kid, Pair::P256(Box::new(pair)))
    }

    pub fn rsa(kid: &str, bits: usize) -> Self {
        let pair = rsa::PrivateKey::new(&mut rand::rng(), bits).unwrap();
        Self::new(kid, Pair::Rsa(Box::new(pair)))
    }

    fn new(kid: &str, pair: Pair) -> Self {
        Self {
            kid: kid.to_owned(),
            pair,
        }
    }

    /// The name of its algorithm.
    pub fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Ed25519(_) => "EdDSA",
            Pair::P256(_) => "ES256",
            Pair::Rsa(_) => "RS256",
        }
    }

    /// The published public key.
    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            Pair::Ed25519(pair) => json!({
                "kty": "OKP", "crv": "Ed25519", "x": encode(pair.public_key()),
            }),
            Pair::P256(pair) => {
                let point = pair.public_key().as_ref();
                json!({
                    "kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..]),
                })
            }
            Pair::Rsa(pair) => json!({
                "kty": "RSA", "n": encode(pair.n_bytes()), "e": encode(pair.e_bytes()),
            }),
        };
        jwk["kid"] = json!(self.kid);
        jwk["alg"] = json!(self.algorithm());
        jwk["use"] = json!("sig");
        jwk
    }

    /// A token with the default header.
    pub fn token(&self, claims: &Value) -> String {
        self.token_with(&self.header(), claims)
    }

    /// The default header.
    pub fn header(&self) -> Value {
        json!({ "typ": "JWT", "alg": self.algorithm(), "kid": self.kid })
    }

    /// A token with any header, signed with this key whatever the header says.
    pub fn token_with(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature = self.sign(message.as_bytes());
        format!("{message}.{}", encode(signature))
    }

    /// A token "signed" with an HMAC whose secret is the public key.
    pub fn hmac_token(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let secret = match &self.pair {
            Pair::Ed25519(pair) => pair.public_key().as_ref().to_owned(),
            Pair::P256(pair) => pair.public_key().as_ref().to_owned(),
            Pair::Rsa(pair) => pair.n_bytes().to_vec(),
        };
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
        let tag = ring::hmac::sign(&key, message.as_bytes());
        format!("{message}.{}", encode(tag))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_owned(),
            Pair::P256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message).unwrap();
                signature.as_ref().to_owned()
            }
            Pair::Rsa(pair) => pair.pkcs1v15_sign::<Sha256>(message).unwrap(),
        }
    }
}

/// Seconds since the epoch, shifted by `offset`.
pub fn seconds(offset: i64) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap() + offset
}

/// Valid claims for a user `u_<role>` with a role in an organization. The role `super_admin` is the platform's,
/// in no organization.
pub fn claims(organization: &str, role: &str) -> Value {
    let mut claims = json!({
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": format!("u_{role}"),
        "iat": seconds(0),
        "exp": seconds(300),
    });
    if role == "super_admin" {
        claims["role"] = json!(role);
    } else {
        claims["activeOrganizationId"] = json!(organization);
        claims["orgRole"] = json!(role);
    }
    claims
}

/// A published key set.
pub fn key_set(keys: &[&SigningKey]) -> Value {
    let keys: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
    json!({ "keys": keys })
}
