# cxd. `make run` and `make check` are the two commands; `make help` lists the rest.
#
# One set of rules builds every variant: VARIANT=release (the default, into build/), asan, tsan, fuzz and test
# (each into build/VARIANT/). Every path is relative, so the checkout may lie under any name.

VERSION = 0.5.0
VARIANT ?= release
# All cores, unless the user says how many.
ifeq ($(MAKELEVEL)$(filter -j% --jobserver%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
CC ?= cc
PKG_CONFIG ?= pkg-config

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=

# What building needs: how to ask for it (tests/deps.sh), for what, and the name of Debian's package. `make deps`
# installs it.
NEEDS = run:$(firstword $(CC)):gcc run:make:make run:$(PKG_CONFIG):pkg-config file:/usr/share/zoneinfo/UTC:tzdata \
	lib:expat:libexpat1-dev \
	lib:gnutls:libgnutls28-dev \
	lib:inih:libinih-dev \
	lib:jansson:libjansson-dev \
	lib:libcurl:libcurl4-openssl-dev \
	lib:libmicrohttpd:libmicrohttpd-dev \
	lib:minizip:libminizip-dev \
	lib:nettle:nettle-dev \
	lib:sqlite3:libsqlite3-dev \
	lib:uuid:uuid-dev \
	lib:zlib:zlib1g-dev
# WEB=no: the API alone, without what people see in a browser.
WEB ?= yes
ifneq ($(WEB),no)
# The library of the dashboard's charts, one minified file.
DYGRAPHS ?= /usr/share/javascript/dygraphs/dygraph.min.js
NEEDS += run:esbuild:esbuild file:$(DYGRAPHS):libjs-dygraphs lib:libqrencode:libqrencode-dev
endif
# POSTGRESQL=no: without the engine of that name. As long as it is not complete only the variants for tests have it.
POSTGRESQL ?= yes
NEEDS_POSTGRESQL = $(if $(filter-out no,$(POSTGRESQL)),lib:libpq:libpq-dev)
# And a server, which the tests start.
NEEDS_SERVER = $(if $(filter-out no,$(POSTGRESQL)),glob:/usr/lib/postgresql/*/bin/initdb:postgresql)
ifneq ($(VARIANT),release)
NEEDS += $(NEEDS_POSTGRESQL)
endif
PACKAGES = $(foreach need,$(filter lib:%,$(NEEDS)),$(word 2,$(subst :, ,$(need))))

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
OPTIMISE_test = $(OPTIMISE_release)
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
OBJ = $(OUT)/obj
# `test` is the release and the engines of the tests: the objects are the release's, but for what names those. Flags of
# the caller's own stay out of the release's objects.
ifeq ($(VARIANT)$(CFLAGS)$(CPPFLAGS),test)
OBJ = build/obj
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
ifeq ($(filter clean help format deps% print-% dist deb release,$(MAKECMDGOALS)),)
PACKAGE_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
PACKAGE_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null)
endif

CPPFLAGS += -Iinclude -Isrc -D_GNU_SOURCE -DCXD_VERSION='"$(VERSION)"' $(PACKAGE_CFLAGS)
CFLAGS += -std=c11 -pthread $(WARNINGS) $(OPTIMISE_$(VARIANT))
LDFLAGS += -pthread $(LINK_$(VARIANT))
LDLIBS += $(PACKAGE_LIBS) -lm

SOURCES = $(sort $(wildcard src/*/*.c src/store/*/*.c))
SOURCES := $(filter-out src/tools/%,$(SOURCES))
POSTGRESQL_BUILT = $(filter-out no,$(if $(filter release,$(VARIANT)),no,$(POSTGRESQL)))
ifeq ($(POSTGRESQL_BUILT),)
SOURCES := $(filter-out src/store/postgresql/%,$(SOURCES))
endif
ifneq ($(VARIANT),release)
SOURCES += $(sort $(wildcard tests/support/store_*.c tests/support/memory/*.c))
endif
# What CXD_TEST_ENGINES changes.
OF_ENGINES = src/store/url.c tests/%
OBJECTS = $(patsubst %.c,$(OBJ)/%.o,$(filter-out $(OF_ENGINES),$(SOURCES))) \
	$(patsubst %.c,$(OUT)/obj/%.o,$(filter $(OF_ENGINES),$(SOURCES))) \
	$(OBJ)/gen/sql.o $(OBJ)/gen/user_agents.o $(OBJ)/gen/stopwords.o $(OBJ)/gen/starter_surveys.o
ifneq ($(POSTGRESQL_BUILT),)
OBJECTS += $(OBJ)/gen/sql_postgresql.o
$(OUT)/obj/src/store/url.o $(OUT)/obj/tests/%.o: CPPFLAGS += -DCXD_POSTGRESQL
endif
ifeq ($(WEB),no)
CPPFLAGS += -DCXD_NO_WEB
OBJECTS := $(filter-out $(OBJ)/src/web/%,$(OBJECTS))
else
OBJECTS += $(OBJ)/gen/assets.o $(OBJ)/gen/texts.o
endif

.DEFAULT_GOAL = all
.PHONY: all
all: $(OUT)/cxd

$(OUT)/cxd: $(OBJ)/src/main.o $(OUT)/libcxd.a
	$(SAY) LINK $@
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(OUT)/libcxd.a: $(OBJECTS) $(OBJ)/web-$(WEB)
	@rm -f $@
	$(AR) rcsD $@ $(OBJECTS)

# What was built with the web and without it is told apart by this file, which is there under one name only.
$(OBJ)/web-$(WEB):
	@mkdir -p $(@D)
	@rm -f $(OBJ)/web-*
	@touch $@
$(OBJ)/src/cmd/serve.o: $(OBJ)/web-$(WEB)

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
ifeq ($(VARIANT),test)
$(OUT)/obj/%.o: CPPFLAGS += -DCXD_TEST_ENGINES
endif
ifneq ($(OBJ),$(OUT)/obj)
$(OUT)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
endif

# The migrations and named queries of sql/, embedded by a tool of this repository.
build/tools/embed: src/tools/embed.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -o $@ $<

SQL = $(sort $(wildcard sql/sqlite/*.sql))
$(OBJ)/gen/sql.c: build/tools/embed $(SQL)
	@mkdir -p $(@D)
	build/tools/embed sqlite $(SQL) > $@.tmp && mv $@.tmp $@

$(OBJ)/gen/sql.o: $(OBJ)/gen/sql.c src/store/sqlite/sql.h
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

SQL_POSTGRESQL = $(sort $(wildcard sql/postgresql/*.sql))
$(OBJ)/gen/sql_postgresql.c: build/tools/embed $(SQL_POSTGRESQL)
	@mkdir -p $(@D)
	build/tools/embed postgresql $(SQL_POSTGRESQL) > $@.tmp && mv $@.tmp $@

$(OBJ)/gen/sql_postgresql.o: $(OBJ)/gen/sql_postgresql.c src/store/postgresql/sql.h
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# The list of user agents that is used without another one.
$(OBJ)/gen/user_agents.c: build/tools/embed config/user-agents.txt
	@mkdir -p $(@D)
	build/tools/embed --text SUSPICION_USER_AGENTS api/suspicion.h config/user-agents.txt > $@.tmp && mv $@.tmp $@

$(OBJ)/gen/user_agents.o: $(OBJ)/gen/user_agents.c src/api/suspicion.h
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# What is no term of comments, by language.
STOPWORDS = $(sort $(wildcard config/stopwords/*.txt))
$(OBJ)/gen/stopwords.c: build/tools/embed $(STOPWORDS)
	@mkdir -p $(@D)
	build/tools/embed --texts STOPWORDS stopwords domain/stopwords.h $(STOPWORDS) > $@.tmp && mv $@.tmp $@

$(OBJ)/gen/stopwords.o: $(OBJ)/gen/stopwords.c src/domain/stopwords.h
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# The surveys of `cxd serve --starter-surveys`, as definitions in all languages.
STARTER_SURVEYS = $(sort $(wildcard config/starter-surveys/*.json))
$(OBJ)/gen/starter_surveys.c: build/tools/embed $(STARTER_SURVEYS)
	@mkdir -p $(@D)
	build/tools/embed --texts STARTER_SURVEYS starter_survey api/starter_surveys.h $(STARTER_SURVEYS) > $@.tmp
	mv $@.tmp $@

$(OBJ)/gen/starter_surveys.o: $(OBJ)/gen/starter_surveys.c src/api/starter_surveys.h
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# What browsers are served: minified, then embedded by a tool of this repository.
build/tools/embed_web: src/tools/embed_web.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 $(PACKAGE_CFLAGS) -o $@ $< $(PACKAGE_LIBS)

# Entries, each bundled with the modules that it imports; these stand in folders beside it.
ASSETS = $(patsubst web/%,build/web/%,$(sort $(wildcard web/assets/*.js web/assets/*.css web/assets/*.svg)))
ASSETS += build/web/assets/dygraphs.js
ASSET_MODULES = $(sort $(wildcard web/assets/*/*.js web/assets/*/*/*.js web/assets/*/*.css))
# The oldest that pages are made for; esbuild lowers what they lack. An entry may have others, and another format.
BROWSERS = chrome61,firefox60,safari11
BROWSERS_dashboard = chrome109,firefox115,safari16
# Without a shadow root there is no widget.
BROWSERS_widget = chrome66,firefox63,safari11.1
BROWSERS_desk = $(BROWSERS_dashboard)
ASSET_FORMAT_widget = iife
build/web/assets/%: web/assets/% $(ASSET_MODULES)
	@mkdir -p $(@D)
	$(SAY) MINIFY $@
	esbuild --bundle --minify --legal-comments=none --log-level=warning --target=$(or $(BROWSERS_$(*F:%.js=%)),$(BROWSERS)) \
		--format=$(or $(ASSET_FORMAT_$(*F:%.js=%)),esm) $< >$@.tmp && mv $@.tmp $@

build/web/assets/%.svg: web/assets/%.svg
	@mkdir -p $(@D)
	cp $< $@

# As it is, with its notice, but for the last line, which names a file that is not served.
build/web/assets/dygraphs.js: $(DYGRAPHS)
	@mkdir -p $(@D)
	sed '/^\/\/# sourceMappingURL=/d' '$(DYGRAPHS)' >$@.tmp && mv $@.tmp $@

$(OBJ)/gen/assets.c: build/tools/embed_web $(ASSETS)
	@mkdir -p $(@D)
	build/tools/embed_web --assets $(ASSETS) > $@.tmp && mv $@.tmp $@

$(OBJ)/gen/assets.o: $(OBJ)/gen/assets.c src/web/assets.h
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# What pages say, by language.
TEXTS = $(sort $(wildcard web/texts/*.json))
$(OBJ)/gen/texts.c: build/tools/embed_web $(TEXTS)
	@mkdir -p $(@D)
	build/tools/embed_web --texts $(TEXTS) > $@.tmp && mv $@.tmp $@

$(OBJ)/gen/texts.o: $(OBJ)/gen/texts.c src/web/texts.h
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
QUICK_PROGRAMS = $(filter $(addprefix $(OUT)/tests/unit/test_,base_% cmd_% codec_% config domain_% import_%),$(UNIT_PROGRAMS))
.PHONY: check-quick
check-quick: $(QUICK_PROGRAMS)
	@for program in $^; do $$program >build/check-quick.log 2>&1 || { cat build/check-quick.log; exit 1; }; done
	@echo '$(words $(QUICK_PROGRAMS)) programs of unit tests passed'

-include $(OBJECTS:.o=.d) $(UNIT_SOURCES:%.c=$(OUT)/obj/%.d) $(OBJ)/src/main.d

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
	@echo 'make             release build: build/cxd;  make WEB=no  of the API alone'
	@echo 'make run         install what is missing, build, start on 127.0.0.1:$(PORT) (PORT=9000 for another);'
	@echo '                 the first time takes about a minute on two processors, and what apt-get takes'
	@echo 'make test        unit tests, contracts and layers: a compiler and cmocka; less than a minute, once it is built'
	@echo 'make check       install what tests need, run what a push needs: about five minutes on two processors'
	@echo 'make check-long  the rest: fuzzing, proxies, the package, long crashes and faults'
	@echo "make check-r     figures of random tables against R's (SEED=20, TABLES=500)"
	@echo 'make tables      how often tests and intervals are right: the tables of docs/scoring.md'
	@echo 'make bench       speed and scale, as a table and build/bench/result.json (BENCH="speed", "senders", "web", "scale", "analysis", "imports", "import", "beside", "delay", "footprint", "all")'
	@echo 'make screenshots pictures of every state of the pages, into build/screenshots/'
	@echo 'make crash       kill -9 under load (KILLS=100)'
	@echo 'make torture     every fault: memory, storage, clock, connections, malformed requests, kills; prints a table'
	@echo 'make fuzz        fuzz every parser, and all calls against a model (FUZZ_SECONDS=300 each)'
	@echo 'make lint        layering, formatting, manuals, openapi.yaml;  make format  reformats'
	@echo 'make install     into $$(DESTDIR)$$(PREFIX) and $$(DESTDIR)$$(SYSCONFDIR);  make uninstall'
	@echo 'make dist        build/cxd-$(VERSION).tar.xz, the sources;  make distcheck  tries them'
	@echo 'make deb         the Debian package, into build/deb/'
	@echo 'make release     of what is committed: tag v$(VERSION), and sources, package and checksums into build/release/'
	@echo 'make clean'

# What tests, packaging and measurements need on top.
NEEDS_DEB = run:dh:debhelper run:dpkg-buildpackage:dpkg-dev run:fakeroot:fakeroot run:xz:xz-utils lib:cmocka:libcmocka-dev
NEEDS_CHECK = $(NEEDS_DEB) clang:libclang_rt.fuzzer:libclang-rt-dev file:/usr/bin/chromium:chromium \
	file:/usr/share/bash-completion/bash_completion:bash-completion run:Rscript:r-base-core run:autopkgtest:autopkgtest \
	run:caddy:caddy run:ccache:ccache run:clang-format:clang-format run:clang:clang run:curl:curl \
	run:debootstrap:debootstrap run:faketime:faketime run:fish:fish run:jq:jq run:lintian:lintian run:mandoc:mandoc \
	run:nginx:nginx-light run:node:nodejs run:npm:npm run:openssl:openssl run:promtool:prometheus run:python3:python3 \
	run:soffice:libreoffice-calc-nogui run:sqlite3:sqlite3 run:strace:strace run:systemd-analyze:systemd \
	run:valgrind:valgrind run:zsh:zsh $(NEEDS_POSTGRESQL) $(NEEDS_SERVER)
NEEDS_BENCH = run:wrk:wrk run:g++:g++ run:python3:python3

# What the tests need from npm, by tests/package-lock.json.
NPM_INSTALLED = tests/node_modules/.package-lock.json
$(NPM_INSTALLED): tests/package-lock.json
	@echo 'Installing: npm packages of the tests'
	@cd tests && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

.PHONY: deps deps-test deps-check deps-deb deps-bench print-needs print-sources
print-needs:
	@printf '%s\n' $(NEEDS)
print-sources:
	@printf '%s\n' src/main.c $(SOURCES)
deps:
	@tests/deps.sh $(NEEDS)
deps-test:
	@tests/deps.sh $(NEEDS) $(NEEDS_POSTGRESQL) $(NEEDS_SERVER) lib:cmocka:libcmocka-dev
deps-check:
	@tests/deps.sh $(NEEDS) $(NEEDS_CHECK)
	@$(MAKE) --no-print-directory $(NPM_INSTALLED)
deps-deb:
	@tests/deps.sh $(NEEDS) $(NEEDS_DEB)
deps-bench:
	@tests/deps.sh $(NEEDS) $(NEEDS_CHECK) $(NEEDS_BENCH)

# Targets below build in a second make, so that packages installed by `deps` are seen by pkg-config.
BUILD = +@$(MAKE) --no-print-directory

PORT ?= 8080
.PHONY: run
run: deps
	@test -e build/cxd || echo 'Builds cxd on all processors: the first time takes about a minute on two'
	$(BUILD) all
	@mkdir -p data
	@CXD_ACCESS_READ=everything CXD_STORAGE_URL=sqlite:data/cxd.db CXD_METRICS_LISTEN=127.0.0.1:0 \
		exec build/cxd serve --listen 127.0.0.1:$(PORT) --starter-surveys

FUZZ_TARGETS = $(sort $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c)))
TSAN_PROGRAMS = test_api_live test_api_pump test_http_server test_http_stream test_http_rate test_http_traffic \
	test_ingest

# Tests in tiers; tests/check.mjs says which step is in which. Each variant is a make of its own below one that shares
# its jobs among them; what all of them use is made before.
.PHONY: test check check-long build-asan build-check build-check-long
test: deps-test
	$(BUILD) build-asan
	$(BUILD) layers
	@tests/run.sh $(UNIT_SOURCES:%.c=build/asan/%)
check: deps-check
	$(BUILD) build-check
	@node tests/check.mjs check
check-long: deps-check
	$(BUILD) build-check-long
	@node tests/check.mjs long

# What all variants use.
TOOLS_MADE = build/tools/embed $(if $(filter-out no,$(WEB)),build/tools/embed_web $(ASSETS))
.PHONY: variant-release variant-test variant-asan variant-tsan variant-fuzz
variant-release variant-test variant-asan variant-tsan variant-fuzz: $(TOOLS_MADE)
variant-release:
	$(BUILD) VARIANT=release all fault-programs figure-programs
variant-test: variant-release
	$(BUILD) VARIANT=test all fault-programs build/test/tests/bench/visits
variant-asan:
	$(BUILD) VARIANT=asan all unit
variant-tsan:
	$(BUILD) VARIANT=tsan $(TSAN_PROGRAMS:%=build/tsan/tests/unit/%)
variant-fuzz:
	$(BUILD) VARIANT=fuzz fuzzers
build-asan: $(TOOLS_MADE)
	$(BUILD) VARIANT=asan unit
# What only the second tier runs is compiled here too, so that a change is refused by the tier everybody runs.
variant-fuzz-objects: $(TOOLS_MADE)
	$(BUILD) VARIANT=fuzz $(FUZZ_TARGETS:%=build/fuzz/obj/tests/fuzz/%.o)
build-check: variant-release variant-asan variant-tsan variant-fuzz-objects
build-check-long: variant-release variant-test variant-asan variant-fuzz

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

# Figures of random tables against R's, from any seed.
SEED ?= 20
TABLES ?= 500
.PHONY: check-r
check-r: deps-check
	$(BUILD) VARIANT=test all
	@CXD_BINARY=build/test/cxd node tests/figures/figures.mjs --seed $(SEED) --tables $(TABLES)

# What people see, in every state, theme and width, to be looked at.
.PHONY: screenshots
screenshots: deps-check
	$(BUILD) VARIANT=asan all
	@node tests/browser/screenshots.mjs

# How often tests and intervals are right: the tables of docs/scoring.md.
.PHONY: tables figure-programs
tables: deps
	$(BUILD) figure-programs
	@build/tests/figures/tables
	@build/tests/figures/alarms
figure-programs: $(OUT)/tests/figures/tables $(OUT)/tests/figures/alarms $(OUT)/tests/figures/cells
$(OUT)/tests/figures/%: $(OUT)/obj/tests/figures/%.o $(OUT)/libcxd.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: bench-programs
bench-programs: $(OUT)/tests/bench/floor $(OUT)/tests/bench/generate $(OUT)/tests/bench/visits \
		$(OUT)/tests/bench/slow_fsync.so
$(OUT)/tests/bench/%: $(OUT)/obj/tests/bench/%.o $(OUT)/libcxd.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(OUT)/tests/bench/slow_fsync.so: tests/bench/slow_fsync.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=c11 -O2 -fPIC -shared $(WARNINGS) -o $@ $< -ldl

C_FILES = $(wildcard src/*.c src/*/*.[ch] src/store/*/*.[ch] include/cxd/*/*.h tests/*/*.[ch] \
	tests/support/*/*.[ch])
# What is proved of sources without running them; pages and scripts beside the rest, for they take as long.
.PHONY: layers lint lint-c lint-web lint-docs format
layers:
	@tests/lint/layers.sh $(CC) $(CPPFLAGS) $(shell $(PKG_CONFIG) --cflags libpq) -std=c11
lint: lint-c lint-web lint-docs
lint-c: deps-check layers
	@clang-format --dry-run -Werror $(C_FILES)
	@tests/lint/output.sh
	@for file in $$(grep -rl CXD_TEST_ENGINES src --include=*.c); do \
		case ' $(OF_ENGINES) ' in *" $$file "*) ;; *) echo "$$file: OF_ENGINES does not have it" && exit 1 ;; esac; done
	+@$(MAKE) --no-print-directory VARIANT=release all >/dev/null
	@tests/lint/circles.sh $(OBJECTS) $(OBJ)/src/main.o
	@node tests/lint/maps.mjs $(OBJECTS) $(OBJ)/src/main.o
