# Everything runs in .venv, which is installed from the lock files with hashes. Stamp files prevent a second installation.
# Each is written last, so that an interrupted installation is repeated.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
PROGRAM := $(VENV)/.program-installed
TOOLS := $(VENV)/.tools-installed
# mutmut needs setproctitle, and with it Celery changes the titles of its processes. So mutmut has its own virtualenv.
MUTANTS_VENV := .venv-mutants
MUTATOR := $(MUTANTS_VENV)/.mutator-installed
PIP_INSTALL := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet install
# pip's output is shown only after a failure.
QUIETLY = >$(VENV)/install.log 2>&1 || { cat >&2 $(VENV)/install.log; exit 1; }
LOCKED := $(PIP_INSTALL) --only-binary :all: --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --no-config --custom-compile-command 'make lock' --universal --python-version 3.11 \
	--generate-hashes --group build $(LOCK_FLAGS) pyproject.toml

# The tests of one file share fixtures, so they run in one process. The order of files stays: the slow folders come first.
SIDE_BY_SIDE := --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder
# `make coverage` requires 100 % of the branches in these files. What only makes test deliveries is not among them.
COVERED_COMPLETELY := worker/domain/*,worker/reconcile/*,webhook_receiver/signatures.py,webhook_receiver/profiles/*

.DEFAULT_GOAL := help
.PHONY: help demo install test lint style types layers format coverage mutants bench storm fuzz pictures lock venv clean

help: ## Show this list
	@echo 'make TARGET, where TARGET is:'
	@sed -n 's/^\([a-z]*\):.*## /  \1 /p' $(firstword $(MAKEFILE_LIST)) | awk '{ name = $$1; $$1 = ""; printf "  %-9s%s\n", name, $$0 }'

demo: $(PROGRAM) ## Show a day of two small shops on this machine, within 40 seconds
	@$(BIN)/fulfillment demo

install: $(PROGRAM) ## Install the program into .venv

# In CI, `make test` measures coverage; on a laptop, `make coverage` does.
ifeq ($(and $(CI),$(if $(ARGS),some,all)),all)
test: coverage
else
test: $(TOOLS) ## Run the whole test suite (some tests: make test ARGS='-k signature')
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(ARGS)
endif

lint: style types layers ## Check style, types and layers

style: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(TOOLS)
	$(BIN)/mypy --strict

layers: $(TOOLS)
	$(BIN)/lint-imports --no-logo

format: $(TOOLS) ## Format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

coverage: $(TOOLS) ## Run the whole test suite, and fail if it covers too little of the program
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(SIDE_BY_SIDE) $(ARGS)
	$(BIN)/coverage combine --quiet
	@rm -f .coverage.*  # a killed process may have left half a file
	$(BIN)/coverage report --fail-under=90
	$(BIN)/coverage report --fail-under=100 --include='$(COVERED_COMPLETELY)' --omit='webhook_receiver/profiles/composition/*'

mutants: $(MUTATOR) ## Change the rules in many small ways, and check that the tests fail for each (about ten minutes)
	$(MUTANTS_VENV)/bin/python -m tests.mutants

bench: $(TOOLS) ## Compare with other designs, in 25 minutes (one part: make bench ARGS=receiver)
	@$(BIN)/python -m tests.benchmarks $(ARGS)

storm: $(TOOLS) ## Let everything fail at once, and check every order (smaller: make storm ARGS='--orders 1000 --seed 7 --database sqlite')
	@$(BIN)/python -m tests.storm $(ARGS)

fuzz: $(TOOLS) ## Send random bytes to the HTTP server and to a worker (longer: make fuzz ARGS='--seconds 600 requests')
	@$(BIN)/python -m tests.fuzz $(ARGS)

pictures: $(TOOLS) ## Take the README's pictures of the console anew, of a playground (needs Chromium)
	@$(BIN)/python -m tests.pictures

lock: $(TOOLS) ## Write the lock files from pyproject.toml (newer versions: make lock LOCK_FLAGS=--upgrade)
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --constraints requirements.lock --output-file requirements-dev.lock
	$(LOCK) --group mutants --constraints requirements-dev.lock --output-file requirements-mutants.lock

venv: $(TOOLS) ## Install the program and all tools into .venv

clean: ## Remove both virtualenvs and all caches; your data stays
	rm -rf $(VENV) $(MUTANTS_VENV) build dist *.egg-info htmlcov mutants .coverage .coverage.* .hypothesis
	rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A changed lock file means a new environment, so that no removed package stays installed.
$(RUNTIME): requirements.lock
	@$(PYTHON) -c '' 2>/dev/null || { echo >&2 \
	  "$(PYTHON) was not found. Python 3.11 or newer is needed; if it has another name: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo >&2 \
	  "$$($(PYTHON) --version) is too old: 3.11 or newer is needed. If you have one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo >&2 \
	  "This Python lacks its venv module. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo 'Installing the program into $(VENV) (once; about half a minute) ...'
	@$(PYTHON) -m venv --clear $(VENV)
	@$(LOCKED) --requirement requirements.lock $(QUIETLY)
	@touch $@

$(PROGRAM): $(RUNTIME) pyproject.toml
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable . $(QUIETLY)
	@touch $@

$(TOOLS): $(PROGRAM) requirements-dev.lock
	@echo 'Installing the test tools into $(VENV) (once) ...'
	@$(LOCKED) --requirement requirements-dev.lock $(QUIETLY)
	@touch $@

$(MUTATOR): $(RUNTIME) requirements-mutants.lock
	@echo 'Installing mutmut and the test tools into $(MUTANTS_VENV) (once) ...'
	@$(BIN)/python -m venv --clear --without-pip $(MUTANTS_VENV)
	@PIP_PYTHON=$(MUTANTS_VENV)/bin/python $(LOCKED) --requirement requirements-mutants.lock $(QUIETLY)
	@touch $@
