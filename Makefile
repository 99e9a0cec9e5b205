# The two commands of the README are `make plan` and `make test`; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCENARIO ?= shop-search
# Files go to the workers in their order, in which the many short ones of tests/unit come last.
SPREAD := -n 2 --dist loadfile --no-loadscope-reorder
# What is compiled once is read by the other worker, by processes of tests and by the next run.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup plan browser test test-all lint check bench accuracy golden reference catalog capacities lock clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.ready ## an environment with the locked versions

$(VENV)/.ready: requirements-dev.lock pyproject.toml tools/setup.sh
	@PYTHON="$(PYTHON)" sh tools/setup.sh $(VENV)

plan: setup ## the cheapest fleet of the flagship scenario
	@$(BIN)/fleetopt plan $(SCENARIO)

browser: ## the browser that tests open HTML pages in
	@sh tools/browser.sh

test: setup browser ## all tests but the slow ones
	$(BIN)/pytest $(SPREAD)

test-all: setup browser ## every test
	$(BIN)/pytest $(SPREAD) -m ""

lint: setup ## format, lint, types, layers, dependencies, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/interrogate -q optimizer tests
	$(BIN)/codespell

check: test lint ## what CI runs

bench: setup ## times and ratios against peers, in one run
	$(BIN)/python benchmarks/bench_plan.py
	$(BIN)/python benchmarks/bench_compare.py
	$(BIN)/python benchmarks/bench_capacity.py
	$(BIN)/python benchmarks/bench_inputs.py
	$(BIN)/python benchmarks/bench_forecast.py

accuracy: setup ## every error of the figures a plan rests on, in one page
	$(BIN)/python benchmarks/accuracy.py

golden: setup ## rewrite golden reports and what the docs show (review the difference)
	$(BIN)/pytest -n 2 tests/golden tests/unit/report tests/docs --update-golden

reference: setup ## rewrite the reference pages from keys, columns and options
	$(BIN)/python tools/build_reference.py

catalog: setup ## rebuild catalog and scenarios from the data folder (DATA=...)
	$(BIN)/python tools/build_catalog.py $(if $(DATA),--data $(DATA))
	$(BIN)/python tools/build_scenarios.py $(if $(DATA),--data $(DATA))
	$(BIN)/python tools/build_traffic.py $(if $(DATA),--data $(DATA))
	$(BIN)/python tools/build_measurements.py $(if $(DATA),--data $(DATA))

capacities: setup ## rebuild the shipped capacity table
	$(BIN)/python tools/build_capacity_table.py

lock: ## renew the locked versions (needs uv)
	uv pip compile pyproject.toml --extra fast --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-extras --upgrade -o requirements-dev.lock

clean: ## remove the environment and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist build