lint-web: deps-check
	@tests/lint/javascript.sh
	@node tests/node_modules/typescript/bin/tsc -p web/tsconfig.json
	@node tests/node_modules/typescript/bin/tsc -p web/tsconfig.old.json
# After lint-c, whose program writes the manuals.
lint-docs: lint-c
	+@$(MAKE) --no-print-directory VARIANT=release manuals >/dev/null
	@node tests/lint/distribution.mjs
	@node tests/lint/citations.mjs
	@node tests/lint/columns.mjs
	@for page in $(MANUALS); do mandoc -Tlint -W warning $$page || exit 1; done
	@tests/lint/openapi.sh

format: $(NPM_INSTALLED)
	clang-format -i $(C_FILES)
	node tests/node_modules/prettier/bin/prettier.cjs --config tests/.prettierrc.json --log-level warn --write 'tests/**/*.mjs' 'web/assets/**/*.{js,css}'

BINDIR = $(DESTDIR)$(PREFIX)/bin
SHAREDIR = $(DESTDIR)$(PREFIX)/share
CONFDIR = $(DESTDIR)$(SYSCONFDIR)/cxd
BASH_COMPLETIONS = $(SHAREDIR)/bash-completion/completions
ZSH_COMPLETIONS = $(SHAREDIR)/zsh/$(ZSH_FOLDER)
FISH_COMPLETIONS = $(SHAREDIR)/fish/vendor_completions.d
UNITDIR = $(DESTDIR)$(UNIT_FOLDER)
SYSUSERSDIR = $(DESTDIR)$(PREFIX)/lib/sysusers.d
DOCDIR = $(SHAREDIR)/doc/cxd
# What the person on call reads, with what it links to; and a drop-in for the unit.
DOCS = docs/operations.md docs/edge.md docs/scoring.md docs/pages.md docs/widget.md docs/export.md docs/dashboard.md \
	docs/performance.md \
	docs/dashboard-overview.png docs/dashboard-survey.png docs/dashboard-dark.png config/cxd-no-network.conf
