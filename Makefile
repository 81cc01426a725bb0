# Entrances for people and for CI. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8080
DATA ?= data
EXAMPLES ?= examples
LLM ?= offline
MODEL ?=
N ?=
PIECE ?=
SECONDS_EACH ?=
RUNS ?= 1000000
FUZZ_TARGETS := document markdown card html rss atom jsonfeed charset verdict stream template api
SEED ?= 1
JOBS ?= $(shell nproc)

BIN := build/bin
# The programs, neither tests nor benchmarks; `make run` needs the first.
PROGRAMS := seaworthy seaworthy-ingest seaworthy-reviewer seaworthy-aggregator seaworthy-publisher
# What the kills are proved with. Debian's own Python has the packages.
CRASH_PROGRAMS := seaworthy_dump_log seaworthy_mail_probe seaworthy_backdate_log

COVERAGE_TESTS ?= .

.PHONY: help setup run build test pictures bench lint analyze fmt asan tsan coverage crash fuzz clean

help: ## this list
	@echo "Seaworthy: make TARGET"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12
	@echo "Variables: PORT=$(PORT) DATA=$(DATA) EXAMPLES=$(EXAMPLES) LLM=$(LLM) N=$(N) SEED=$(SEED) JOBS=$(JOBS)"

setup: ## installs what is missing of scripts/packages.txt (root or sudo)
	@scripts/setup.sh

run: setup ## builds and starts everything on http://localhost:PORT with the examples
	@scripts/build.sh release $(JOBS) seaworthy
	@exec $(BIN)/seaworthy up --data "$(DATA)" --port "$(PORT)" \
	  --llm "$(LLM)" $(if $(MODEL),--model "$(MODEL)") \
	  $(if $(wildcard $(EXAMPLES)),--examples "$(EXAMPLES)")

build: setup ## builds the programs into build/bin
	@scripts/build.sh release $(JOBS) $(PROGRAMS)
	@echo "built: $$(ls -d $(BIN)/* | tr '\n' ' ')"

test: setup ## builds and runs every test
	@scripts/build.sh release $(JOBS)
	@scripts/test.sh release $(JOBS)

pictures: setup ## takes the pictures of the README with the browser tests
	@scripts/build.sh release $(JOBS) $(PROGRAMS)
	@PICTURES=$(CURDIR)/docs/images SEAWORTHY_PROGRAM=$(CURDIR)/$(BIN)/seaworthy tests/browser/run.sh site.mjs desk.mjs

bench: setup ## builds and runs the benchmarks
	@scripts/build.sh release $(JOBS)
	@scripts/bench.sh

lint: setup ## formatting, clang-tidy, thread safety, includes, shell
	@scripts/lint.sh $(JOBS)

analyze: setup ## clang's static analyzer over every source; lint leaves it out for its time
	@scripts/build.sh release $(JOBS) seaworthy_proto seaworthy_grpc seaworthy_grpc_third_party
	@python3 -B scripts/tidy.py --build build/release --jobs $(JOBS) --analyze

fmt: ## formats every C++ file in place
	@git ls-files '*.cc' '*.h' | xargs --no-run-if-empty clang-format -i

asan: setup ## every test under the address and undefined-behaviour sanitizers
	@scripts/build.sh asan $(JOBS)
	@scripts/test.sh asan $(JOBS)

tsan: setup ## every test under the thread sanitizer
	@scripts/build.sh tsan $(JOBS)
	@scripts/test.sh tsan $(JOBS)

coverage: setup ## branches taken by the tests COVERAGE_TESTS (a ctest pattern, default all), a line for each folder
	@scripts/coverage.sh $(JOBS) "$(COVERAGE_TESTS)"

crash: setup ## N kills under load (SEED chooses them), then the proof that nothing was lost
	@scripts/build.sh release $(JOBS) $(PROGRAMS) $(CRASH_PROGRAMS)
	@/usr/bin/python3 -B tests/crash/crash.py --program $(BIN)/seaworthy --kills $(or $(N),300) --seed $(SEED)

torture: setup ## every fault by number and seed, long: PIECE="power disk" N=100 SEED=7 (docs/torture.md)
	@scripts/build.sh release $(JOBS) $(PROGRAMS) $(CRASH_PROGRAMS) seaworthy_torture seaworthy_open_loop
	@/usr/bin/python3 -B tests/torture/torture.py $(PIECE) $(if $(N),-n $(N)) --seed $(SEED)

fuzz: setup ## feeds each parser RUNS random inputs (default: a million), at most SECONDS_EACH seconds each where set
	@scripts/build.sh fuzz $(JOBS) $(addprefix fuzz_,$(FUZZ_TARGETS))
	@for name in $(FUZZ_TARGETS); do \
	  mkdir -p build/fuzz/$$name/corpus; \
	  (cd build/fuzz/$$name && ../bin/fuzz_$$name -runs=$(RUNS) $(if $(SECONDS_EACH),-max_total_time=$(SECONDS_EACH)) \
	     -max_len=16384 -rss_limit_mb=4096 -timeout=20 corpus ../../../tests/fuzz/corpus/$$name 2>&1 \
	     | tail -n 3 | sed "s/^/$$name: /"); \
	done

clean: ## removes build/
	@rm -rf build
