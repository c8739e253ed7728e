# Two commands do everything on a machine with Python 3.11: `make demo` and `make test`. Each sets up what it needs.
# What follows `##` behind a target is its line in `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
# Processes are started by the hundred, so what was compiled once is kept, whatever the surroundings say.
export PYTHONDONTWRITEBYTECODE :=
# Long suites: SHARE=4 takes every fourth case, as DCR_SEED draws them, by default the number of the day; SHARE=1 takes all (tests/shares.py).
SHARE ?=
export DCR_SHARE = $(SHARE)
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# First, so that `make` alone does nothing but tell.
help: ## what there is
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

.PHONY: help demo test long long-again walk faults readings mutants check benchmark screenshots up down setup lock

demo: $(READY) ## the whole job on the sandbox, twice; CURITY_CONFIG=FILE for another start
	$(BIN)/dcr demo $(if $(CURITY_CONFIG),--curity-config $(CURITY_CONFIG))

# MEASURED: options that measure, for CI; a developer does not wait for them.
test: $(READY) ## what a change should pass before it is committed
	$(PYTEST) -m "not long" $(MEASURED)

# What takes longer than a developer waits for: the same promises, more of them.
long: $(READY) ## the long suites: Prefect server, Chromium, killed processes, readings, rivals, mutants
	$(PYTEST) -m long

# What failed there, one after the other.
long-again: $(READY)
	$(BIN)/pytest -m long --last-failed --last-failed-no-failures none

# Every call of an onboarding failed in every way: every write, and of the reads a share, by default a fourth; SHARE=1 takes all of them.
# ERRAND=onboarding, shrinking or offboarding walks that one alone.
walk: $(READY) ## every call of an onboarding, a shrinking one and an offboarding failed in every way
	DCR_SHARE=$(or $(SHARE),4) $(BIN)/python -m tests.faults.walk $(ERRAND)

# The walk; then a crash before and after every write, crash windows, missing rights, rivals.
faults: walk ## the walk; then crashes, missing rights, rivals
	$(PYTEST) tests/faults tests/concurrency

# Every open fact about the vendors, each reading alone, every pair of readings, and more mixtures of them.
readings: $(READY) ## every open fact about the vendors, each reading and every pair
	$(BIN)/pytest -n 2 --dist worksteal tests/readings

# Rules of the sandbox and checks of ours, taken away one by one: each must turn something red.
mutants: $(READY) ## rules and checks taken away one by one
	$(BIN)/pytest -n 2 --dist worksteal tests/mutants

check: $(READY) ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What an onboarding costs, in seconds and requests. Figures for people: nothing fails by them.
benchmark: $(READY) ## what an onboarding costs, in seconds and requests
	$(BIN)/python -m benchmarks.onboarding

# The pictures of docs/prefect-ui.md, from real runs; needs Debian's chromium.
screenshots: $(READY) ## the pictures of docs/prefect-ui.md, from real runs
	$(BIN)/python -m tests.browser.screenshots

up: $(READY) ## a Prefect server, three workers and a sandbox on loopback
	$(BIN)/python -m deployments.local up

down: $(READY) ## stop what `make up` started
	$(BIN)/python -m deployments.local down

setup: $(READY) ## install into .venv; LOCK=requirements.lock for what a worker needs alone
# Everything, for demo and test. The image takes requirements.lock alone: what a worker needs.
LOCK ?= requirements-dev.lock

# pip takes over a minute for a whole lock, so it installs only uv and setuptools; uv does the rest.
$(READY): requirements-setup.lock $(LOCK) pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-setup.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --only-binary :all: -r $(LOCK)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $(READY)

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header

# Writes the locks anew from pyproject.toml: first the one with everything, whose versions hold for the smaller ones.
lock: setup ## write the locks anew from pyproject.toml
	$(COMPILE) pyproject.toml --all-extras --group setup --output-file requirements-dev.lock
	$(COMPILE) pyproject.toml --extra sandbox --constraint requirements-dev.lock --output-file requirements-sandbox.lock
	$(COMPILE) pyproject.toml --constraint requirements-dev.lock --output-file requirements.lock
	$(COMPILE) --group setup --constraint requirements-dev.lock --output-file requirements-setup.lock
