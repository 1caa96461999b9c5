# Two commands on a fresh machine: `make report` and `make test`.
# Everything is installed in .venv from requirements.lock (hash-checked); nox runs the sessions in it.
PYTHON ?= python3
CITY ?= demo
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
NOX := $(BIN)/python -m nox --no-venv --error-on-missing-interpreters

.DEFAULT_GOAL := help
.PHONY: help setup report test lint format types bench lab lock clean

help: ## List the targets
	@echo "make report [CITY=demo]   run a city and write its report (HTML, PDF, DOCX)"
	@echo "make test                 style, types and tests"
	@echo "make lint | format        style only | rewrite in our style"
	@echo "make bench NAME=sirene    one benchmark (see benchmarks/)"
	@echo "make lab                  open JupyterLab on the notebooks"
	@echo "make lock                 refresh requirements.lock from pyproject.toml"
	@echo "make clean                remove the environment and the caches (never output/)"

setup: $(VENV)/.ready ## Make the environment

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

report: setup
	@$(NOX) -s report -- $(CITY)

test: setup
	@$(NOX) -s lint types tests

lint types format: setup
	@$(NOX) -s $@

bench: setup
	@$(NOX) -s bench -- $(NAME)

lab: setup
	$(BIN)/jupyter lab notebooks

lock: setup
	@$(NOX) -s lock

clean:
	rm -rf $(VENV) .nox .pytest_cache .mypy_cache .ruff_cache build dist
