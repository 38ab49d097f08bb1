# Everything runs in .venv, built from the hash-locked requirements. Stamps make the second run instant, and are
# written last: an installation that was cut short is done again.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
PROGRAM := $(VENV)/.program-installed
TOOLS := $(VENV)/.tools-installed
# mutmut brings setproctitle, with which Celery gives its processes other titles: it lives apart from the suite.
APART := .venv-mutants
MUTATOR := $(APART)/.mutator-installed
PIP_INSTALL := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet install
# pip's warnings are shown when they matter: after a failure.
QUIETLY = >$(VENV)/install.log 2>&1 || { cat >&2 $(VENV)/install.log; exit 1; }
LOCKED := $(PIP_INSTALL) --only-binary :all: --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --no-config --custom-compile-command 'make lock' --universal --python-version 3.11 \
	--generate-hashes --group build $(LOCK_FLAGS) pyproject.toml

# A file's tests share what it builds. The long ones come first, in the order of the alphabet.
SIDE_BY_SIDE := --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder
# Where every branch has a test.
HEART := worker/domain/*,worker/reconcile/reconciler.py,worker/reconcile/order.py,worker/reconcile/search.py,worker/reconcile/reconciliation.py,webhook_receiver/signatures.py,webhook_receiver/profiles/*

.DEFAULT_GOAL := help
.PHONY: help demo install test lint style types layers format coverage mutants bench lock venv clean

help: ## Show this list
	@echo 'make TARGET, where TARGET is:'
	@sed -n 's/^\([a-z]*\):.*## /  \1 /p' $(firstword $(MAKEFILE_LIST)) | awk '{ name = $$1; $$1 = ""; printf "  %-9s%s\n", name, $$0 }'

demo: $(PROGRAM) ## Play a day of two small shops on this machine, within 40 seconds
	@$(BIN)/fulfillment demo

install: $(PROGRAM) ## Install the program into .venv

# CI measures what the whole suite reaches; on a laptop, `make coverage` does.
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

format: $(TOOLS) ## Put the code into its standard form
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

coverage: $(TOOLS) ## Run the whole test suite, and fail if it does not reach enough of the program
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(SIDE_BY_SIDE) $(ARGS)
	$(BIN)/coverage combine --quiet
	@rm -f .coverage.*  # what a killed process has half written
	$(BIN)/coverage report --fail-under=90
	$(BIN)/coverage report --fail-under=100 --include='$(HEART)'

mutants: $(MUTATOR) ## Break the heart of the program in every small way: the tests must notice (some ten minutes)
	$(APART)/bin/python -m tests.mutants

bench: $(TOOLS) ## Measure against the design that tutorials teach, in 10 minutes (one part: make bench ARGS=receiver)
	@$(BIN)/python -m tests.benchmarks $(ARGS)

lock: $(TOOLS) ## Write the lock files from pyproject.toml (newer versions: make lock LOCK_FLAGS=--upgrade)
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --constraints requirements.lock --output-file requirements-dev.lock
	$(LOCK) --group mutants --constraints requirements-dev.lock --output-file requirements-mutants.lock

venv: $(TOOLS) ## Install the program and all tools into .venv

clean: ## Remove both virtualenvs and every cache, but no data of yours
	rm -rf $(VENV) $(APART) build dist *.egg-info htmlcov mutants .coverage .coverage.* .hypothesis
	rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A changed lock means a new environment: nothing that left the lock stays installed.
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
	@echo 'Installing mutmut, and all that the tests need, into $(APART) (once) ...'
	@$(BIN)/python -m venv --clear --without-pip $(APART)
	@PIP_PYTHON=$(APART)/bin/python $(LOCKED) --requirement requirements-mutants.lock $(QUIETLY)
	@touch $@
