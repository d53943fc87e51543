# gridpatrol: `make` alone lists the targets.

MODULE := github.com/gridpatrol/gridpatrol
BIN    := bin/gridpatrol

# Somebody's own flags (-mod=mod, a workspace) must not change what is built.
# nodynamic: pictures are decoded by the module's own code everywhere, never by
# a library that happens to lie on the machine.
export GOFLAGS := -mod=readonly -buildvcs=false -tags=nodynamic
export GOWORK  := off
export CGO_ENABLED := 1

# Go stamps the commit into the binary, and fails where git does not trust the
# folder, as with root in another user's clone: no stamp then.
STAMP = $(shell git status >/dev/null 2>&1 && echo auto || echo false)

# The linter, at a version that builds with the Go of go.mod; kept out of go.mod.
STATICCHECK_VERSION := v0.7.0
STATICCHECK_DIR = $(CURDIR)/.cache/bin/staticcheck-$(STATICCHECK_VERSION)-$(shell go env GOVERSION)

# Packages whose goroutines share memory: their tests run under the race
# detector, which costs several times the time, so not all do.
RACE := api tiles basemap internal/pgcluster/pgtest internal/photo notify
RACE_PACKAGES = $(addprefix $(MODULE)/,$(RACE))
# As many packages run at a time as there are processors: those that take longest
# begin first, or the last of them runs alone.
LONG := cmd/gridpatrol postgis importers/ingest
LONG_PACKAGES = $(addprefix $(MODULE)/,$(LONG))
PLAIN_PACKAGES = $(LONG_PACKAGES) $(filter-out $(RACE_PACKAGES) $(LONG_PACKAGES),$(PACKAGES))
# Of packages where one test alone has many readers, that one.
RACE_TEST := ./geo/locate -run ^TestLocateFromManySides$$
PACKAGES = $(shell go list ./...)
TEST_TIMEOUT := 15m
# A slow machine may take long over pages.
BROWSER_TIMEOUT := 25m
# Chromium draws maps without a graphics card, and has the machine for itself.
BROWSER := ^TestBrowser$$

# Go files of ours, for gofmt.
GO_FILES = $(shell find . -name '*.go' -not -path './.cache/*' -not -path '*/node_modules/*')

.DEFAULT_GOAL := help
# npm would write the same folder twice.
.NOTPARALLEL:
.PHONY: help demo web build test test-clients lint bench clean go-present

# What the application is built of. Folders too: they change with a file's end.
WEB_SOURCES = $(shell find web/src -not -name '*.gen.ts' ; find web/index.html web/icon.svg web/build.mjs web/icons.mjs web/package.json)
WEB_MODULES := web/node_modules

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## install what is missing, build, and start the demo on 127.0.0.1:8080
	@scripts/setup.sh run
	@$(MAKE) --no-print-directory build
	@exec $(BIN) demo

web: web/dist/index.html ## build the web application into web/dist

web/dist/index.html: $(WEB_SOURCES) $(WEB_MODULES)/.stamp-run
	cd web && npm run --silent build

# Building needs a few packages, checking and testing more; who has these has
# those.
$(WEB_MODULES)/.stamp-run: web/package-lock.json | node-present
	@rm -f $(WEB_MODULES)/.stamp-*
	cd web && npm ci --omit=dev --loglevel=error
	@touch $@

$(WEB_MODULES)/.stamp-test: web/package-lock.json | node-present
	@rm -f $(WEB_MODULES)/.stamp-*
	cd web && npm ci --loglevel=error
	@touch $(WEB_MODULES)/.stamp-run $@

# The types of the server's answers, from its OpenAPI document. Nothing is built of
# them, so they are made where they are checked: npm run check does so first.
WEB_TYPES := web/src/api/schema.gen.ts

.PHONY: types
types: $(WEB_TYPES) ## write the web application's types of the API's answers

$(WEB_TYPES): $(wildcard api/openapi/*.go api/openapi/*.yaml api/openapi/nouns/*.yaml) internal/apitypes/main.go web/types/generate.mjs web/types/node_modules/.stamp | go-present
	@go run ./internal/apitypes | node web/types/generate.mjs $@
	@touch $@

web/types/node_modules/.stamp: web/types/package-lock.json | node-present
	cd web/types && npm ci --loglevel=error
	@touch $@

build: go-present web ## build bin/gridpatrol
	@mkdir -p $(dir $(BIN))
	go build -trimpath -buildvcs=$(STAMP) -o $(BIN) ./cmd/gridpatrol

test: ## install what is missing, lint, and run every test
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory go-test

.PHONY: go-test
go-test: go-present $(WEB_MODULES)/.stamp-test web
	@status=0; \
	(cd web && npm run --silent unit) || status=1; \
	go test -vet=off -timeout $(TEST_TIMEOUT) -skip '$(BROWSER)' $(PLAIN_PACKAGES) || status=1; \
	go test -vet=off -timeout $(BROWSER_TIMEOUT) -run '$(BROWSER)' ./cmd/gridpatrol || status=1; \
	go test -vet=off -race -timeout $(TEST_TIMEOUT) $(RACE_PACKAGES) || status=1; \
	go test -vet=off -race -timeout $(TEST_TIMEOUT) $(RACE_TEST) || status=1; \
	exit $$status

test-clients: ## install QGIS, and read a demo with it: collections, tiles, recipes
	@scripts/setup.sh clients
	@$(MAKE) --no-print-directory build
	scripts/test-clients.sh $(BIN)

lint: go-present $(WEB_MODULES)/.stamp-test web ## format, vet, staticcheck, import arrows, types
	@unformatted=$$(gofmt -l $(GO_FILES)); \
	if [ -n "$$unformatted" ]; then echo "gofmt these:" $$unformatted; exit 1; fi
	go vet ./...
	@if [ ! -x $(STATICCHECK_DIR)/staticcheck ]; then \
		echo "building staticcheck $(STATICCHECK_VERSION)"; \
		GOFLAGS= GOBIN=$(STATICCHECK_DIR) go install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION); \
	fi
	$(STATICCHECK_DIR)/staticcheck ./...
	go test -vet=off ./internal/arrows
	cd web && npm run --silent check

# One package after the other: they would disturb each other. What they say goes
# to the errors' output, the table to the other, as Markdown.
BENCH ?= .
BENCH_ROWS := $(CURDIR)/.cache/bench.jsonl

bench: go-present ## run the benchmarks, print one table (BENCH=name for some)
	@scripts/setup.sh bench >&2
	@mkdir -p $(dir $(BENCH_ROWS))
	@go run ./internal/measure/table >$(BENCH_ROWS)
	@status=0; \
	GRIDPATROL_BENCH=$(BENCH_ROWS) go test -p 1 -run '^$$' -bench '$(BENCH)' -benchmem -timeout 30m \
		$$(grep -rlE --include='*_test.go' --exclude-dir=node_modules '^func Benchmark' . | xargs -r -n 1 dirname | sort -u) >&2 || status=1; \
	go run ./internal/measure/table $(BENCH_ROWS) || status=1; \
	exit $$status

clean: ## remove what was built, not the data
	rm -rf bin .cache $(WEB_MODULES) web/types/node_modules $(WEB_TYPES)
	find web/dist -mindepth 1 -not -name .gitkeep -delete

go-present:
	@command -v go >/dev/null || { echo "Go is missing: install Go 1.26 or newer from https://go.dev/dl/ and put it on PATH" >&2; exit 1; }

.PHONY: node-present
node-present:
	@command -v npm >/dev/null || { echo "Node.js is missing: make demo installs it, or put Node.js 18 or newer with npm on PATH" >&2; exit 1; }
