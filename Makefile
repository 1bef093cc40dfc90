# ed2k-serve and ed2k-share. `make run FILE=PATH` and `make check` install what
# they need first (as root), then build. See README.md, "Working on it".

PREFIX = /usr/local
B = build
CFLAGS = -O2 -g
PORT = 4662

# Warnings are errors with WERROR=-Werror, as in CI.
WARN = -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla $(WERROR)
HARDEN = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
HARDEN_LD = -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Isrc -I$(B)/gen \
	$(WARN) $(HARDEN) $(CFLAGS) $(CPPFLAGS)
ALL_LDFLAGS = $(HARDEN_LD) $(CFLAGS) $(LDFLAGS)

# What to apt-get, by use. openssl-provider-legacy exists from Debian 13 on.
BUILD_PACKAGES = gcc libc6-dev libsqlite3-dev libssl-dev \
	openssl-provider-legacy?
RUN_PACKAGES = $(BUILD_PACKAGES) systemd iproute2
CHECK_PACKAGES = $(RUN_PACKAGES) libcmocka-dev ucspi-tcp openbsd-inetd ipsvd \
	mandoc amule-daemon amule-utils procps
LINT_PACKAGES = clang-format cppcheck mandoc

# The server links no hash, scan or store_edit: it cannot write the database.
SERVE_SRC = $(wildcard src/base/*.c src/proto/*.c src/serve/*.c) \
	$(patsubst %,src/share/%.c,copy db store)
SHARE_SRC = $(wildcard src/base/*.c src/proto/*.c src/share/*.c src/cmd/*.c)
SERVE_OBJS = $(patsubst src/%.c,$(B)/%.o,src/ed2k-serve.c $(SERVE_SRC))
SHARE_OBJS = $(patsubst src/%.c,$(B)/%.o,src/ed2k-share.c $(SHARE_SRC))
# Everything but the two mains, for the tests.
LIB_OBJS = $(patsubst src/%.c,$(B)/%.o,$(sort $(SERVE_SRC) $(SHARE_SRC)))

SQL = $(wildcard sql/*.sql) $(sort $(wildcard sql/query/*.sql))

UNIT = $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/unit/*.c))
E2E = $(sort $(filter-out %/lib.sh,$(wildcard tests/e2e/*.sh)))
TOOLS = $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/e2e/*.c)) \
	$(patsubst tests/%.c,$(B)/tests/%.so,$(wildcard tests/e2e/preload/*.c))

V = 0
Q = $(if $(filter 0,$(V)),@)
say = @$(if $(filter 0,$(V)),printf '  %-7s %s\n' $(1) $(2),:)

.PHONY: all
all: $(B)/ed2k-serve $(B)/ed2k-share

$(B)/ed2k-serve: $(SERVE_OBJS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lsqlite3

$(B)/ed2k-share: $(SHARE_OBJS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lsqlite3 -lcrypto

$(B)/%.o: src/%.c $(B)/gen/sql.h
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/gen/sql.h: sql/embed.awk $(SQL)
	@mkdir -p $(@D)
	$(call say,SQL,$@)
	$(Q)awk -f sql/embed.awk $(SQL) >$@.new && mv $@.new $@

-include $(shell find $(B) -name '*.d' 2>/dev/null)

$(B)/lib.a: $(LIB_OBJS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/tests/%: tests/%.c $(B)/lib.a
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP $(HARDEN_LD) $(LDFLAGS) -o $@ $< $(B)/lib.a \
		$(if $(findstring /unit/,$<),-lcmocka) -lsqlite3 -lcrypto

$(B)/tests/%.so: tests/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE $(WARN) -O2 -shared -fPIC -o $@ $<

# Without packages: for those who have them. `make check` gets them first.
.PHONY: check unit e2e
check:
	@.ci/need $(CHECK_PACKAGES)
	@$(MAKE) --no-print-directory tests

.PHONY: tests
tests: all $(UNIT) $(TOOLS)
	@B=$(B) tests/run $(UNIT) $(E2E)

unit: $(UNIT)
	@tests/run $(UNIT)

e2e: all $(TOOLS)
	@B=$(B) tests/run $(E2E)

.PHONY: clean
clean:
	rm -rf $(B)
