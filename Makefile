# Everything a newcomer needs: `make app` opens the app, `make test` runs the tests.
# Both set up the virtual environment first, once.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
DEV    := $(VENV)/.installed-dev
PORT   ?= 8501

.PHONY: install dev app test test-slow check format bench screenshots clean

install: $(STAMP)
dev: $(DEV)

$(STAMP): requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(DEV): $(STAMP) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

app: install
	$(BIN)/fairfuse app --port $(PORT)

# The unit tests share the cores; the browser tests follow alone, so that their waits are honest.
test: dev
	$(BIN)/python -m pytest -n auto -m "not slow and not e2e"
	$(BIN)/python -m pytest -p no:randomly -m "e2e and not slow"

test-slow: dev
	$(BIN)/python -m pytest -m "slow"

check: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: dev
	$(BIN)/python benchmarks/audit.py

screenshots: dev
	$(BIN)/python benchmarks/screenshots.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build *.egg-info
