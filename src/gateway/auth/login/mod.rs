//! Logins: JWTs signed by an organization's own frontend.
//!
//! `fetch` loads the public keys, `jwks` selects the trusted ones, `cache` decides when to fetch
//! again, `provider` checks signatures, `claims` makes a caller of the claims and `verifier` ties
//! them together. Every invalid token is answered with the same 401; the reason is logged, without
//! any part of the token.

mod cache;
mod claims;
mod fetch;
mod jwks;
mod provider;
mod refusal;
mod verifier;

pub use fetch::{BadSource, KeyAddress, KeySource};
pub use verifier::Login;
pub(crate) use verifier::LoginVerifier;
