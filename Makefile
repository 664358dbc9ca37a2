# Two commands matter: `make run` starts Septet, `make test` tests it. Both do what is missing and skip what is done.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8765
PYTEST_ARGS ?= -n 2 --dist worksteal
BIN := .venv/bin
ASSETS := src/septet/surfaces/web/static/vendor/.stamp
DEBIAN := chromium fonts-dejavu-core postgresql
APT := apt-get install -y --no-install-recommends $(DEBIAN)
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command 'make lock' $(UPGRADE)
# The type checker loads the settings, which need a data directory.
LINT_DATA := .venv/lint-data

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.installed ## Start Septet with a demo company on http://127.0.0.1:8765 (HOST=, PORT=)
	@exec $(BIN)/septet up --demo --host $(HOST) --port $(PORT)

test: debian style ## Lint and all tests on SQLite side by side, then what meets the database on a PostgreSQL of its own
	@$(MAKE) --no-print-directory --jobs 2 types tests
	$(BIN)/python -m tests.postgres -- $(BIN)/python -m pytest $(PYTEST_ARGS)

# Types take a minute of one core, which is idle now and then while tests wait for something.
tests: .venv/.dev
	$(BIN)/python -m pytest $(PYTEST_ARGS)

fuzz: .venv/.dev ## Try much more at random than `make test` does
	SEPTET_TEST_EFFORT=30 $(BIN)/python -m pytest $(PYTEST_ARGS) -m hypothesis tests

soak: .venv/.dev ## Ten minutes of many at once while processes are killed; then nothing may be lost or doubled
	$(BIN)/python -m bench.soak

lint: style types ## Check style, types and import contracts

style: .venv/.dev
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/lint-imports --no-logo

types: .venv/.dev
	SEPTET_DATA=$(LINT_DATA) $(BIN)/mypy --no-error-summary

format: .venv/.dev ## Bring all code into the agreed form
	$(BIN)/ruff check --fix --quiet
	$(BIN)/ruff format --quiet

wheel: .venv/.dev ## Pack the wheel into dist/
	$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir dist

reference: .venv/.dev ## Write the generated reference (record types, OpenAPI) anew
	SEPTET_DATA=$(LINT_DATA) $(BIN)/python -m septet.surfaces.write_reference docs/reference/types
	SEPTET_DATA=$(LINT_DATA) $(BIN)/python -m septet.surfaces.api.snapshot

pictures: .venv/.dev ## Take the pictures of the guide anew, in a browser, from the demo
	$(BIN)/python -m tests.pictures

messages: .venv/.dev ## Extract every text that can be translated into dist/django.pot
	@mkdir -p dist
	$(BIN)/pybabel --quiet extract --mapping-file babel.cfg --no-location --sort-output --project Septet \
		-k gettext_lazy -k pgettext_lazy:1c,2 -k _lazy --output-file dist/django.pot src

lock: .venv/.tools ## Write the lock files anew from pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --extra dev --constraint requirements.lock -o requirements-dev.lock
	$(COMPILE) --group build --constraint requirements-dev.lock -o requirements-build.lock

clean: ## Remove everything that make has built; data stays
	rm -rf .venv dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .schemathesis tests/vendor $(dir $(ASSETS))

debian:
	@if { command -v chromium && test -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf \
		&& { ls /usr/lib/postgresql/*/bin/initdb || command -v initdb; }; } >/dev/null 2>&1; then exit 0; \
	elif [ "$$(id -u)" = 0 ]; then apt-get update -q && DEBIAN_FRONTEND=noninteractive $(APT); \
	else echo 'The tests need Debian packages. Install them with: sudo $(APT)' >&2; exit 1; fi

.venv/.tools: requirements-build.lock
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo 'Septet needs Python 3.11 or newer with venv: apt-get install python3 python3-venv' >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock
	@touch $@

.venv/.runtime: .venv/.tools requirements.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@touch $@

.venv/.installed: .venv/.runtime pyproject.toml hatch_build.py frontend/package-lock.json $(ASSETS)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src/septet
	@touch $@

# Nothing to do when the file is there; when somebody removed it, the newer time makes the editable install build it.
$(ASSETS): | .venv/.runtime
	@mkdir -p $(dir $@) && touch $@

.venv/.dev: .venv/.installed requirements-dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

.DELETE_ON_ERROR:
.PHONY: help run test tests fuzz soak lint style types format wheel reference pictures messages lock clean debian
