# One word per target; `make help` lists them. Needs Python 3.11 to 3.13, git and make; nothing is installed outside this
# folder, except by `test` (Debian packages, as root or with sudo). Steps that are up to date are skipped: see the stamps in .venv.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
CONFIG ?= examples/demo
DATA ?= data
PARALLEL ?= -n 2 --dist loadfile

# A dot every two seconds while a command works that is quiet by itself, and a line end after dots: $(call dotted,command)
dotted = (n=; trap '[ -z "$$n" ] || echo; exit' TERM; while sleep 2 & wait $$!; do printf .; n=1; done) & dots=$$!; trap 'kill $$dots 2>/dev/null; wait $$dots 2>/dev/null' EXIT; $(1)

# Compiled modules are kept: without them every start and every test run compiles everything anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test test-fast lint format bench docs clean
.NOTPARALLEL:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/runtime ## start Asterisk and ccserver with the demo (CONFIG=dir DATA=dir)
	@$(call dotted,$(BIN)/python tools/build_desktop.py)
	@exec $(BIN)/ccserver up --config $(CONFIG) --data $(DATA)

test: .venv/tests ## install what the tests need, then run all of them (root or sudo for Debian packages)
	@bash tools/test_packages.sh
	@echo "== the page: build, types and unit tests"
	@$(BIN)/python tools/build_desktop.py && $(BIN)/python tools/build_desktop.py --check
	@echo "== unit, contract, property and simulated scenario tests"
	@$(BIN)/pytest -q $(PARALLEL) -m "not asterisk and not browser"
	@echo "== tests with the real Asterisk and with the browser, in two rows"
	@$(BIN)/pytest -q $(PARALLEL) -m "asterisk or browser" || { [ $$? -eq 1 ] \
	  && echo "== once more and alone, what failed beside the other row: two cores may not carry both in time" \
	  && $(BIN)/pytest -q --last-failed --last-failed-no-failures none -m "asterisk or browser"; }

test-fast: .venv/tests ## the tests without Asterisk, browser, PostgreSQL, promtool and long searches
	@TESTS_MAY_SKIP=1 $(BIN)/pytest -q $(PARALLEL) -m "not asterisk and not browser and not postgres and not promtool and not slow"

lint: .venv/lint ## style, types, import contracts, YAML and documents
	@echo "== ruff";         $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "== mypy";         $(BIN)/mypy
	@echo "== import-linter"; $(BIN)/lint-imports
	@echo "== documents";    $(BIN)/python tools/check_documents.py && $(BIN)/python tools/draw_machines.py --check

format: .venv/lint ## put the code into the one format
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: .venv/tests ## measure; the figures go to bench/README.md
	@bash tools/test_packages.sh
	@$(BIN)/python -m bench

docs: .venv/runtime ## draw the state machines into docs/architecture.md again
	@$(BIN)/python tools/draw_machines.py

clean: ## remove what was built (the data folder stays)
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis desktop/node_modules
	find src/ccserver/adapters/web/static -mindepth 1 -not -name .keep -delete 2>/dev/null || true

# -- stamps: each is newer than everything it stands for ---------------------------------------------------------------

.venv/pip: tools/make_venv.py
	@$(PYTHON) tools/make_venv.py .venv
	@touch $@

.venv/runtime: .venv/pip pyproject.toml
	@echo "== installing ccserver into .venv"
	@$(call dotted,$(PIP) install -e .)
	@touch $@

.venv/tests: .venv/runtime
	@echo "== installing the test packages into .venv"
	@$(call dotted,$(PIP) install --group test)
	@touch $@

.venv/lint: .venv/tests
	@echo "== installing the lint packages into .venv"
	@$(call dotted,$(PIP) install --group lint)
	@touch $@
