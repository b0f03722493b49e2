//! What commands for scripts write: an answer on standard output as a table, JSON or CSV; a failure on
//! standard error with its exit code. `docs/scripts.md` promises all of it.

mod csv;
mod exit;
mod failure;
mod format;
mod json;
mod note;
mod print;
mod table;

pub use csv::Csv;
pub use exit::Exit;
pub use failure::{Asked, Failure, report};
pub use format::{AnswerFormat, ListFormat};
pub use json::document;
pub use note::note;
pub use print::{json_text, print, print_change, print_document, print_table, table_text, time};
pub use table::{Column, Table};
