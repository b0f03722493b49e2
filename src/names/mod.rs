//! Names of groups and accounts: cut to a width, and compared.

mod compare;
mod fit;

pub(crate) use compare::{caseless, composed, holds, sort_key};
pub(crate) use fit::fit;
