# Sourcebot's two commands are `make run` and `make test`; `make help` lists the rest.
# Everything lives in .venv; nothing is installed again until pyproject.toml or constraints.txt change.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: run test lint format types imports check build picture clean help
.DEFAULT_GOAL := help

run: $(VENV)/.installed ## open the chat (ARGS="ask what is offshoring" for another command)
	@$(BIN)/python -m sourcebot $(ARGS)

test: $(VENV)/.installed-test ## run the tests (ARGS="-k name" for some)
	@$(BIN)/python -m pytest -q $(ARGS)

lint: $(VENV)/.installed-test ## look for mistakes, check the formatting
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .

format: $(VENV)/.installed-test ## format the code and mend what can be mended
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

types: $(VENV)/.installed-test ## check the types
	@$(BIN)/python -m mypy --no-error-summary

imports: $(VENV)/.installed-test ## check who imports whom
	@$(BIN)/lint-imports

check: test lint types imports ## all of the above, and the knowledge base
	@$(BIN)/python -m sourcebot kb check
	@$(BIN)/python -m sourcebot kb test

build: $(VENV)/.installed-test ## build the wheel and the source archive into dist/
	@$(BIN)/python -m build --outdir dist .

picture: $(VENV)/.installed ## make the README's pictures of the app again
	@$(BIN)/python docs/screenshot.py

clean: ## delete what was made
	@rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Sourcebot needs Python 3.11 or newer; install it, or name it: make PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Sourcebot needs Python 3.11 or newer, and $(PYTHON) is older; name another: make PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) \
	  || { rm -rf $(VENV); echo "The environment could not be made (on Debian and Ubuntu: apt install python3-venv)."; exit 1; }

$(VENV)/.installed: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing Sourcebot into $(VENV) (once) ..."
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-test: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing Sourcebot and its test tools into $(VENV) (once) ..."
	@$(PIP) install --constraint constraints.txt --editable '.[test]'
	@touch $@ $(VENV)/.installed
