# `make run` and `make test` need Python 3.11, pip and make; nothing else. docs/running.md says more.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
DEPOSITS ?= 300
WORKERS ?= auto
PAYMENTS ?= 5000
EACH ?= 0
MIXED ?= 0
COPIES ?= 10000
SEED ?= 1
ARGS ?=
ONLY ?=

VENV := .venv/bin
BOOTSTRAP := $(PYTHON) -I config/bootstrap/venv.py

.PHONY: run test test-whole check bench soak damage screenshots static test-pg15 lock install

run:  ## fresh machine to working system; Ctrl-C stops all
	@$(BOOTSTRAP) embedded
	@exec $(VENV)/python -m config.supervisor run --with-parent --port $(PORT) --deposits $(DEPOSITS)

test:  ## fresh machine to a green suite; ARGS="tests/ledger -k post"
	@$(BOOTSTRAP) embedded dev
	@exec $(VENV)/python -m pytest -n $(WORKERS) -m "not whole" $(ARGS)

test-whole:  ## the suite's other half: whole days, weeks and stacks played to their end, walks through every page and call, and the browser (Chromium)
	@$(BOOTSTRAP) embedded dev
	@exec $(VENV)/python -m pytest -n $(WORKERS) -m whole $(ARGS)

check:  ## format, lint, types, import contracts, migrations, deployment, dependency audit
	@$(BOOTSTRAP) embedded dev
	@exec $(VENV)/python -m config.bootstrap.check

bench:  ## benchmarks against yardsticks of the same machine; ONLY=name
	@$(BOOTSTRAP) embedded dev
	@exec $(VENV)/python -m bench $(if $(ONLY),--only $(ONLY))

soak:  ## days of payments under hostile faults while processes and servers end, then every proof; SEED= PAYMENTS=, or EACH=200, or MIXED=20000
	@$(BOOTSTRAP) embedded
	@exec $(VENV)/python -m config.supervisor soak --with-parent --port 0 --payments $(PAYMENTS) --each $(EACH) --mixed $(MIXED) --seed $(SEED)

damage:  ## damaged copies of every sample file through every reader: a refusal or a right answer, never a fault; SEED= COPIES=
	@$(BOOTSTRAP) embedded dev
	@exec $(VENV)/python -m tests.reconciliation.formats.mutation_run --copies $(COPIES) --seed $(SEED)

screenshots:  ## every page kind as a picture, into build/screenshots
	@$(BOOTSTRAP) embedded dev
	@exec $(VENV)/python -m config.screenshots

static:  ## collects the static files with their compressed forms
	@$(BOOTSTRAP) embedded
	@exec $(VENV)/python manage.py collectstatic --noinput

test-pg15:  ## ledger and reconciliation on a PostgreSQL 15 found on the machine
	@$(BOOTSTRAP) embedded dev
	@exec $(VENV)/python -m config.bootstrap.postgres15 $(ARGS)

lock:  ## writes requirements*.txt from pyproject.toml; UPGRADE=1 takes newer versions
	@test -x .local/uv/bin/uv || { $(PYTHON) -m venv .local/uv && .local/uv/bin/pip install --quiet uv; }
	@PATH="$(CURDIR)/.local/uv/bin:$$PATH" $(PYTHON) -I config/bootstrap/lock.py $(if $(UPGRADE),--upgrade)

install:  ## the virtual environment with everything, and no more
	@$(BOOTSTRAP) embedded dev
