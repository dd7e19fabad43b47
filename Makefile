# limen: every command sets up what it needs. `make` alone lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo install install-dev test check check-static lock clean

# The first Python here that is new enough; name another with `make PYTHON=...`.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	if $$python -c '$(NEW_ENOUGH)' 2>/dev/null; then echo $$python; break; fi; done)

JOBS ?= 2
# Loads and gates coverage in CI and in `make check`; people's `make test` is faster without.
COVERAGE ?= $(if $(CI),--cov)
PYTEST_ARGS ?=

BIN := .venv/bin
RUN := .venv/.installed-run
DEV := .venv/.installed-dev
# A virtual environment does not survive a move of its folder: the stamps say where it was made.
$(shell for stamp in $(RUN) $(DEV); do grep -qsxF '$(CURDIR)' $$stamp || rm -f $$stamp; done)

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUN) ## Play three years of Kent's figures, with real mails and metrics (Ctrl-C ends it)
	@$(BIN)/limen demo

install: $(RUN) ## Set up .venv with what limen needs to run
	@echo "$$($(BIN)/limen --version) is in .venv: . .venv/bin/activate, then limen --help"

install-dev: $(DEV) ## Set up .venv with what its tests and checks need too

test: $(DEV) ## Run the tests
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(COVERAGE) $(PYTEST_ARGS)

check: check-static ## Run everything that CI runs: format, lint, types, contracts, rules, tests, coverage
	@$(MAKE) --no-print-directory test COVERAGE=--cov

check-static: $(DEV) ## Run the checks that need no test run
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/limen check --strict rules
	$(BIN)/limen check --strict config/examples/england/rules --config config/examples/england
	$(BIN)/limen fmt --check rules config/examples/england/rules
	$(BIN)/limen test --coverage --fail-under 100
	LIMEN_CONFIG_DIR=config/examples/england LIMEN_RULES_DIR=config/examples/england/rules \
		$(BIN)/limen test --coverage --fail-under 100

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(UPGRADE)
lock: $(DEV) ## Pin what pyproject.toml asks for (all anew: make lock UPGRADE=--upgrade)
	$(COMPILE) --extra postgresql --extra demo --extra notify --extra apprise --group dev -o requirements/dev.lock pyproject.toml
	$(COMPILE) --extra postgresql --extra demo --extra notify --extra apprise --group build -c requirements/dev.lock -o requirements/run.lock pyproject.toml

clean: ## Remove .venv and everything else that can be made again
	rm -rf .venv dist build htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN): pyproject.toml requirements/run.lock
	@$(make-venv)
	@$(call install-locked,requirements/run.lock)
	@echo '$(CURDIR)' > $@

$(DEV): pyproject.toml requirements/dev.lock requirements/run.lock
	@$(make-venv)
	@$(call install-locked,requirements/dev.lock)
	@echo '$(CURDIR)' | tee $(RUN) > $@

# Debian ships Python without the part that makes virtual environments.
define make-venv
set -e; \
if grep -qsF '$(CURDIR)/.venv/' $(BIN)/pip && $(BIN)/python -c '$(NEW_ENOUGH)' 2>/dev/null; then exit 0; fi; \
if [ -z '$(PYTHON)' ] || ! '$(PYTHON)' -c '$(NEW_ENOUGH)'; then \
	echo 'limen needs Python 3.11 or later, and none was found.' >&2; \
	echo 'Install it (Debian: apt-get install python3), or name it: make PYTHON=/path/to/python3 ...' >&2; exit 1; \
fi; \
if ! '$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null; then \
	package=$$('$(PYTHON)' -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
	if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing $$package, which makes virtual environments."; \
		apt-get update -qq; \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$package >/dev/null; \
	else \
		echo "This Python cannot make virtual environments yet." >&2; \
		echo "Ask an administrator to run 'apt-get install $$package', then try again." >&2; exit 1; \
	fi; \
fi; \
echo "Setting up .venv with $$('$(PYTHON)' --version)."; \
'$(PYTHON)' -m venv --clear .venv
endef

# A lock names all that is needed; to let pip look for more makes it stumble over versions that came out since.
define install-locked
set -e; \
echo 'Installing the packages pinned in $(1); the first time this takes a minute or two.'; \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(1); \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endef
