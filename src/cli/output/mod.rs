//! The output of script commands: the answer on standard output as a table, JSON or CSV; errors on
//! standard error with an exit code. `docs/scripts.md` documents both.

mod command_error;
mod csv;
mod exit;
mod format;
mod json;
mod note;
mod print;
mod table;

pub use command_error::{CallKind, CommandError, report};
pub use csv::csv_text;
pub use exit::Exit;
pub use format::{AnswerFormat, ListFormat};
pub use json::document;
pub use note::note;
pub use print::{
    json_text, print, print_change, print_document, print_list, print_table, table_text, time,
};
pub use table::{Column, Table};
