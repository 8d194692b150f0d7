# Healing Curve. `make` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-faults mutants check format hooks bench shell screenshots backup restore compose-dev
SHELL := /bin/sh
PORT ?= 8000
WORKERS ?= 2
N ?= 500
TO ?= backups
PYTHON_IN_VENV := .venv/bin/python
# Settings for everything that runs without a demo around it; never a secret.
CHECKING := SECRET_KEY=only-for-checks-and-tests-never-for-people-0123456789 EMAIL_URL=smtp://127.0.0.1:1 DEMO=1
WITH_SERVICES := $(CHECKING) $(PYTHON_IN_VENV) -m demo.private_services run --as-owner --

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

setup: ## make .venv with everything for development
	@sh .ci/venv.sh requirements-dev.txt

demo: ## run the demo clinic on http://127.0.0.1:8000 (PORT=8080 changes it)
	@sh .ci/venv.sh requirements-demo.txt
	@exec $(PYTHON_IN_VENV) -m demo --attached --port $(PORT)

shell: ## a Python shell in the demo clinic
	@sh .ci/venv.sh requirements-demo.txt
	@exec $(PYTHON_IN_VENV) -m demo -- $(PYTHON_IN_VENV) manage.py shell

test: setup ## run all tests (TEST=tests/clinic narrows, WORKERS=4 widens)
	@CHROMIUM=$$(sh .ci/chromium.sh) && export CHROMIUM && \
	exec env $(WITH_SERVICES) $(PYTHON_IN_VENV) -m pytest -n $(WORKERS) --dist worksteal $(TEST)

test-faults: setup ## the fault tests at length (N=500 alerts in each)
	exec env FAULTS_N=$(N) $(WITH_SERVICES) $(PYTHON_IN_VENV) -m pytest -n $(WORKERS) --dist worksteal tests/faults

mutants: setup ## change decisions and see whether a test notices (N=120 SECONDS=1200 ROOMS="rules plans")
	@exec env N=$(if $(filter 500,$(N)),120,$(N)) $(WITH_SERVICES) $(PYTHON_IN_VENV) -m bench.mutants

format: setup ## lay out Python, templates, CSS and JavaScript
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix --quiet .
	@# A second pass settles what the first one moved; 1 says that something was laid out.
	.venv/bin/djlint --reformat --quiet templates || [ $$? = 1 ]
	.venv/bin/djlint --reformat --quiet templates
	.venv/bin/biome check --write --error-on-warnings .

hooks: setup ## run the formatters and linters before every commit
	.venv/bin/pre-commit install

check: setup ## format, lint, unused code, types, architecture, migrations, deployment, compose file, Dockerfile
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/djlint --check --quiet templates
	.venv/bin/djlint --lint --quiet templates
	.venv/bin/biome ci --error-on-warnings .
	$(PYTHON_IN_VENV) .ci/dead_code.py
	.venv/bin/lint-imports --no-logo
	$(WITH_SERVICES) sh .ci/check-django.sh
	$(CHECKING) DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost .venv/bin/mypy clinic patients courses demo bench manage.py
	.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/ci.yml
	.venv/bin/pre-commit validate-config
	.venv/bin/hadolint Dockerfile

# The installation in DATABASE_URL, which needs none of the demo's servers, otherwise the demo.
LOCK_FILE := requirements$$([ -n "$$DATABASE_URL$$DATABASE_URL_FILE" ] || echo -demo).txt
IN_INSTALLATION := $$([ -n "$$DATABASE_URL$$DATABASE_URL_FILE" ] || echo "$(PYTHON_IN_VENV) -m demo --") $(PYTHON_IN_VENV) manage.py

backup: ## one file with everything, in TO=backups, encrypted if RECIPIENT=age1... is given
	@sh .ci/venv.sh $(LOCK_FILE)
	@exec $(IN_INSTALLATION) backup --to "$(TO)" --recipient "$(RECIPIENT)"

restore: ## load FILE= into an empty database (IDENTITY= names the key of an encrypted one)
	@sh .ci/venv.sh $(LOCK_FILE)
	@[ -n "$(FILE)" ] || { echo "Name the backup: make restore FILE=backups/healing-curve-....tar" >&2; exit 2; }
	@DATABASE_URL=$${DATABASE_OWNER_URL:-$$DATABASE_URL}; export DATABASE_URL; \
	exec $(PYTHON_IN_VENV) manage.py restore "$(FILE)" $(if $(IDENTITY),--identity "$(IDENTITY)")

compose-dev: ## everything in containers, all mail caught on http://127.0.0.1:8025
	@exec sh deploy/compose-dev.sh

bench: setup ## measure, print a table and write bench/results.json (WHAT=pages narrows)
	$(WITH_SERVICES) $(PYTHON_IN_VENV) -m bench $(WHAT)

screenshots: setup ## take the pictures of docs/screens from a fresh demo clinic
	@CHROMIUM=$$(sh .ci/chromium.sh) && export CHROMIUM && $(PYTHON_IN_VENV) -m docs.screenshots
