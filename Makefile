# Every target does its own set-up: uv from PyPI if it is missing, then the locked environment.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3.11
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := .venv/bin

.PHONY: help setup demo test quick lint wheel clean

help: ## Lists the targets.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: .venv/.locked ## Makes the locked environment in .venv.

.tools/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is missing: install it with its headers (python3.11, python3.11-dev)."; exit 1; }
	@$(PYTHON) -m venv .tools && .tools/bin/pip install --quiet "uv>=0.9,<1"

.venv/.locked: pyproject.toml uv.lock | $(filter .tools/bin/uv,$(UV))
	@command -v git >/dev/null || { echo "git is missing: install it."; exit 1; }
	@command -v c++ >/dev/null || command -v g++ >/dev/null || { echo "A C++ compiler is missing: install g++ (one dependency, pyfarmhash, is compiled)."; exit 1; }
	@$(PYTHON) -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' || { echo "The headers of $(PYTHON) are missing: install python3.11-dev."; exit 1; }
	@$(UV) sync --locked --quiet
	@touch $@

demo: setup ## Trains on real taxi trips, pushes, serves and asks for scores.
	@$(RUN)/evenkeel demo configs/chicago_taxi.yaml

test: setup ## Checks style and types and runs every test.
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .
	@$(RUN)/mypy
	@$(RUN)/pytest -m "" --numprocesses 2 --dist loadgroup --no-loadscope-reorder

quick: setup ## Runs the tests that take under a second each.
	@$(RUN)/pytest

lint: setup ## Mends what the style checker can mend.
	@$(RUN)/ruff check --fix . && $(RUN)/ruff format .

wheel: setup ## Builds the wheel that remote Beam workers are given.
	@$(UV) build --wheel --quiet --out-dir dist

clean: ## Removes environments, runs and caches.
	@rm -rf .venv .tools runs dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
