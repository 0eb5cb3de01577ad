# Two commands matter: `make run` (a living plant in the browser) and `make test` (everything, from nothing).
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
HOME_DIR ?= dengta-home
RUN_ARGS ?=

.PHONY: help setup dev run test check bench fmt shots lock clean

help:  ## show the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-7s %s\n", $$1, $$2}'

.venv/bin/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dengta needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/run.stamp: .venv/bin/uv requirements/run.txt pyproject.toml
	@echo "setup: Python packages into .venv"
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements/run.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements/dev.txt
	@echo "setup: test and check tools into .venv"
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

.venv/assets.stamp: .venv/run.stamp package.json package-lock.json src/dengta/assets.py $(wildcard src/dengta/locale/*/LC_MESSAGES/*.po src/dengta/web/*/locale/*/LC_MESSAGES/*.po)
	@echo "setup: browser assets and message catalogues"
	@if command -v npm >/dev/null; then npm ci --ignore-scripts --silent --no-fund --no-audit; \
	  else echo "setup: npm not found: live charts show as tables; install node + npm and run make setup again"; fi
	@$(BIN)/python -m dengta.assets
	@touch $@

setup: .venv/run.stamp .venv/assets.stamp  ## make the environment (no root needed)

dev: setup .venv/dev.stamp

run: setup  ## the model plant, alive in the browser
	@$(BIN)/dengta run --home $(HOME_DIR) $(RUN_ARGS)

test: dev  ## every test, from nothing
	@bash .ci/machine
	@TZ=America/St_Johns $(BIN)/python -m pytest -n 2 --dist worksteal  # an odd zone: nobody may lean on UTC
	@bash .ci/bare

check: dev  ## style, types, walls
	@$(BIN)/ruff format --check --quiet src tests bench
	@$(BIN)/ruff check --quiet src tests bench
	@$(BIN)/lint-imports --no-cache >/tmp/dengta-walls.$$$$ 2>&1 || { cat /tmp/dengta-walls.$$$$; rm -f /tmp/dengta-walls.$$$$; exit 1; }; rm -f /tmp/dengta-walls.$$$$
	@$(BIN)/mypy
	@echo "check: style, types and walls hold"

fmt: dev  ## format the code
	@$(BIN)/ruff check --fix-only --quiet src tests bench
	@$(BIN)/ruff format --quiet src tests bench

bench: dev  ## the published figures again (a subset in 15 minutes)
	@$(BIN)/python -m bench

shots: dev  ## every page in both languages and three widths, as PNG in shots/
	@bash .ci/machine
	@$(BIN)/python -m tests.browser.shots shots

lock:  ## renew the hash-locked requirements
	@cd requirements && UV=../$(BIN)/uv && OPT="--quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11" && \
	 $$UV pip compile $$OPT uv.in -o uv.txt && \
	 $$UV pip compile $$OPT ../pyproject.toml run.in --extra web -o run.txt && \
	 $$UV pip compile $$OPT ../pyproject.toml run.in dev.in --extra web -o dev.txt

clean:  ## remove what setup and tests made (not your home folder)
	@rm -rf .venv node_modules shots .pytest_cache .mypy_cache .ruff_cache .hypothesis
