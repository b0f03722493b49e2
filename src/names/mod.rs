//! Names of groups and accounts: cut to a width, and compared.

mod compare;
mod fit;
mod fold;
mod person;

pub(crate) use compare::{caseless, composed, holds, sort_key};
pub(crate) use fit::fit;
pub(crate) use fold::{fold_into, folded};
pub(crate) use person::PersonQuery;
