# `make run` opens the shop, `make test` tests it; both set up all that they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: run test quick lint attacks audit format figures transcripts constraints clean

run: $(VENV)/.run
	@$(BIN)/aisle ui

test: $(VENV)/.dev
	@$(BIN)/python -m pytest

quick: $(VENV)/.dev  ## without the default LLM and the browser
	@$(BIN)/python -m pytest -m "not slow"

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/bandit --quiet -ll --configfile pyproject.toml --recursive assistant benchmarks data recommenders retrieval ui

attacks: $(VENV)/.dev  ## the prompt-injection suite, with the default LLM: fails where an attack has come through
	@$(BIN)/aisle eval injection --json docs/figures/security.json --docs

audit: $(VENV)/bin/python  ## known vulnerabilities of what is installed; in an environment of its own
	@$(PYTHON) -m venv build/audit && build/audit/bin/python -m pip install --quiet pip-audit
	@build/audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

figures: $(VENV)/.dev  ## the numbers in docs/figures
	@$(BIN)/aisle bench search --json docs/figures/search_known_item.json
	@$(BIN)/aisle bench ingest --json docs/figures/ingest.json --docs
	@$(BIN)/aisle bench turns --json docs/figures/turns.json --docs
	@$(BIN)/aisle bench decoding --json docs/figures/turns.json --docs
	@$(BIN)/aisle bench encoder --json docs/figures/encoder.json --docs
	@$(BIN)/aisle bench scale --json docs/figures/search.json --docs
	@$(BIN)/aisle bench state --json docs/figures/state.json --docs
	@$(BIN)/aisle bench fuzzing --json docs/figures/security.json --docs
	@$(MAKE) attacks
	@$(BIN)/aisle bench setup --json docs/figures/setup.json
	@$(BIN)/aisle bench cold-start --json docs/figures/cold_start.json
	@$(BIN)/aisle bench purchases --json docs/figures/purchase_classifier.json
	@$(BIN)/aisle eval recommenders --beside ials latency --json docs/figures/recommenders.json --docs
	@$(BIN)/python docs/figures.py

transcripts: $(VENV)/.dev  ## the conversations in docs/transcripts, STORE[-as-USER][-zh].txt, with the stores that are here
	@for lines in docs/transcripts/*.txt; do \
	   name=$$(basename $$lines .txt); \
	   case $$name in *-as-*) user="--user $${name##*-as-}";; *) user=;; esac; \
	   $(BIN)/aisle chat --store $${name%%-*} $$user --save docs/transcripts/$$name.md < $$lines || exit 1; \
	 done
	@$(BIN)/python docs/figures.py

constraints: $(VENV)/.dev
	@{ echo "# What \`make\` installs: written by \`make constraints\` from a tested environment."; \
	   $(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//' | sort -f; } > constraints.txt

clean:
	rm -rf $(VENV) build *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Aisle needs Python 3.11 or newer: install it, or name it with make PYTHON=python3.12 $(MAKECMDGOALS)."; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt $(VENV)/bin/python
	@echo "Installing what Aisle needs into $(VENV) …"
	@$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt $(VENV)/bin/python
	@echo "Installing what Aisle and its tests need into $(VENV) …"
	@$(PIP) install --quiet --constraint constraints.txt --editable ".[dev]"
	@touch $@ $(VENV)/.run
