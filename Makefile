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

PACKAGES = libmicrohttpd sqlite3 jansson uuid inih libcurl nettle

WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings
ifdef CI
WARNINGS += -Werror
endif

HARDENING = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
SANITIZE_asan = -fsanitize=address,undefined -fno-sanitize-recover=undefined
SANITIZE_tsan = -fsanitize=thread
SANITIZE_fuzz = -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined

OPTIMISE_release = -O2 -g $(HARDENING)
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

# Looked up once, and not for targets that need no packages.
ifeq ($(filter clean help format deps deps-check deps-bench,$(MAKECMDGOALS)),)
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
OBJECTS = $(SOURCES:%.c=$(OUT)/obj/%.o) $(OUT)/obj/gen/sql.o

.DEFAULT_GOAL = all
.PHONY: all
all: $(OUT)/cxd

$(OUT)/cxd: $(OUT)/obj/src/main.o $(OUT)/libcxd.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(OUT)/libcxd.a: $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(OUT)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The migrations and named queries of sql/, embedded by a tool of this repository.
build/tools/embed: src/tools/embed.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -o $@ $<

SQL = $(sort $(wildcard sql/sqlite/*.sql))
$(OUT)/obj/gen/sql.c: build/tools/embed $(SQL)
	@mkdir -p $(@D)
	build/tools/embed $(SQL) > $@.tmp && mv $@.tmp $@

$(OUT)/obj/gen/sql.o: $(OUT)/obj/gen/sql.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# Unit and contract tests: each tests/{unit,contract}/test_*.c is a cmocka program.
UNIT_SOURCES = $(sort $(wildcard tests/unit/test_*.c tests/contract/test_*.c))
UNIT_PROGRAMS = $(UNIT_SOURCES:%.c=$(OUT)/%)
.PHONY: unit
unit: $(UNIT_PROGRAMS)

$(OUT)/tests/%: $(OUT)/obj/tests/%.o $(OUT)/libcxd.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

-include $(OBJECTS:.o=.d) $(UNIT_SOURCES:%.c=$(OUT)/obj/%.d) $(OUT)/obj/src/main.d

.PHONY: clean
clean:
	rm -rf build
