.PHONY: run test proof bench

# The desk on an embedded database in data/, with the example agreements: no set-up needed.
run:
	cargo run -- serve

# Every test, on both databases; installs what they need first. Many of them wait, so more run at once than there are cores.
test:
	bash tests/setup.sh
	RUST_TEST_THREADS=$${RUST_TEST_THREADS:-$$((2 * $$(nproc)))} cargo test --workspace --locked

# The long checks: the tests that are left out of `make test` for their length, the laws on examples that nobody has seen, and the benchmarks.
# What fails by an example is repeated with the number that is printed.
proof:
	bash tests/setup.sh proof
	cargo test --release --workspace --locked -- --ignored
	seed=$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ') && echo "PROPTEST_RNG_SEED=$$seed" && \
	PROPTEST_RNG_SEED=$$seed cargo test --release --workspace --locked -- time::laws time::calendars service_management::tests
	cargo bench

# How fast it is.
bench:
	cargo bench
