//! Logins: JWTs that a company's own frontend signs for its people.
//!
//! `fetch` brings the frontend's public keys, `jwks` keeps those that are fit to be trusted, `cache`
//! decides when to ask again, `provider` checks signatures, `claims` says who somebody is. Whatever is
//! wrong with a token, the caller hears the same 401; the reason goes to the log, without a word of what
//! the token says.

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
