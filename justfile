# Short names for the commands that contributors need. `just` lists them; each can be typed without `just` as well.

_list:
    @just --list --unsorted

# Look at the desk on a simulated WhatsApp
demo *arguments:
    cargo run --no-default-features -- demo {{ arguments }}

# Run every test
test:
    cargo test

# Run the unit tests that need neither real accounts nor the built program
test-fast *filter:
    cargo test --lib --no-default-features {{ filter }}

# Rewrite the snapshots of screens and commands; look at `git diff` before committing
snapshots:
    INSTA_UPDATE=always cargo test --no-default-features --lib view::tests
    INSTA_UPDATE=always cargo test --no-default-features --test program scripts

# Rewrite docs/openapi.json from what the gateway serves
openapi:
    cargo run --no-default-features --example openapi > docs/openapi.json

# Draw the README's picture again
picture:
    cargo build
    cargo run --example picture -- target/debug/groupdesk > assets/screen.svg

# Record the README's tour again
recording:
    cargo build
    cargo run --example recording -- target/debug/groupdesk > assets/tour.svg

# Fuzz the served API for so many seconds
fuzz seconds="100":
    .ci/fuzz --seconds {{ seconds }}

# Run a benchmark: filter, frame, gateway, memory, scaling or start
bench name *arguments:
    cargo bench --bench {{ name }} -- {{ arguments }}

# Check licences, sources and duplicates of the dependencies; needs cargo-deny
deny:
    cargo deny check bans licenses sources

# Build the archive and the Debian package of a release into target/dist; needs cargo-deb
dist:
    packaging/dist

# Run the whole gate
gate:
    bash .ci/run
