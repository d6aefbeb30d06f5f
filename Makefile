# Two commands do everything: `make tlf` (the main job) and `make test` (all tests).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# With the command of the CDISC CORE engine in CRF2TLF_CORE, its rules are checked too (docs/conformance.md).
CORE := $(if $(CRF2TLF_CORE),--core)

.PHONY: tlf sdtm adam package review check conformance reconcile test chromium lint types bench docs site wheel clean

tlf sdtm adam: $(READY)
	$(BIN)/crf2tlf build $@

package: $(READY)
	$(BIN)/crf2tlf package $(CORE)

# The site for a sponsor's data review: review/index.html opens from the file system.
review: $(READY)
	$(BIN)/crf2tlf review $(CORE)

conformance: $(READY)
	$(BIN)/crf2tlf check --conformance $(CORE)

check reconcile: $(READY)
	$(BIN)/crf2tlf $@

test: lint types chromium
	$(BIN)/python -m pytest -n auto --dist loadfile

# For the tests of the review site: any Chromium that is there, or Debian's, where it can be installed.
chromium:
	@tests/review/chromium

lint: $(READY)
	$(BIN)/ruff check src tests benchmarks docs
	$(BIN)/ruff format --check src tests benchmarks docs

types: $(READY)
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python -m benchmarks.replicate
	$(BIN)/python -m benchmarks.transport

# The reference pages, made from models and docstrings.
docs: $(READY)
	$(BIN)/python -m docs.generate

# The documentation as pages that open from the file system: site/index.html.
site: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# A wheel to install elsewhere: dist/*.whl.
wheel: $(READY)
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

# Everything is installed by hash from the lock file; the project itself needs no download of its own.
$(READY): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# The committed data (sdtm/, adam/, tlf/results.json, tlf/reconciliation.csv) come back with the next `make tlf`.
clean:
	rm -rf sdtm adam tlf submission review conformance.xlsx
