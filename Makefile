# hune. `make` builds build/hune, `make demo` shows what it does, `make check` proves it.
# What is missing on the machine is installed first (tools/deps.sh says what).
MAKEFLAGS += --no-print-directory
BUILD ?= build

.PHONY: all demo check check-slow bench fuzz refit format clean deps help FORCE
all: $(BUILD)/hune

help:
	@echo 'make             build $(BUILD)/hune'
	@echo 'make demo        simulate, ingest, screen, report: demo/report.html'
	@echo 'make check       everything that must hold; ends with "N passed, N failed"'
	@echo 'make check-slow  simulations with a known truth (minutes)'
	@echo 'make bench       the figures of the closing notes, as TSV'
	@echo 'make fuzz        libFuzzer, TIME=300 seconds per target'
	@echo 'make refit       fit the simulator to its tables again (codes/simulate, minutes)'
	@echo 'make format      clang-format on every C file'
	@echo 'make clean       remove builds and demo/ (keeps .deps/)'

deps:
	@tools/deps.sh build

# meson knows what changed; this only decides whether it has been set up.
$(BUILD)/hune: FORCE | deps
	@tools/build.sh $(BUILD)

demo: $(BUILD)/hune
	@HUNE=$(abspath $(BUILD)/hune) tools/demo.sh

check:
	@tools/check.sh

check-slow: $(BUILD)/hune
	@ninja -C $(BUILD) tests/accept tests/interactions >/dev/null
	@status=0; for program in accept interactions; do $(BUILD)/tests/$$program || status=1; done; \
	CLI_TIMEOUT=7200 tests/run-cli.sh $(BUILD)/hune $(sort $(wildcard tests/slow/*.sh)) || status=1; exit $$status

bench: $(BUILD)/hune
	@for script in $(sort $(wildcard bench/*.sh)); do \
	    echo "# $$script" && HUNE=$(abspath $(BUILD)/hune) bash $$script || exit 1; done

TIME ?= 300
fuzz:
	@tools/fuzz.sh $(TIME)

refit: $(BUILD)/hune
	@ninja -C $(BUILD) tools/refit && $(BUILD)/tools/refit 600000 4 codes/simulate

format:
	@tools/deps.sh check
	@git ls-files '*.c' '*.h' | grep -v '^third_party/' | xargs clang-format -i

clean:
	rm -rf build build-asan build-fuzz demo
