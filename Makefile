# The two commands that do everything on a fresh machine: make demo, make test.
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
LOCKED := requirements/dev.txt
STAMP := $(VENV)/.installed

.PHONY: help install demo test judge lint types imports bench compare-tokens fuzz-tokens format lock system clean

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP) ## create .venv with the console script

$(STAMP): $(LOCKED) pyproject.toml scripts/make_environment.sh
	PYTHON="$(PYTHON)" bash scripts/make_environment.sh $(VENV) $(LOCKED)
	@touch $@

demo: install ## rehearse an attack, ingest it, hunt, write the report
	$(BIN)/crosswarden demo

system: ## the Debian packages that tests need; installed when root, named otherwise
	bash scripts/system_packages.sh

judge: system tests/judge/node_modules/.installed

tests/judge/node_modules/.installed: tests/judge/package-lock.json
	cd tests/judge && npm ci --silent --no-audit --no-fund
	@touch $@

test: install system judge lint types imports ## every check and every test
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: install ## ruff: lint and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install ## mypy --strict
	$(BIN)/mypy

imports: install ## the direction of imports
	$(BIN)/lint-imports

format: install ## let ruff write what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## ratios measured side by side, printed; see bench/README.md
	$(BIN)/python -m bench $(BENCH)

compare-tokens: install ## the side-by-side table of token libraries, in an environment of its own
	PYTHON="$(PYTHON)" bash scripts/own_environment.sh .venv-compare requirements/compare.txt
	$(BIN)/python -m bench._compare .venv-compare/bin/python

fuzz-tokens: install ## fuzz the token validator with atheris, ten minutes unless FUZZ_SECONDS says otherwise
	PYTHON="$(PYTHON)" bash scripts/own_environment.sh .venv-fuzz requirements/fuzz.txt
	PYTHONPATH=src:. .venv-fuzz/bin/python -m bench._fuzz_tokens $(or $(FUZZ_SECONDS),600)

lock: install ## lock the requirements again, with hashes
	$(BIN)/pip install uv
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 requirements/runtime.in -o requirements/runtime.txt
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 requirements/dev.in -c requirements/runtime.txt -o requirements/dev.txt

clean: ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis demo
