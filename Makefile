# The order of work, top to bottom. Every recipe is `python -m analysis <verb>`, so a machine without make
# has the same verbs: see README.md. PLACE=<name> narrows a verb to one place.

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

PYTHON ?= python3
VENV   ?= .venv
# Without --no-compile pip would compile ten thousand modules, of which a run imports a fifth and compiles them then.
INSTALL ?= $(VENV)/bin/pip install --quiet --disable-pip-version-check --no-compile
RUN    := $(VENV)/bin/python -m analysis
ONE    := $(if $(PLACE),--place $(PLACE),)
export AT FROM BY REQUEST CAMERAS ZONE REDACTED WHICH_LOG OWN COLUMNS STATE AGENCY FIRST LAST
export SENDER ADDRESS EMAIL PHONE ELIGIBLE

.PHONY: all test place mask field compare request records lab report rows bench coverage verify code extras help

all: $(VENV)/.installed  ## install what is missing, fetch small public records, rebuild every place that has its own, print the score (OFFLINE=1: no fetching)
	@$(RUN) all $(ONE)

# Quoted by the shell, so that a name may hold blanks. What is not said stays an open question in source.toml.
place: $(VENV)/.installed  ## AT=<name> FROM=<file, folder or archive>: take released files into a place
	@$(RUN) place --at "$$AT" --from "$$FROM" --by "$$BY" --request "$$REQUEST" --cameras "$$CAMERAS" \
		--zone "$$ZONE" --redacted "$$REDACTED" --log "$$WHICH_LOG" --own "$$OWN" --columns "$$COLUMNS"

mask: $(VENV)/.installed  ## PLACE=<name>: masked copies of its released files, with a certificate and a proof
	@$(RUN) mask $(ONE)

field: $(VENV)/.installed  ## every published number known here, and how it ended or what it waits for
	@$(RUN) field

compare: $(VENV)/.installed  ## PLACES="<one> <other>": main measures side by side, with trust grades
	@$(RUN) compare $(PLACES)

request: $(VENV)/.installed  ## STATE=<code>: the letter that asks an agency for its logs (AGENCY, FIRST, LAST, SENDER …)
	@$(RUN) request --state "$$STATE" --agency "$$AGENCY" --first "$$FIRST" --last "$$LAST" \
		--sender "$$SENDER" --address "$$ADDRESS" --email "$$EMAIL" --phone "$$PHONE" --eligible "$$ELIGIBLE"

test: $(VENV)/.extras  ## the tests
	@$(RUN) test

records: $(VENV)/.installed  ## download records that have a public address, also large ones, and check them; goes on where it broke off
	@$(RUN) records $(ONE)

lab: $(VENV)/.installed  ## JupyterLab in this environment
	@$(RUN) lab

report: $(VENV)/.installed  ## the offline site of every place in site/, and as PDF where a Chromium is installed
	@$(RUN) report

rows: $(VENV)/.installed  ## the rows behind every number, in a browser, with Datasette (make extras installs it)
	@$(RUN) rows $(ONE)

bench: $(VENV)/.extras  ## speed and memory beside the alternatives and the goals, in about ten minutes (ROWS=100000000 for the largest corpus)
	@$(RUN) bench $(if $(ROWS),--rows $(ROWS),)

coverage: $(VENV)/.installed  ## simulate every interval and bound that the pages print (a few minutes); fails where one does not hold as promised
	@$(RUN) coverage

verify: $(VENV)/.installed  ## rebuild from nothing and fail if results/ changed (WITH=<another Python that has the lock>)
	@$(RUN) verify $(ONE) $(if $(WITH),--python $(WITH),)

code: $(VENV)/.installed  ## a sheet of reasons for people to code; SHEET=<file> CODER=<name> reads a finished one back
	@$(RUN) code $(ONE) $(if $(SHEET),--sheet "$(SHEET)",) $(if $(CODER),--coder "$(CODER)",)

extras: $(VENV)/.extras  ## install what tests, benchmarks, Datasette and a cluster need

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r verb does; do \
		printf '%-14s %s\n' "$$verb" "$$does"; done

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed: install it, or name one with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv is missing: on Debian and Ubuntu, run 'sudo apt install python3-venv'." >&2; exit 1; }
	@echo "Installing the locked environment into $(VENV) (about a minute, once) …"
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) --require-hashes --no-deps --only-binary :all: -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.extras: $(VENV)/.installed requirements-extras.lock
	@echo "Installing the tools of tests and benchmarks, Datasette and Dask into $(VENV) (half a minute, once) …"
	@$(INSTALL) --require-hashes --no-deps --only-binary :all: -r requirements-extras.lock
	@touch $@
