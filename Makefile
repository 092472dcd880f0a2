# The portal in two commands. They are promised on Debian 12 and 13 and Ubuntu 24.04, as root or with sudo.
#   make run                 installs what is missing and starts everything on http://127.0.0.1:8000 (PORT, MUQEEM_VAR)
#   make test                everything CI checks;  make test ARGS="tests/residency -k renewal"  only these tests
#   make scan                scanners that nobody here wrote, over code, headers and the running portal: docs/security.md
#   make chaos               everything breaks at every point, then ten minutes at random (MINUTES): docs/chaos.md
#   make demo-tour           pictures of every screen, as three people see them, in var/tour/
#   make bench               what it does in a second on this machine, in docs/performance.md;  make bench ARGS=--help
#   make worker              the workers and the sweeper, for a host of their own; settings from the environment

CATALOGUES = $(patsubst %.po,%.mo,$(wildcard muqeem/locale/*/LC_MESSAGES/*.po))

.PHONY: run worker test scan bench chaos demo-tour prepare prepare-test words
.NOTPARALLEL:

run: prepare words
	@exec .venv/bin/python manage.py run

worker: prepare words
	@exec .venv/bin/python manage.py run --workers

test: prepare-test words
	@exec .venv/bin/python -m muqeem.processes $(if $(ARGS),.venv/bin/pytest $(ARGS),.ci/check)

scan: prepare-test words
	@exec .ci/scan $(ARGS)

bench: prepare-test words
	@exec .venv/bin/python -m tests.bench $(ARGS)

MINUTES ?= 10
chaos: prepare-test words
	@exec env CHAOS_MINUTES=$(MINUTES) .venv/bin/python -m muqeem.processes .venv/bin/pytest -s --no-cov $(or $(ARGS),tests/chaos)

demo-tour: prepare-test words
	@exec .venv/bin/python -m tests.tour

prepare:
	@.ci/prepare
	@.venv/bin/python -m compileall -q $(dir $(wildcard [a-z]*/__init__.py)) # the servers' user may not write here

prepare-test:
	@.ci/prepare test

words: $(CATALOGUES)

%.mo: %.po
	@msgfmt --check-format -o $@ $<
