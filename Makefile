# SPDX-License-Identifier: BSD-3-Clause
# Everything a developer runs. Two commands do all: make demo, make test.

.DEFAULT_GOAL := help
BOARD ?= microbit
FUZZTIME ?= 10m
FIRMWARE_BOARDS := microbit mps2-an385 mps2-an386 mps2-an500 mps2-an505
SIGNED_BOARDS := microbit mps2-an385 mps2-an386
VERSIONS := v1 v2 v3
QUINE := build/quine
# SIGNED=1 or ENCRYPTED=1 build the same for devices that take only signed images, with keys made on this machine.
SECURITY := $(if $(ENCRYPTED),encrypted,$(if $(SIGNED),signed))
DIR := build/$(BOARD)$(SECURITY:%=-%)
KEY := build/keys/release.pem
KEY_TABLE := build/keys/keys.c
AES_KEY := build/keys/device.aes
AES_HEADER := build/keys/quine_key.h
SEALED := $(VERSIONS:%=$(DIR)/%.bin)
PATCHES := $(DIR)/v1-v2.patch $(DIR)/v2-v3.patch
# Boards whose instructions the emulator knows, and about how many power cuts each update gets there.
LAB_BOARDS := microbit mps2-an385 mps2-an386
LAB_CUTS := 8000
# What tests may ask for; a test that misses one of these fails instead of skipping. Looked up when it is used.
NEED = cc,arm-gcc,cmake,qemu,firmware,openssl,softhsm$(shell for p in $(PEERS); do test ! -e build/$$p/installed || printf ,$$p; done)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: tools
tools: # name or install what is missing
	@sh tools.sh

.PHONY: build
build: ## build the tool: build/quine
	CGO_ENABLED=0 go build -trimpath -o $(QUINE) ./cmd/quine

.PHONY: firmware
firmware: tools build $(if $(SECURITY),$(KEY_TABLE)) $(if $(ENCRYPTED),$(AES_HEADER)) ## build, seal and diff the example's three releases (BOARD=microbit SIGNED=1)
	@$(MAKE) --no-print-directory -C examples/$(BOARD) OUT=$(CURDIR)/$(DIR) \
		QUINE_BUILD=$(SECURITY) QUINE_KEYS=$(SECURITY:%=$(CURDIR)/$(KEY_TABLE))
	@$(MAKE) --no-print-directory $(SEALED) $(PATCHES)

.PHONY: firmware-all
firmware-all: # the same for every board
	@set -e; for b in $(FIRMWARE_BOARDS); do $(MAKE) --no-print-directory firmware BOARD=$$b SIGNED= ENCRYPTED=; done
	@set -e; for b in $(SIGNED_BOARDS); do $(MAKE) --no-print-directory firmware BOARD=$$b SIGNED=1 ENCRYPTED=; \
		$(MAKE) --no-print-directory firmware BOARD=$$b ENCRYPTED=1; done

$(KEY): | $(QUINE)
	@mkdir -p $(@D)
	$(QUINE) keygen -o $@
$(KEY_TABLE): $(KEY)
	$(QUINE) pubkey --c $< -o $@

$(AES_KEY): | $(QUINE)
	@mkdir -p $(@D)
	$(QUINE) keygen --aes -o $@
$(AES_HEADER): $(AES_KEY)
	@{ echo '#include <stdint.h>'; echo 'static inline void quine_port_key(uint32_t key[8])'; echo '{'; \
		sed 's/\(..\)\(..\)\(..\)\(..\)/*key++ = 0x\4\3\2\1u;/g' $<; echo '}'; } >$@

$(DIR)/%.bin: $(DIR)/%.elf $(QUINE)
	$(QUINE) seal $< -o $@ --hex $(@:.bin=.hex) --version $(*:v%=%).0.0 $(if $(SECURITY),--key $(KEY))

$(DIR)/v1-v2.patch: $(DIR)/v1.bin $(DIR)/v2.bin $(QUINE)
$(DIR)/v2-v3.patch: $(DIR)/v2.bin $(DIR)/v3.bin $(QUINE)
$(PATCHES):
	$(QUINE) diff $(filter %.bin,$^) -o $@ $(if $(ENCRYPTED),--encrypt-key $(AES_KEY))

.PHONY: demo
demo: firmware ## update a board of QEMU twice over its UART (BOARD=microbit)
	go run ./examples/demo -board $(BOARD) $(DIR)

.PHONY: board
board: firmware ## run the first release on a board of QEMU with a serial port, to push to (BOARD=microbit)
	go run ./examples/demo -serve -board $(BOARD) $(DIR)

# Programs of others for the tests, from PyPI and crates.io: two clients that push patches, a build tool,
# and the kernel of FreeRTOS. What cannot be fetched is named, and its tests are skipped.
PEERS := smpmgr platformio freertos
build/smpmgr/installed: cmd/quine/testdata/python/requirements.txt
build/platformio/installed: lab/foreign/testdata/platformio/requirements.txt
build/smpmgr/installed build/platformio/installed:
	rm -rf $(@D)
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --no-deps -r $<
	@touch $@