UNITS = cxd.service cxd.socket cxd-metrics.socket
# Below share/zsh; distributions have vendor-completions for their packages.
ZSH_FOLDER ?= site-functions
# Debian 12 has its units in /lib.
UNIT_FOLDER ?= $(PREFIX)/lib/systemd/system

.PHONY: install uninstall
install: all $(COMPLETIONS) $(MANUALS)
	install -d "$(BINDIR)" "$(SHAREDIR)/man/man8" "$(SHAREDIR)/man/man5" "$(CONFDIR)" "$(BASH_COMPLETIONS)" \
		"$(ZSH_COMPLETIONS)" "$(FISH_COMPLETIONS)" "$(UNITDIR)" "$(SYSUSERSDIR)" "$(DOCDIR)"
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
	install -m 644 $(DOCS) "$(DOCDIR)"
	test -e "$(CONFDIR)/cxd.conf" || install -m 644 config/cxd.conf "$(CONFDIR)/cxd.conf"

# A configuration that was edited stays.
uninstall:
	cmp -s config/cxd.conf "$(CONFDIR)/cxd.conf" && rm "$(CONFDIR)/cxd.conf" || true
	rm -f "$(BINDIR)/cxd" "$(SHAREDIR)/man/man8/cxd.8" "$(SHAREDIR)/man/man5/cxd.conf.5" \
		"$(BASH_COMPLETIONS)/cxd" "$(ZSH_COMPLETIONS)/_cxd" "$(FISH_COMPLETIONS)/cxd.fish" \
		$(UNITS:%="$(UNITDIR)/%") "$(SYSUSERSDIR)/cxd.conf" $(patsubst %,"$(DOCDIR)/%",$(notdir $(DOCS)))

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

.PHONY: release
release: deps-deb
	@src/tools/release.sh $(VERSION)
