# Two commands do all the set-up on a Debian-like machine with Go, Node and make:
#   make run    the whole service with demo data, until Ctrl-C
#   make test   everything that is checked, in the order of a reader's patience
# Both install what they miss. `make help` lists the rest.

SHELL := /bin/bash
BIN := bin
# nodynamic: the decoder of HEIC never loads a library of the system. Without it there is none.
# trimpath, everywhere but in the tests themselves, who find their files by paths: vet, the
# checker and all programs share what was compiled once.
export GOFLAGS ?= -buildvcs=false -tags=nodynamic -trimpath

.PHONY: help run build test check gotest e2e bench screenshots postgres reader browser clean

help:
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | column -t -s $$'\t'

run: build postgres reader ## the whole service on this machine, with demo data
	$(BIN)/recueil dev

build: ## the three programs, into bin/
	go build -trimpath -o $(BIN)/ ./cmd/intake ./cmd/office ./cmd/recueil

test: check gotest e2e ## format, vet, staticcheck, Go tests with the race detector, browser tests

check: ## format, vet, staticcheck
	@unformatted=$$(gofmt -l cmd internal locales migrations static templates); \
	  if [ -n "$$unformatted" ]; then echo "not formatted:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

# What computes on memory of its own is not watched for races: scrypt, which fills 64 MiB
# for each passphrase on purpose, the arithmetic of keys, the parser that the tests read
# pages with, and what turns bytes into other bytes without a goroutine of its own: packing,
# patterns, numbers, pictures. There is nothing to see in them, and they take up to six times
# as long: half of all the time. What reads our own structs on the way, as templates, JSON
# and reflection do, stays watched, and so do the packages of others that share anything.
QUIET := golang.org/x/crypto/scrypt crypto/internal/fips140/... golang.org/x/net/html github.com/andybalholm/cascadia \
  compress/flate regexp regexp/syntax text/template/parse golang.org/x/text/... unicode/... \
  html strconv net/url encoding/base64 encoding/hex hash/... math math/bits math/big image/... rsc.io/qr/...

gotest: postgres reader ## every Go test with the race detector, on a real PostgreSQL
	go test -trimpath=false -race $(QUIET:%=-gcflags=%=-race=false) -timeout 20m ./...

e2e: build postgres reader browser ## the browser tests, in Chromium on the real service
	cd e2e && npm test

bench: build postgres ## figures and ratios within one run
	go run ./internal/tests/bench

screenshots: build postgres reader browser ## every page in three widths, light and dark, into var/screenshots
	cd e2e && node screenshots.mjs && node pictures.mjs

postgres:
	@scripts/need-debian postgresql /usr/lib/postgresql/*/bin/initdb

# Shows the first page of PDFs; unpacks and reads what the tests send, as its recipients do.
reader:
	@scripts/need-debian poppler-utils /usr/bin/pdftotext
	@scripts/need-debian unzip /usr/bin/unzip

browser: e2e/node_modules/.installed
	@scripts/need-debian chromium /usr/bin/chromium

e2e/node_modules/.installed: e2e/package.json e2e/package-lock.json
	cd e2e && npm ci --no-audit --no-fund
	@touch $@

clean: ## what was built and what dev kept
	rm -rf $(BIN) var e2e/node_modules