build/freertos/installed: examples/foreign/freertos/kernel.sh
	rm -rf $(@D)
	sh $< $(@D)
	@touch $@

.PHONY: peers
peers: tools # fetch them
	@for p in $(PEERS); do $(MAKE) --no-print-directory build/$$p/installed || \
		echo "quine: $$p could not be fetched: its tests are skipped" >&2; done

.PHONY: test
test: firmware-all size peers ## run all tests, nothing skipped
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	go vet ./...
	@set -e; for b in $(FIRMWARE_BOARDS); do for v in $(VERSIONS); do \
		$(QUINE) check build/$$b/$$v.elf --max-ram 1536 >build/check.txt || { cat build/check.txt; exit 1; }; done; done
	@set -e; for b in $(SIGNED_BOARDS:%=%-signed) $(SIGNED_BOARDS:%=%-encrypted); do for v in $(VERSIONS); do \
		$(QUINE) check build/$$b/$$v.elf --max-ram 2560 >build/check.txt || { cat build/check.txt; exit 1; }; done; done
	@echo "quine check: all rules kept by $(words $(VERSIONS)) releases on $(words $(FIRMWARE_BOARDS)) boards, signed and encrypted too"
	QUINE_NEED=$(NEED) go test -timeout 30m ./...
	cd cmd/quine-pkcs11 && go vet . && QUINE_NEED=$(NEED) go test .

.PHONY: test-crypto
test-crypto: ## all signature vectors on every core, 10,000 random signatures (minutes)
	QUINE_NEED=$(NEED) go test -v -timeout 60m ./lab/crypto -full

.PHONY: docs
docs: size # run all commands of the documentation, and write what they print today into it
	QUINE_UPDATE=1 go test -count 1 -run 'TestDocs|TestSizes' ./lab/docs

.PHONY: lab lab-full lab-mutants
lab: tools ## cut the power of the library at millions of operations, in what eight minutes take of all scenarios
	go run ./lab/cuts -for 8m
lab-full: tools # a hundred million cuts and more, pairs and threes among them; goes on where it was stopped (hours)
	go run ./lab/cuts -size full
lab-mutants: tools ## seed bugs in installer and client; each must be caught (minutes)
	go run ./lab/cuts -mutants

.PHONY: lab-thumb lab-thumb-full
lab-thumb: firmware-all ## cut the power of the real binaries at tens of thousands of operations, in the emulator
	go run ./lab/thumb -o build/lab-thumb.json -cuts $(LAB_CUTS) $(LAB_BOARDS:%=build/%)
lab-thumb-full: # the same at each operation in every way, and twice in a trial: more than a million
	@$(MAKE) --no-print-directory lab-thumb LAB_CUTS=200000

.PHONY: lab-glitch
lab-glitch: firmware-all ## skip instructions of boot sectors that meet a forged image (minutes)
	QUINE_NEED=$(NEED) go test -v -timeout 2h -run Glitch ./lab/power -times 32

.PHONY: eva
eva: ## analyse boot decision, ciphers and patch decoder for run-time errors, then seed some (minutes; needs frama-c-base)
	QUINE_NEED=eva go test -count 1 -v -timeout 60m ./lab/eva -full

.PHONY: size
size: firmware-all ## print what the device code costs, fail over budget
	go run ./lab/size -o build/size.json $(FIRMWARE_BOARDS:%=build/%) $(SIGNED_BOARDS:%=build/%-signed) $(SIGNED_BOARDS:%=build/%-encrypted)

.PHONY: bench
bench: ## measure the patches of the pairs in CORPUS=DIR (EFFORT=1,9 GROWTH=1,2,4)
	@mkdir -p build
	go run ./lab/bench -o build/bench.json -corpus "$(CORPUS)" $(EFFORT:%=-effort %) $(GROWTH:%=-growth %)

.PHONY: bench-decode
bench-decode: ## count the instructions of the decoder on pairs in CORPUS=DIR
	@mkdir -p build
	go run ./lab/decode -o build/decode.json -corpus "$(CORPUS)"

.PHONY: fuzz
fuzz: ## fuzz both decoders and the encoder, each for FUZZTIME=10m (needs clang)
	@command -v clang >/dev/null || { echo "quine: missing: clang; install with: sudo apt-get install clang" >&2; exit 1; }
	go test ./patch -run '^$$' -fuzz '^FuzzApply$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	go test ./patch/internal/stream -run '^$$' -fuzz '^FuzzApply$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	go test ./patch/internal/stream -run '^$$' -fuzz '^FuzzDiffApply$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 100x
	QUINE_FUZZ_DEVICE=$(FUZZTIME) go test ./patch/internal/stream -count 1 -timeout 10h -run '^TestFuzzDevice$$' -v

.PHONY: release
release: ## build the tool of the last commit for all systems, twice and equal: build/release
	sh release.sh

.PHONY: sbom
sbom: build ## write the bill of materials: build/quine.cdx.json
	$(QUINE) sbom -o build/quine.cdx.json

.PHONY: clean
clean: ## remove build/
	rm -rf build
