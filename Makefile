# Two commands: `make demo` to see it, `make test` to run all that CI runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Files of tests run side by side, each file in one process; every process takes 1 to 3 GB. 0: all in one.
TEST_PROCESSES ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt

.PHONY: demo test check browser format baseline screenshots image-steps audit clean

demo: $(VENV)/.demo-installed
	$(BIN)/xianzhi demo

test: $(VENV)/.test-installed browser
	$(BIN)/xianzhi index prepare
	$(MAKE) --no-print-directory check

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile --cov --cov-report=term:skip-covered

format:
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Store today's matching as what later changes are measured against: a claim, to be reviewed like code.
baseline: $(VENV)/.demo-installed
	$(BIN)/xianzhi eval gate data/sample/questions/dev eval/data/sample-dev.tsv --renew

# Chromium for the tests of pages: pip has none. Where it cannot be installed they are skipped, and say so.
browser:
	@sh deploy/find-browser.sh

# The pictures of sidebar and widget in docs/images, taken with the system's Chromium.
screenshots: $(VENV)/.test-installed browser
	$(BIN)/python -m tests.web.screenshots

# What the Dockerfile does, step by step, without a container engine.
image-steps:
	sh deploy/prove-image.sh

# Known weaknesses of the pinned packages. Needs the network; says so where there is none, and is no part of `make test`.
audit:
	PYTHON=$(PYTHON) sh deploy/audit.sh

clean:
	rm -rf $(VENV) var

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 …"; exit 1; }
	@echo "making the virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; } # Half of one would be taken for whole the next time.

$(VENV)/.demo-installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing (a few minutes the first time)"
	@$(PIP) --editable '.[prepare]'
	@touch $@

$(VENV)/.test-installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing what tests need (a few minutes the first time)"
	@$(PIP) --editable '.[adapt,postgres,tracing,test]'
	@touch $@ $(VENV)/.demo-installed
