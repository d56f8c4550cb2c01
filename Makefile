# cxd. `make run` and `make check` are the two commands; `make help` lists the rest.
#
# One set of rules builds every variant: VARIANT=release (the default, into build/), asan, tsan, fuzz and test
# (each into build/VARIANT/). Every path is relative, so the checkout may lie under any name.

VERSION = 0.1.0
VARIANT ?= release
CC ?= cc
PKG_CONFIG ?= pkg-config

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=

PACKAGES = libmicrohttpd gnutls sqlite3 jansson uuid inih libcurl nettle

WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings
ifdef CI
WARNINGS += -Werror
endif

# A distribution's own level of _FORTIFY_SOURCE, given in CPPFLAGS, stays.
HARDENING := $(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong -fPIE
# The same bytes wherever it is built.
REPRODUCIBLE = '-ffile-prefix-map=$(CURDIR)=.'
SANITIZE_asan = -fsanitize=address,undefined -fno-sanitize-recover=undefined
SANITIZE_tsan = -fsanitize=thread
SANITIZE_fuzz = -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined

OPTIMISE_release = -O2 -g $(HARDENING) $(REPRODUCIBLE)
OPTIMISE_test = -O2 -g -DCXD_TEST_ENGINES $(HARDENING)
OPTIMISE_asan = -O1 -g -fno-omit-frame-pointer -DCXD_TEST_ENGINES $(SANITIZE_asan)
OPTIMISE_tsan = -O1 -g -fno-omit-frame-pointer -DCXD_TEST_ENGINES $(SANITIZE_tsan)
OPTIMISE_fuzz = -O1 -g -fno-omit-frame-pointer -DCXD_TEST_ENGINES $(SANITIZE_fuzz)
LINK_release = -pie -Wl,-z,relro,-z,now
LINK_test = $(LINK_release)
LINK_asan = $(SANITIZE_asan)
LINK_tsan = $(SANITIZE_tsan)
LINK_fuzz = -fsanitize=address,undefined

ifeq ($(VARIANT),release)
OUT = build
else
OUT = build/$(VARIANT)
endif
ifeq ($(VARIANT),fuzz)
CC = clang
endif

# V=1 prints whole commands.
ifeq ($(V),1)
SAY = @:
else
SAY = @echo '  '
.SILENT:
endif

# Looked up once, and not for targets that need no packages.
ifeq ($(filter clean help format deps deps-check deps-deb deps-bench print-deps dist deb,$(MAKECMDGOALS)),)
PACKAGE_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
PACKAGE_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null)
endif

CPPFLAGS += -Iinclude -Isrc -D_GNU_SOURCE -DCXD_VERSION='"$(VERSION)"' $(PACKAGE_CFLAGS)
CFLAGS += -std=c11 -pthread $(WARNINGS) $(OPTIMISE_$(VARIANT))
LDFLAGS += -pthread $(LINK_$(VARIANT))
LDLIBS += $(PACKAGE_LIBS) -lm

SOURCES = $(sort $(wildcard src/*/*.c src/store/*/*.c))
SOURCES := $(filter-out src/tools/%,$(SOURCES))
ifneq ($(VARIANT),release)
SOURCES += $(sort $(wildcard tests/support/store_*.c))
endif
OBJECTS = $(SOURCES:%.c=$(OUT)/obj/%.o) $(OUT)/obj/gen/sql.o $(OUT)/obj/gen/user_agents.o

.DEFAULT_GOAL = all
.PHONY: all
all: $(OUT)/cxd

$(OUT)/cxd: $(OUT)/obj/src/main.o $(OUT)/libcxd.a
	$(SAY) LINK $@
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(OUT)/libcxd.a: $(OBJECTS)
	@rm -f $@
	$(AR) rcsD $@ $^

$(OUT)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The migrations and named queries of sql/, embedded by a tool of this repository.
build/tools/embed: src/tools/embed.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -o $@ $<

