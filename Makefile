# Two commands do everything on a machine with Python 3.11: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

.PHONY: demo test long walk faults readings mutants check benchmark screenshots up down setup lock

demo: $(READY)
	$(BIN)/dcr demo $(if $(CURITY_CONFIG),--curity-config $(CURITY_CONFIG))

test: $(READY)
	$(BIN)/pytest -n 2 --dist loadfile -m "not long"

# What takes longer than a developer waits for: the same promises, more of them. In their order, since the files with the fewest tests take longest.
long: $(READY)
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m long

# Every call of an onboarding failed in every way; of the reads, each way takes every READS_EVERYth, in turns.
READS_EVERY ?= 4
walk: $(READY)
	$(BIN)/python -m tests.faults.walk --reads-every $(READS_EVERY)

# The walk; then a crash before and after every write, crash windows, missing rights, rivals.
faults: walk
	$(BIN)/pytest -n 2 --dist loadfile tests/faults tests/concurrency

# Every open fact about the vendors, each reading alone, every pair of readings, and more mixtures of them.
readings: $(READY)
	$(BIN)/pytest -n 2 tests/readings

# Rules of the sandbox and checks of ours, taken away one by one: each must turn something red.
mutants: $(READY)
	$(BIN)/pytest -n 2 tests/mutants

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What an onboarding costs, in seconds and requests. Figures for people: nothing fails by them.
benchmark: $(READY)
	$(BIN)/python -m benchmarks.onboarding

# The pictures of docs/prefect-ui.md, from real runs; needs Debian's chromium.
screenshots: $(READY)
	$(BIN)/python -m tests.browser.screenshots

up: $(READY)
	$(BIN)/python -m deployments.local up

down: $(READY)
	$(BIN)/python -m deployments.local down

setup: $(READY)

# pip takes over a minute for the whole lock, so it installs only uv, by the lock's own lines and hashes; uv does the rest.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	awk '/^uv==/ {keep=1} keep {print} keep && !/\\$$/ {exit}' requirements.lock > $(VENV)/installer.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(VENV)/installer.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $(READY)

# Writes the lock anew from pyproject.toml; uv itself comes from the lock before it.
lock: setup
	$(BIN)/uv pip compile pyproject.toml --extra sandbox --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --output-file requirements.lock
