# `make help` lists the targets. Python 3.11 or later and make are all that has to be there: the
# rest, Node and the CDK CLI included, is installed below .venv and node_modules.

PYTHON ?= python3
ENV ?= dev
OUTPUTS = outputs.$(ENV).json
CDK_ARGS ?=
# Many tests wait for something: two at a time for each core, a file each, in the order that
# tests/conftest.py gives them.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')

VENV := .venv
BIN := $(VENV)/bin
# Everything below runs in the virtual environment, whether it is activated or not.
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport PYTHONPATH PYTHONHOME
# Tests start Python again and again, which compiles all of them anew where it may keep nothing. Who
# wants no bytecode beside sources has it elsewhere.
ifdef PYTHONDONTWRITEBYTECODE
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX ?= $(CURDIR)/$(VENV)/bytecode
endif
# So does Node, which loads the CDK again and again ("Module compile cache", Node.js documentation).
export NODE_COMPILE_CACHE ?= $(CURDIR)/$(VENV)/node-cache

# What is downloaded or written says what is wrong when it fails.
STEP = $(PYTHON) tools/set_up.py
# The CDK has bytecode of 300 MB, of which an app uses a tenth: it is compiled where it is used.
PIP_INSTALL := --quiet --disable-pip-version-check --no-compile
NPM_CI := --loglevel=error --ignore-scripts --no-audit --no-fund

ENGINE_ANSWERS = import sys; from serverless_containers.local.engine import FoundEngine, find_engine; sys.exit(not isinstance(find_engine(), FoundEngine))

# With a home that cannot be written, npm and jsii end with an error, and pip and the CDK CLI lose
# what they keep there.
ifneq ($(shell test -d "$$HOME" && test -w "$$HOME" && echo yes),yes)
CACHES := $(CURDIR)/$(VENV)/caches
export npm_config_cache ?= $(CACHES)/npm
export PIP_CACHE_DIR ?= $(CACHES)/pip
export JSII_RUNTIME_PACKAGE_CACHE_ROOT ?= $(CACHES)/jsii
export CDK_HOME ?= $(CACHES)/cdk
endif

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev synth diff deploy destroy local local-down test test-all test-samples collect check format snapshot docs actions schema bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.installed ## Install what the application needs (every target does it by itself)

setup-dev: $(VENV)/.installed-dev

synth: setup ## Write the templates of every environment to cdk.out; FAST=1 holds them against no rules
	$(if $(FAST),CDK_VALIDATION=false )cdk synth --quiet '**' $(CDK_ARGS)

diff: setup ## Compare ENV=dev with what is deployed
	cdk diff -c environment=$(ENV) '$(ENV)/*' $(CDK_ARGS)

deploy: setup ## Deploy ENV=dev to the AWS account that you are signed in to
	cdk deploy -c environment=$(ENV) '$(ENV)/*' --outputs-file $(OUTPUTS) $(CDK_ARGS)
	@echo "For client applications: serverless-containers client-config --outputs $(OUTPUTS) --format amplify-js"

destroy: setup ## Delete ENV=dev from it
	cdk destroy -c environment=$(ENV) '$(ENV)/*' $(CDK_ARGS)

local: setup ## Deploy ENV=dev to an embedded AWS on this machine; KEEP=1 leaves it running
	@python -c '$(ENGINE_ANSWERS)' || { \
	  echo "No container engine is in reach: the services run as processes of this machine, by the dev commands of container_src/docker-compose.yml"; \
	  $(MAKE) --no-print-directory $(VENV)/.installed-services; }
	serverless-containers local -c environment=$(ENV) $(if $(filter dev,$(ENV)),-c site=true) --engine either $(if $(KEEP),--keep)
	$(if $(KEEP),@echo "In a shell that has not activated $(VENV): make local-down; for the rest: . $(BIN)/activate")

local-down: setup ## Stop the embedded AWS that make local KEEP=1 left running
	serverless-containers local down

test: SELECTED = not thorough
test test-all: setup-dev
test: ## Run every check and test, but for a few that take minutes
test-all: ## Run those too
test test-all:
	$(MAKE) --no-print-directory --jobs=3 check test-samples collect
	# The last one: it ends by saying what was skipped.
	python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m '$(SELECTED)'

test-samples: setup-dev
	python -m pytest -q container_src/python/tests
	node --test --test-concurrency=$(WORKERS) container_src/express/test/*.test.js \
	  examples/graphql/container_src/test/*.test.js examples/site/container_src/web/test/*.test.js

# Whoever imports a module first compiles it: before the workers do, each for itself.
collect: setup-dev
	python -m pytest --collect-only -qq > /dev/null

check: setup-dev ## Lint and type-check
	ruff check .
	ruff format --check .
	mypy

format: setup-dev ## Format the code and mend what lint can mend
	ruff check --fix .
	ruff format .

snapshot: setup-dev ## Accept the templates as they are now
	python -m pytest -q tests/snapshot --accept-snapshots

docs: setup-dev ## Write what is generated of docs/, and build its site in .site
	python -m tools.write_docs
	# Never --quiet: what is not shown is not counted, and a broken link would pass.
	NO_MKDOCS_2_WARNING=1 mkdocs build --strict

actions: setup-dev ## Write the names of IAM's actions that policies are held against
	python tools/write_actions.py

schema: setup-dev ## Write the shapes of Compose's keys, from the official schema
	python tools/write_schema.py

bench: setup-dev ## Measure synthesis against an empty CDK app
	python -m tests.bench

clean: ## Remove what was installed and written
	rm -rf $(VENV) node_modules container_src/express/node_modules cdk.out .local .site
	rm -rf examples/graphql/container_src/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis

# What is installed through a link changes the checkout that it leads to.
INSTALLED = $(VENV) node_modules
INSTALLED_DEV = container_src/express/node_modules examples/graphql/container_src/node_modules

$(VENV)/bin/python:
	@$(STEP) own $(INSTALLED)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or later is needed, $(PYTHON) is $$($(PYTHON) -V 2>&1); name another one: make PYTHON=python3.12"; \
	  exit 1; }
	@$(STEP) venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python requirements.txt constraints.txt pyproject.toml package-lock.json
	@$(STEP) own $(INSTALLED)
	@$(STEP) venv $(VENV)
	@$(STEP) run python -m pip install $(PIP_INSTALL) -r requirements.txt
	python tools/link_node.py
	@$(STEP) run npm ci $(NPM_CI)
	ln -sf ../../node_modules/aws-cdk/bin/cdk $(BIN)/cdk
	@touch $@

# The services of the sample, for machines that have no container engine to build their images.
$(VENV)/.installed-services: $(VENV)/.installed container_src/python/requirements.txt container_src/express/package-lock.json
	@$(STEP) own $(INSTALLED) container_src/express/node_modules
	@$(STEP) run python -m pip install $(PIP_INSTALL) -r container_src/python/requirements.txt
	@$(STEP) run npm ci $(NPM_CI) --prefix container_src/express
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt container_src/python/requirements.txt container_src/python/requirements-tracing.txt container_src/express/package-lock.json examples/graphql/container_src/package-lock.json
	@$(STEP) own $(INSTALLED) $(INSTALLED_DEV)
	@$(STEP) run python -m pip install $(PIP_INSTALL) -r requirements-dev.txt
	@$(STEP) run npm ci $(NPM_CI) --prefix container_src/express
	@$(STEP) run npm ci $(NPM_CI) --prefix examples/graphql/container_src
	@touch $@ $(VENV)/.installed-services
