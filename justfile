# https://just.systems. Each recipe is one line that works without just as well.

# What there is.
_default:
    @just --list --unsorted

# Start everything on this machine, feed it 100,000 records, and say what happened.
demo *arguments:
    cargo demo {{arguments}}

# Send one event from a file through the function: just invoke analytics events/NAME.json
invoke function file *arguments:
    cargo millrace invoke {{function}} --data-file {{file}} {{arguments}}

# All tests, or those whose name contains FILTER.
test *filter:
    cargo test --locked --workspace {{filter}}

# The integration tests, or any command, against AWS endpoints that nobody here wrote.
[positional-arguments]
independent *command:
    scripts/independent-endpoints "$@"

# The templates, under the tools that know CloudFormation; `--zips` for the deployable zips.
[positional-arguments]
templates *options:
    scripts/lint-templates "$@"

# Format the code.
fmt:
    cargo fmt --all

# Formatting, clippy and documentation, warnings denied.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --document-private-items --locked

# Licences, bans and sources of all dependencies.
deny:
    scripts/cargo-deny check --hide-inclusion-graph bans licenses sources

# The documentation of the code, in a browser.
doc:
    cargo doc --workspace --no-deps --document-private-items --open

# Everything that CI runs.
ci:
    bash .ci/run
