# Each target sets up what it needs and prints its figure on the last line.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 3
DEV := $(VENV)/.dev
RUN := $(VENV)/.run
TIMED = start=$$(date +%s); finish() { code=$$?; echo "$(1): $$(($$(date +%s) - start)) s, exit $$code"; exit $$code; }; trap finish EXIT

.PHONY: demo tour test test-crash test-search test-shares test-pds test-browser check lint fast bench bench-redirects bench-press bench-fanout bench-rosters lock clean
.DELETE_ON_ERROR:

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)

# --no-deps on the project itself: everything it needs is in the lock.
$(RUN): requirements.lock pyproject.toml | $(VENV)/bin/python
	@test -f $(DEV) && test ! requirements.lock -nt $(DEV) || $(BIN)/pip install -q --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --no-deps -e .
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@$(BIN)/pip install -q --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install -q --no-deps -e .
	@touch $@

demo: $(RUN)  ## everything on this machine, no account anywhere
	@$(BIN)/advocacy playground

tour: $(RUN)  ## the whole loop through both doors, headless, with figures
	@$(call TIMED,tour); $(BIN)/advocacy playground --tour

test: $(DEV)  ## all tests, SQLite and PostgreSQL, loopback only
	@$(call TIMED,test); $(BIN)/pytest -n $(WORKERS) -m "not browser and not crash and not pds"

fast: $(DEV)
	@$(BIN)/pytest -n $(WORKERS) -m "not browser and not crash and not pds and not slow"

lint: $(DEV)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

check: $(DEV)  ## lint, types, import contracts, fast tests
	@$(call TIMED,check); $(MAKE) --no-print-directory lint fast

test-crash: $(DEV)  ## kill -9 at random moments; nothing lost, nothing twice
	@$(call TIMED,test-crash); $(BIN)/pytest -m crash -s tests/crash

# ADVOCACY_SEARCH=1000 make test-search: so many orders of steps on SQLite, half as many on PostgreSQL.
test-search: $(DEV)  ## a long search, at random, for an order of steps after which something wrong leaves
	@$(BIN)/python -m tests.content.search

# ADVOCACY_SEARCH=300 make test-shares: so many runs, three of five on SQLite, two on PostgreSQL.
test-shares: $(DEV)  ## a long search, at random, for a share that is posted twice, lost, or against a promise
	@$(BIN)/python -m tests.sharing.search

test-pds: $(DEV)  ## our Bluesky client against the server that Bluesky publishes (npm, into var/pds); says why where it cannot run
	@$(call TIMED,test-pds); $(BIN)/pytest -m pds -rs -s tests/pds

test-browser: $(DEV)  ## the loop by hand in headless Chromium
	@$(call TIMED,test-browser); set -e; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  { echo "Chromium is needed: install it with your system's package manager"; exit 1; }; \
	$(BIN)/pytest -m browser tests

bench: $(DEV)  ## every benchmark, each as a ratio within one run
	@$(call TIMED,bench); failed=0; for one in $$(ls benchmarks | sed -n 's/^\([a-z][a-z_]*\)\.py$$/\1/p'); do \
	  echo "== $$one"; $(BIN)/python -m benchmarks.$$one || failed=1; done; exit $$failed

bench-redirects: $(DEV)  ## redirects with durable clicks: full and half load, a burst, kills, a locked database
	@$(call TIMED,bench-redirects); failed=0; for one in redirects clicks; do \
	  $(BIN)/python -m benchmarks.$$one || failed=1; done; exit $$failed

bench-press: $(DEV)  ## presses in Slack and Teams against the usual app, in good weather and bad
	@$(call TIMED,bench-press); $(BIN)/python -m benchmarks.press

bench-fanout: $(DEV)  ## a story to 800 channels and a digest to 20,000 people within the vendors' limits, time skipped
	@$(call TIMED,bench-fanout); $(BIN)/python -m benchmarks.fanout

bench-rosters: $(DEV)  ## 100,000 people from a file, from Slack and from Microsoft Graph, within the limits, killed and resumed
	@$(call TIMED,bench-rosters); failed=0; for one in roster roster_sync; do \
	  $(BIN)/python -m benchmarks.$$one || failed=1; done; exit $$failed

lock: $(DEV)  ## resolve dependencies anew; no host or address is written
	@$(BIN)/pip install -q uv
	@for set in "requirements.lock" "requirements-dev.lock --group dev"; do \
	  $(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-header --no-annotate pyproject.toml -o $$set; done

clean:
	rm -rf $(VENV) build var .mypy_cache .ruff_cache .import_linter_cache
