# What is done often. `just` lists the recipes; CI runs `just ci`.

_default:
    @just --list

# Everything that CI asks of a change.
ci: fmt clippy lean doc examples test deny

# Layout, as rustfmt.toml says.
fmt:
    cargo fmt --check

# Lints; a warning is a failure here, not in a local build.
clippy:
    cargo clippy --all-targets --locked -- -D warnings

# The library without the command line.
lean:
    cargo check --no-default-features --locked

# The documentation, without a broken link.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked

# One small program a stage.
examples:
    cargo build --examples --locked

# All tests. JAUNT_REQUIRE_PEERS=1 makes a missing curl, nginx, strace … a failure.
test:
    cargo test

# Licences, sources and advisories of what comes in with dependencies.
deny:
    cargo deny check

# Completions, the manual page, docs/CURL.md: made again from the definitions.
generate:
    SNAPSHOTS=overwrite cargo test --locked --test it generated

# The same fetch without any network.
demo *options:
    cargo run --release --locked -- demo {{ options }}
