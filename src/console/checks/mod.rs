//! Why people cannot join a group: checks over what is known of the group, its account and its link.
//!
//! One pure function for the desk's panel and for `groupdesk invite check`, so that both say the same.
//! What a gateway does not report is "not known"; no check concludes anything from an absent field.

mod facts;
mod given;
mod reasons;
mod report;
mod rules;

pub(crate) use facts::{Answer, Facts, Given, asks_for_requests};
pub(crate) use report::{Finding, Outcome, Report};
pub(crate) use rules::{checks, given_alone};

#[cfg(test)]
mod tests;
