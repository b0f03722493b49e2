//! Names of groups and accounts: cut to a width, and compared.

mod compare;
mod fit;

pub use compare::{caseless, composed, holds, sort_key};
pub use fit::fit;