SQL = $(sort $(wildcard sql/sqlite/*.sql))
$(OUT)/obj/gen/sql.c: build/tools/embed $(SQL)
	@mkdir -p $(@D)
	build/tools/embed $(SQL) > $@.tmp && mv $@.tmp $@

$(OUT)/obj/gen/sql.o: $(OUT)/obj/gen/sql.c src/store/sqlite/sql.h
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# The list of user agents that is used without another one.
$(OUT)/obj/gen/user_agents.c: build/tools/embed config/user-agents.txt
	@mkdir -p $(@D)
	build/tools/embed --text SUSPICION_USER_AGENTS api/suspicion.h config/user-agents.txt > $@.tmp && mv $@.tmp $@

$(OUT)/obj/gen/user_agents.o: $(OUT)/obj/gen/user_agents.c src/api/suspicion.h
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# Unit and contract tests: each tests/{unit,contract}/test_*.c is a cmocka program.
UNIT_SOURCES = $(sort $(wildcard tests/unit/test_*.c tests/contract/test_*.c))
UNIT_PROGRAMS = $(UNIT_SOURCES:%.c=$(OUT)/%)
# What tests/http/ needs beside the daemon.
HELPER_PROGRAMS = $(OUT)/tests/support/manager
.PHONY: unit
unit: $(UNIT_PROGRAMS) $(HELPER_PROGRAMS)

$(OUT)/tests/%: $(OUT)/obj/tests/%.o $(OUT)/libcxd.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

# Those that take a moment and need nothing of the variants for tests.
QUICK_PROGRAMS = $(filter $(addprefix $(OUT)/tests/unit/test_,base_% cmd_% codec_% config domain_%),$(UNIT_PROGRAMS))
.PHONY: check-quick
check-quick: $(QUICK_PROGRAMS)
	@for program in $^; do $$program >build/check-quick.log 2>&1 || { cat build/check-quick.log; exit 1; }; done
	@echo '$(words $(QUICK_PROGRAMS)) programs of unit tests passed'

-include $(OBJECTS:.o=.d) $(UNIT_SOURCES:%.c=$(OUT)/obj/%.d) $(OUT)/obj/src/main.d

# The manuals, by their templates and the tables of the program.
MANUALS = build/man/cxd.8 build/man/cxd.conf.5
build/man/cxd.8: build/tools/manual_cxd docs/cxd.8.in
build/man/cxd.conf.5: build/tools/manual_conf docs/cxd.conf.5.in
$(MANUALS):
	@mkdir -p $(@D)
	$(SAY) GEN $@
	$< <docs/$(@F).in >$@.tmp && mv $@.tmp $@
build/tools/manual_%: src/tools/manual_%.c build/libcxd.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
.PHONY: manuals
manuals: $(MANUALS)

# Completions of the shells, printed by the binary from its table of commands.
COMPLETIONS = build/share/cxd.bash build/share/_cxd build/share/cxd.fish
build/share/cxd.bash: SHELL_NAME = bash
build/share/_cxd: SHELL_NAME = zsh
build/share/cxd.fish: SHELL_NAME = fish
$(COMPLETIONS): build/cxd
	@mkdir -p $(@D)
	$(SAY) GEN $@
	build/cxd completion $(SHELL_NAME) > $@.tmp && mv $@.tmp $@

.PHONY: clean
clean:
	rm -rf build

# --- What a developer does -------------------------------------------------------------------------------------------

.PHONY: help
help:
	@echo 'make             release build: build/cxd'
	@echo 'make run         install what is missing, build, start on 127.0.0.1:$(PORT) (PORT=9000 for another)'
	@echo 'make check       install what tests need, run all of them'
	@echo 'make bench       speed and scale, as a table and build/bench/result.json (BENCH="speed", "scale", "delay", "footprint", "all")'
	@echo 'make crash       kill -9 under load (KILLS=100)'
	@echo 'make torture     every fault: memory, storage, clock, connections, kills; prints a table'
	@echo 'make fuzz        fuzz every parser, and all calls against a model (FUZZ_SECONDS=300 each)'
	@echo 'make lint        layering, formatting, manuals, openapi.yaml;  make format  reformats'
	@echo 'make install     into $$(DESTDIR)$$(PREFIX) and $$(DESTDIR)$$(SYSCONFDIR);  make uninstall'
	@echo 'make dist        build/cxd-$(VERSION).tar.xz, the sources;  make distcheck  tries them'
	@echo 'make deb         the Debian package, into build/deb/'
	@echo 'make clean'

# Debian packages. `deps` is what building and running needs, the others what tests and measurements need on top.
DEPS = gcc make pkg-config libmicrohttpd-dev libsqlite3-dev libjansson-dev uuid-dev libinih-dev \
	libcurl4-openssl-dev nettle-dev libgnutls28-dev tzdata
DEPS_CHECK = openssl clang clang-format libclang-rt-14-dev sqlite3 nodejs npm curl mandoc chromium faketime zsh fish $(DEPS_DEB) \
	lintian debootstrap autopkgtest bash-completion nginx-light caddy systemd strace prometheus
DEPS_DEB = debhelper dpkg-dev fakeroot libcmocka-dev xz-utils
DEPS_BENCH = wrk g++ python3

# What the tests need from npm, by tests/package-lock.json.
NPM_INSTALLED = tests/node_modules/.package-lock.json
$(NPM_INSTALLED): tests/package-lock.json
	@echo 'Installing: npm packages of the tests'
	@cd tests && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

.PHONY: deps deps-check deps-deb deps-bench print-deps
print-deps:
	@echo $(DEPS)
deps:
	@tests/deps.sh $(DEPS)
deps-check:
	@tests/deps.sh $(DEPS) $(DEPS_CHECK)
	@$(MAKE) --no-print-directory $(NPM_INSTALLED)
deps-deb:
	@tests/deps.sh $(DEPS) $(DEPS_DEB)
deps-bench:
	@tests/deps.sh $(DEPS) $(DEPS_CHECK) $(DEPS_BENCH)

# Targets below build in a second make, so that packages installed by `deps` are seen by pkg-config.
BUILD = +@$(MAKE) --no-print-directory

PORT ?= 8080
.PHONY: run
run: deps
	$(BUILD) all
	@mkdir -p data
	@CXD_ACCESS_READ=open CXD_STORAGE_URL=sqlite:data/cxd.db CXD_METRICS_LISTEN=127.0.0.1:0 \
		exec build/cxd serve --listen 127.0.0.1:$(PORT) --starter-surveys

FUZZ_TARGETS = $(sort $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c)))
TSAN_PROGRAMS = test_http_server test_http_rate test_http_traffic test_ingest

.PHONY: check
check: deps-check
	$(BUILD) all
	$(BUILD) VARIANT=test all fault-programs
	$(BUILD) VARIANT=asan all unit
	$(BUILD) VARIANT=tsan all $(TSAN_PROGRAMS:%=build/tsan/tests/unit/%)
	$(BUILD) VARIANT=fuzz fuzzers
	@node tests/check.mjs

.PHONY: fuzzers
fuzzers: $(FUZZ_TARGETS:%=build/fuzz/tests/fuzz/%)
build/fuzz/tests/fuzz/%: build/fuzz/obj/tests/fuzz/%.o build/fuzz/libcxd.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	clang $(CFLAGS) -pthread -fsanitize=address,undefined,fuzzer -o $@ $^ $(LDLIBS)

FUZZ_SECONDS ?= 300
.PHONY: fuzz
fuzz: deps-check
	$(BUILD) VARIANT=fuzz fuzzers
	$(BUILD) VARIANT=asan all
	@for target in $(FUZZ_TARGETS); do \
		mkdir -p build/fuzz/corpus/$$target && \
		words=tests/fuzz/dict/$$target.dict; test -f $$words && words=-dict=$$words || words=; \
		build/fuzz/tests/fuzz/$$target -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=build/fuzz/ $$words \
			build/fuzz/corpus/$$target tests/fuzz/corpus/$$target || exit 1; \
	done
	@node tests/fuzz/stateful.mjs --seconds $(FUZZ_SECONDS)

.PHONY: fault-programs torture
fault-programs: $(OUT)/tests/fault/alloc.so
$(OUT)/tests/fault/%.so: tests/fault/%.c
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(CC) $(CPPFLAGS) -std=c11 -O2 -fPIC -shared $(WARNINGS) -fno-builtin -o $@ $<

torture: deps-check
	$(BUILD) VARIANT=test all fault-programs
	@node tests/fault/torture.mjs

KILLS ?= 100
.PHONY: crash
crash: deps-check
	$(BUILD) VARIANT=test all
	@CXD_BINARY=build/test/cxd node tests/crash/crash.mjs $(KILLS)

BENCH ?= speed
.PHONY: bench
bench: deps-bench
	$(BUILD) all
	$(BUILD) VARIANT=test all bench-programs
	@node tests/bench/bench.mjs $(BENCH)

.PHONY: bench-programs
bench-programs: $(OUT)/tests/bench/floor $(OUT)/tests/bench/generate $(OUT)/tests/bench/slow_fsync.so
$(OUT)/tests/bench/%: $(OUT)/obj/tests/bench/%.o $(OUT)/libcxd.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(OUT)/tests/bench/slow_fsync.so: tests/bench/slow_fsync.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=c11 -O2 -fPIC -shared $(WARNINGS) -o $@ $< -ldl

C_FILES = $(wildcard src/*.c src/*/*.[ch] src/store/*/*.[ch] include/cxd/*/*.h tests/*/*.[ch])
.PHONY: lint format
lint: deps-check
	@clang-format --dry-run -Werror $(C_FILES)
	@tests/lint/layers.sh $(CC) $(CPPFLAGS) -std=c11
	+@$(MAKE) --no-print-directory VARIANT=release manuals >/dev/null
	@for page in $(MANUALS); do mandoc -Tlint -W warning $$page || exit 1; done
	@tests/lint/openapi.sh

format:
	clang-format -i $(C_FILES)

BINDIR = $(DESTDIR)$(PREFIX)/bin
SHAREDIR = $(DESTDIR)$(PREFIX)/share
CONFDIR = $(DESTDIR)$(SYSCONFDIR)/cxd
BASH_COMPLETIONS = $(SHAREDIR)/bash-completion/completions
ZSH_COMPLETIONS = $(SHAREDIR)/zsh/$(ZSH_FOLDER)
FISH_COMPLETIONS = $(SHAREDIR)/fish/vendor_completions.d
UNITDIR = $(DESTDIR)$(UNIT_FOLDER)
SYSUSERSDIR = $(DESTDIR)$(PREFIX)/lib/sysusers.d
UNITS = cxd.service cxd-activated.service cxd.socket cxd-metrics.socket
# Below share/zsh; distributions have vendor-completions for their packages.
ZSH_FOLDER ?= site-functions
# Debian 12 has its units in /lib.
UNIT_FOLDER ?= $(PREFIX)/lib/systemd/system

.PHONY: install uninstall
install: all $(COMPLETIONS) $(MANUALS)
	install -d "$(BINDIR)" "$(SHAREDIR)/man/man8" "$(SHAREDIR)/man/man5" "$(CONFDIR)" "$(BASH_COMPLETIONS)" \
		"$(ZSH_COMPLETIONS)" "$(FISH_COMPLETIONS)" "$(UNITDIR)" "$(SYSUSERSDIR)"
	install -m 755 build/cxd "$(BINDIR)/cxd"
	install -m 644 build/man/cxd.8 "$(SHAREDIR)/man/man8/cxd.8"
	install -m 644 build/man/cxd.conf.5 "$(SHAREDIR)/man/man5/cxd.conf.5"
	install -m 644 build/share/cxd.bash "$(BASH_COMPLETIONS)/cxd"
	install -m 644 build/share/_cxd "$(ZSH_COMPLETIONS)/_cxd"
	install -m 644 build/share/cxd.fish "$(FISH_COMPLETIONS)/cxd.fish"
	for unit in $(UNITS); do \
		sed 's|/usr/bin/cxd|$(PREFIX)/bin/cxd|; s|/etc/cxd/|$(SYSCONFDIR)/cxd/|' config/$$unit > "$(UNITDIR)/$$unit" && \
		chmod 644 "$(UNITDIR)/$$unit" || exit 1; \
	done
	install -m 644 config/cxd.sysusers.conf "$(SYSUSERSDIR)/cxd.conf"
	test -e "$(CONFDIR)/cxd.conf" || install -m 644 config/cxd.conf "$(CONFDIR)/cxd.conf"

# A configuration that was edited stays.
uninstall:
	cmp -s config/cxd.conf "$(CONFDIR)/cxd.conf" && rm "$(CONFDIR)/cxd.conf" || true
	rm -f "$(BINDIR)/cxd" "$(SHAREDIR)/man/man8/cxd.8" "$(SHAREDIR)/man/man5/cxd.conf.5" \
		"$(BASH_COMPLETIONS)/cxd" "$(ZSH_COMPLETIONS)/_cxd" "$(FISH_COMPLETIONS)/cxd.fish" \
		$(UNITS:%="$(UNITDIR)/%") "$(SYSUSERSDIR)/cxd.conf"

# --- Releases ---------------------------------------------------------------------------------------------------------

DIST = build/cxd-$(VERSION).tar.xz
.PHONY: dist distcheck
dist:
	@mkdir -p build
	@src/tools/dist.sh $(VERSION) $(DIST)
	@echo $(DIST)

distcheck: deps-check
	@mkdir -p build
	@src/tools/dist.sh $(VERSION) $(DIST)
	@tests/package/distcheck.sh $(DIST)

.PHONY: deb
deb: dist deps-deb
	@src/tools/deb.sh $(DIST) build/deb
	@ls build/deb/*.deb
