# demo   a Jira-compatible site with deskbridge in it, on this machine
# test   everything, small numbers          prove  the same tests, large numbers (SUITE=name for one)
# check  the static part of test            bench  speed beside peers, in one run
# look   screenshots of every state         openapi, fmt  rewrite generated files, format

SHELL := /bin/sh
export PATH := $(CURDIR)/target/node/bin:$(PATH)
SCALE ?= 17
TEST := $(if $(shell command -v cargo-nextest 2>/dev/null),cargo nextest run,cargo test)

.PHONY: demo test prove check bench look openapi fmt browser opener
demo:
	@./need demo
	@cargo build --quiet -p deskbridge -p deskbridge-playground
	@exec target/debug/deskbridge-playground demo $(ARGS)

test:
	@./need test
	@$(MAKE) --no-print-directory check
	$(TEST) --workspace
	@$(MAKE) --no-print-directory opener
	@cd frontend && npm run --silent test:unit
	@$(MAKE) --no-print-directory browser
	@.ci/skipped

opener:
	@PYTHONDONTWRITEBYTECODE=1 target/venv/bin/python3 tests/opener/run.py

browser:
	@cargo build --quiet -p deskbridge -p deskbridge-playground
	@cd frontend && npm run --silent test:browser

check:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	@cd frontend && npm run --silent check
	@if command -v cargo-deny >/dev/null 2>&1; then cargo deny --offline check bans licenses sources; \
	 else echo "cargo-deny is not installed: its checks are left out"; fi

prove:
	@./need test
	DESKBRIDGE_SCALE=$(SCALE) $(TEST) $(if $(findstring nextest,$(TEST)),--profile prove) --workspace $(SUITE)
	@[ -n "$(SUITE)" ] || DESKBRIDGE_SCALE=$(SCALE) $(MAKE) --no-print-directory opener

bench:
	@./need test
	@benches/run

look:
	@./need test
	@cargo build --quiet -p deskbridge -p deskbridge-playground
	@cd frontend && npm run --silent look

openapi:
	@cargo run --quiet -- openapi > target/openapi.json && mv target/openapi.json openapi/deskbridge.json

fmt:
	cargo fmt --all
