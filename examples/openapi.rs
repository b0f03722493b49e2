//! Prints the document of the API, which a test compares with the one in the repository.
//!
//! `cargo run --no-default-features --example openapi > docs/openapi.json`

#[allow(clippy::print_stdout)]
fn main() {
    print!("{}", groupdesk::gateway::http::document_text());
}
