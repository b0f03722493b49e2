//! Signature verification on `ring`, as the crypto provider of the JWT library.
//!
//! `ring` is in the program already, as the TLS provider. This provider only verifies: the program
//! signs no tokens, and a key is never used as an HMAC secret.

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::signature::{Error as BadSignature, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
    verifier_factory,
    // Thumbprints and keys out of private keys: not wanted here.
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes `ring` the library's provider. Further calls change nothing.
pub(super) fn install() {
    // An error means that this provider is installed already.
    let _ = PROVIDER.install_default();
}

/// One public key.
enum Check {
    Bytes(&'static dyn VerificationAlgorithm, Vec<u8>),
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

struct Signature {
    algorithm: Algorithm,
    check: Check,
}

/// The check that an algorithm and a key make together. A key fits its own algorithm only.
// The signature is the library's.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn verifier_factory(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    if key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    let check = match (algorithm, key.kind()) {
        (Algorithm::EdDSA, DecodingKeyKind::SecretOrDer(point)) => {
            Check::Bytes(&ED25519, point.clone())
        }
        (Algorithm::ES256, DecodingKeyKind::SecretOrDer(point)) => {
            Check::Bytes(&ECDSA_P256_SHA256_FIXED, point.clone())
        }
        (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => Check::Rsa {
            n: n.clone(),
            e: e.clone(),
        },
        _ => return Err(ErrorKind::InvalidAlgorithm.into()),
    };
    Ok(Box::new(Signature {
        algorithm: *algorithm,
        check,
    }))
}

impl Verifier<Vec<u8>> for Signature {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), BadSignature> {
        match &self.check {
            Check::Bytes(algorithm, point) => {
                UnparsedPublicKey::new(*algorithm, point).verify(message, signature)
            }
            Check::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        }
        .map_err(|_| BadSignature::new())
    }
}

impl JwtVerifier for Signature {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
