# ed2k-serve, ed2k-share and ed2k-map-ports. `make run FILE=PATH` and `make check`
# install what they need first (as root), then build. See CONTRIBUTING.md.

# What ?= sets may come from the environment, too. Not B: that of a test says
# where it finds the programs, not where a package is built in it.
PREFIX ?= /usr/local
B = build
CFLAGS ?= -O2 -g
PORT ?= 4662

# Warnings are errors with WERROR=-Werror, as in CI.
WARN = -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla $(WERROR)
HARDEN = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
HARDEN_LD = -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
PIE = -pie
STATIC_PIE = -static-pie
# What a sanitizer does without: all of that.
SOFT = HARDEN= HARDEN_LD= PIE= STATIC_PIE=
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Isrc -I$(B)/gen \
	$(WARN) $(HARDEN) $(CFLAGS) $(CPPFLAGS)
ALL_LDFLAGS = $(HARDEN_LD) $(CFLAGS) $(LDFLAGS)

# What to apt-get, by use.
BUILD_PACKAGES = gcc libc6-dev libminiupnpc-dev libnatpmp-dev libsqlite3-dev \
	libssl-dev zlib1g-dev
RUN_PACKAGES = $(BUILD_PACKAGES) iproute2 mount
CHECK_PACKAGES = $(RUN_PACKAGES) systemd acl dosfstools libcmocka-dev \
	ucspi-tcp openbsd-inetd ipsvd mandoc netbase openssl rhash sqlite3 \
	strace zsh haproxy amule-daemon amule-utils miniupnpd-nftables \
	nftables chromium? chromium-driver? curl
BENCH_PACKAGES = $(RUN_PACKAGES) systemd openssl rhash sqlite3 \
	amule-daemon amule-utils
FUZZ_PACKAGES = $(BUILD_PACKAGES) clang libclang-rt-dev
LINT_PACKAGES = clang-format cppcheck mandoc
DEB_PACKAGES = $(BUILD_PACKAGES) build-essential debhelper fakeroot \
	libcmocka-dev lintian

# A program links whole folders; tests/lint says who may include whom.
sources = $(sort $(wildcard $(patsubst %,src/%/*.c,$(1))))
SERVE_DIRS = base proto store board serve serve/* listen
SHARE_DIRS = base proto store board reach index cmd
PORTS_DIRS = base ports
KAD_DIRS = base proto kad
ANNOUNCE_DIRS = base proto store reach announce announce/*
objects = $(patsubst src/%.c,$(B)/%.o,$(1))
SERVE_OBJS = $(call objects,src/ed2k-serve.c $(call sources,$(SERVE_DIRS)))
SHARE_OBJS = $(call objects,src/ed2k-share.c $(call sources,$(SHARE_DIRS)))
# It ciphers nothing, and does without libcrypto.
PORTS_OBJS = $(filter-out $(B)/base/crypto.o,\
	$(call objects,src/ed2k-map-ports.c $(call sources,$(PORTS_DIRS))))
ANNOUNCE_OBJS = $(call objects,src/ed2k-announce.c \
	$(call sources,$(ANNOUNCE_DIRS)))
# Everything but the mains, for the tests.
LIB_OBJS = $(call objects,$(call sources,$(SERVE_DIRS) $(SHARE_DIRS) \
	$(PORTS_DIRS) $(KAD_DIRS) $(ANNOUNCE_DIRS)))

# Headers that are made, each of a file.
SQL = $(sort $(wildcard sql/*.sql))
SQL_H = $(SQL:%.sql=$(B)/gen/%.h)
GEN = $(SQL_H) $(B)/gen/link_html.h

UNIT = $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/unit/*.c))
FUZZ = $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/fuzz/fuzz_*.c))
E2E = $(sort $(filter-out %lib.sh,$(wildcard tests/e2e/*/*.sh)))
# Once more, with a server that accepts connections itself and forks. Not what
# starts servers by itself, nor what counts refusals of a single process.
FORKING = $(patsubst %,tests/e2e/%.sh,clients/amule server/conversation \
	server/download server/faults server/ipv6 server/killed \
	server/misbehave server/obfuscation server/outlive server/rate \
	server/recovery server/sandbox server/singles server/slots \
	server/timeouts share/ipfilter machines/proxy machines/snapshot)
PEER = $(B)/tests/e2e/peer/peer
TOOLS = $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/e2e/tools/*.c)) \
	$(patsubst tests/%.c,$(B)/tests/%.so,$(wildcard tests/e2e/tools/preload/*.c)) \
	$(B)/tests/e2e/tools/ed2k-serve $(B)/tests/systemd/dial $(PEER)
BENCH = $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/bench/*.c))
SYSTEMD = $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/systemd/*.c))

V ?= 0
Q = $(if $(filter 0,$(V)),@)
say = @$(if $(filter 0,$(V)),printf '  %-7s %s\n' $(1) $(2),:)

.PHONY: all
all: $(B)/ed2k-serve $(B)/ed2k-share $(B)/ed2k-map-ports \
	$(B)/ed2k-announce

# All is linked in: what the loader does for each connection takes 0.4 ms of its
# 2.3. No warnings: SQLite has a dlopen, for extensions, which nobody loads.
SERVE_LIBS = -l:libsqlite3.a -l:libcrypto.a -lm
$(B)/ed2k-serve: $(SERVE_OBJS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(STATIC_PIE) $(ALL_LDFLAGS) -Wl,--no-warnings -o $@ $^ \
		$(SERVE_LIBS)

# The same server on the libc of the system, for tests that get in between.
$(B)/tests/e2e/tools/ed2k-serve: $(SERVE_OBJS)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(PIE) $(ALL_LDFLAGS) -o $@ $^ $(SERVE_LIBS)

$(B)/ed2k-share: $(SHARE_OBJS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(PIE) $(ALL_LDFLAGS) -o $@ $^ -lsqlite3 -lcrypto

$(B)/ed2k-announce: $(ANNOUNCE_OBJS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(PIE) $(ALL_LDFLAGS) -o $@ $^ -lsqlite3 -lcrypto -lz

$(B)/ed2k-map-ports: $(PORTS_OBJS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(PIE) $(ALL_LDFLAGS) -o $@ $^ -lminiupnpc -lnatpmp

# Its loops are for registers: gcc 12 makes them a third faster with -O3.
$(B)/index/lanes.o: private ALL_CFLAGS += -O3

$(B)/%.o: src/%.c | $(GEN)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(SQL_H): $(B)/gen/%.h: %.sql sql/embed.awk
	@mkdir -p $(@D)
	$(call say,SQL,$<)
	$(Q)awk -f sql/embed.awk $< >$@.new && mv $@.new $@

# All statements of all rooms, for the test of them.
$(B)/gen/sql_list.h: sql/embed.awk $(SQL)
	@mkdir -p $(@D)
	$(call say,SQL,$@)
	$(Q)awk -v list=1 -f sql/embed.awk $(SQL) >$@.new && mv $@.new $@

$(B)/tests/unit/test_sql: $(B)/gen/sql_list.h

$(B)/gen/link_html.h: src/cmd/embed.awk src/cmd/link.html
	@mkdir -p $(@D)
	$(call say,HTML,$@)
	$(Q)awk -f $^ >$@.new && mv $@.new $@

-include $(shell find $(B) \( -name container -o -name deb \) -prune -o \
	-name '*.d' -type f -print 2>/dev/null)

$(B)/lib.a: $(LIB_OBJS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# A fuzz target has no main: that of a test runs it over its corpus.
FUZZ_MAIN = $(B)/tests/fuzz/replay.o
$(FUZZ): $(FUZZ_MAIN)
$(PEER): $(patsubst %.c,$(B)/%.o,$(wildcard tests/e2e/peer/peer_*.c))

$(B)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/tests/%: tests/%.c $(B)/lib.a
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP $(PIE) $(HARDEN_LD) $(LDFLAGS) -o $@ $< \
		$(filter %.o,$^) $(B)/lib.a \
		$(if $(findstring /unit/,$<),-lcmocka) -lsqlite3 -lcrypto -lz \
		$(TEST_LIBS)

$(B)/tests/fuzz/fuzz_trust: private TEST_LIBS = -lminiupnpc

$(B)/tests/systemd/answer $(B)/tests/bench/echo $(B)/tests/bench/forking \
	$(B)/tests/bench/lookup_once: private PIE = -static
$(B)/tests/bench/lookup_once: private WARN += -Wl,--no-warnings

$(B)/tests/%.so: tests/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE $(WARN) -O2 -shared -fPIC -o $@ $<

# `make check` gets the packages first, the others are for those who have them.
# JOBS=N: so many tests at once; see tests/run.
.PHONY: check unit e2e
check:
	@.ci/need $(CHECK_PACKAGES)
	@$(MAKE) --no-print-directory tests

.PHONY: tests
tests: all $(UNIT) $(FUZZ) $(TOOLS)
	@B=$(B) tests/run $(UNIT) $(FUZZ) $(E2E)
	@B=$(B) FORK=1 tests/run $(FORKING)

unit: $(UNIT)
	@tests/run $(UNIT)

e2e: all $(TOOLS)
	@B=$(B) tests/run $(E2E)
	@B=$(B) FORK=1 tests/run $(FORKING)

# The same tests under AddressSanitizer and UndefinedBehaviorSanitizer. Leaks
# are looked for at the end by another process, which the sandbox forbids.
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
.PHONY: asan
asan:
	@.ci/need $(CHECK_PACKAGES)
	@ED2K_SANDBOX=off $(MAKE) --no-print-directory B=$(B)/asan $(SOFT) \
		CFLAGS='-O1 -g -fno-omit-frame-pointer $(SANITIZE)' tests

# The units, in a container with a systemd of its own. Needs root, and network to
# make the container the first time.
.PHONY: check-systemd
check-systemd: all $(PEER) $(B)/tests/e2e/tools/liar $(SYSTEMD)
	@[ "$$(id -u)" -ne 0 ] || .ci/need debootstrap systemd-container
	@B=$(B) V=1 TEST_TIMEOUT=900 tests/run tests/systemd/units.sh

# New inputs for each fuzz target, or for TARGET alone, for so many SECONDS.
SECONDS ?= 60
TARGET ?= *
.PHONY: fuzz fuzzers
fuzz:
	@.ci/need $(FUZZ_PACKAGES)
	@$(MAKE) --no-print-directory B=$(B)/fuzz CC=clang $(SOFT) \
		CFLAGS='-O1 -g -fno-omit-frame-pointer $(SANITIZE) -fsanitize=fuzzer-no-link' \
		FUZZ_MAIN= LDFLAGS=-fsanitize=fuzzer fuzzers
	@B=$(B)/fuzz tests/fuzz/run '$(SECONDS)' '$(TARGET)'

fuzzers: $(FUZZ)
	@:

# The scoreboard's protocol in every order of steps and kills.
.PHONY: model
model:
	@.ci/need gcc libc6-dev spin
	@tests/model/run

# A Debian package, in build/deb.
.PHONY: deb
deb:
	@.ci/need $(DEB_PACKAGES)
	@B=$(B) inetd/deb

# The package, installed, used, upgraded and purged in the same container.
.PHONY: check-deb
check-deb: $(PEER)
	@[ "$$(id -u)" -ne 0 ] || .ci/need debootstrap systemd-container $(DEB_PACKAGES)
	@B=$(B) V=1 TEST_TIMEOUT=900 tests/run tests/systemd/deb.sh

# The servers of the end-to-end tests under valgrind, without the tests that a
# server fifty times slower fails: those of timeouts, turns and crowds.
.PHONY: valgrind
valgrind: all $(TOOLS)
	@.ci/need $(CHECK_PACKAGES) valgrind
	@B=$(B) WRAP=valgrind tests/run $(patsubst %,tests/e2e/%.sh,\
		server/aich server/download server/faults server/misbehave \
		share/ipfilter share/stats share/upgrade)

# Share FILE, listen on PORT, print the link; as root, served by the user nobody.
.PHONY: run
run:
	@.ci/need $(RUN_PACKAGES)
	@$(MAKE) --no-print-directory all
	@B=$(B) PORT=$(PORT) inetd/run "$$FILE"

# All figures, or ONLY some; as JSON too, to a file.
JSON ?=
ONLY ?=
.PHONY: bench
bench: all $(TOOLS) $(BENCH) $(SYSTEMD)
	@[ "$$(id -u)" -ne 0 ] || .ci/need $(BENCH_PACKAGES)
	@B=$(B) tests/bench/run $(if $(JSON),--json '$(JSON)') $(ONLY)

.PHONY: lint
lint:
	@.ci/need $(LINT_PACKAGES)
	@tests/lint

MAN = src/ed2k-serve.8 src/ed2k-share.1 src/ed2k-wire.5 src/ed2k-kad.5 \
	sql/ed2k-share.db.5 src/ed2k-map-ports.8
LIBEXECDIR = $(PREFIX)/libexec
MANDIR = $(PREFIX)/share/man
UNITDIR = /usr/lib/systemd/system
SYSUSERSDIR = /usr/lib/sysusers.d
TMPFILESDIR = /usr/lib/tmpfiles.d
TIMER_UNITS = ed2k-stats-prune.timer ed2k-stats-prune.service \
	ed2k-share-refresh.timer ed2k-share-refresh.service \
	ed2k-share-refresh@.path ed2k-map-ports.timer \
	ed2k-map-ports.service ed2k-unmap-ports.service
DEFAULTFILE = /etc/default/ed2k-serve
BASHDIR = $(PREFIX)/share/bash-completion/completions
# where Debian's zsh looks
ZSHDIR = $(PREFIX)/share/zsh/site-functions
ifeq ($(PREFIX),/usr)
ZSHDIR = /usr/share/zsh/vendor-completions
endif
EXAMPLEDIR = $(PREFIX)/share/doc/ed2k-serve
EXAMPLES = hardened.conf forking.conf inetd.conf inetd-wait.conf xinetd.conf \
	xinetd-wait.conf tcpserver.run tcpsvd.run ed2k-serve.nft
DOCS = README.md CHANGELOG.md SECURITY.md inetd/README.md

# put MODE FILE TARGET: install a file with the places of others filled in.
put = sed 's|@LIBEXECDIR@|$(LIBEXECDIR)|g; s|@BINDIR@|$(PREFIX)/bin|g; \
	s|@EXAMPLEDIR@|$(EXAMPLEDIR)|g' $(2) >$(B)/put && \
	install -D -m $(1) $(B)/put "$(DESTDIR)$(3)"

.PHONY: install
install: all
	install -D -m 755 $(B)/ed2k-serve '$(DESTDIR)$(LIBEXECDIR)/ed2k-serve'
	install -D -m 755 $(B)/ed2k-share '$(DESTDIR)$(PREFIX)/bin/ed2k-share'
	install -D -m 755 $(B)/ed2k-map-ports '$(DESTDIR)$(LIBEXECDIR)/ed2k-map-ports'
	for page in $(MAN); do install -D -m 644 $$page \
		'$(DESTDIR)$(MANDIR)'/man$${page##*.}/$${page##*/} || exit; done
	for program in ed2k-serve ed2k-share; do \
		install -D -m 644 src/completion/ed2k.bash \
			'$(DESTDIR)$(BASHDIR)'/$$program || exit; done
	install -D -m 644 src/completion/_ed2k '$(DESTDIR)$(ZSHDIR)/_ed2k'
	[ -e '$(DESTDIR)$(DEFAULTFILE)' ] || install -D -m 644 \
		inetd/ed2k-serve.default '$(DESTDIR)$(DEFAULTFILE)'
	$(call put,644,inetd/ed2k-serve.socket,$(UNITDIR)/ed2k-serve.socket)
	$(call put,644,inetd/ed2k-serve@.service,$(UNITDIR)/ed2k-serve@.service)
	$(call put,644,inetd/ed2k-serve.service,$(UNITDIR)/ed2k-serve.service)
	for unit in $(TIMER_UNITS); do \
		$(call put,644,inetd/$$unit,$(UNITDIR)/$$unit) || exit; \
	done
	$(call put,644,inetd/ed2k-serve.sysusers,$(SYSUSERSDIR)/ed2k-serve.conf)
	$(call put,644,inetd/ed2k-serve.tmpfiles,$(TMPFILESDIR)/ed2k-serve.conf)
	for example in $(EXAMPLES); do \
		$(call put,644,inetd/$$example,$(EXAMPLEDIR)/$$example) || exit; \
	done
	for doc in $(DOCS); do \
		install -D -m 644 $$doc '$(DESTDIR)$(EXAMPLEDIR)'/$$doc || exit; done

.PHONY: uninstall
uninstall:
	cd '$(DESTDIR)/' && rm -f '.$(LIBEXECDIR)/ed2k-serve' \
		'.$(LIBEXECDIR)/ed2k-map-ports' \
		'.$(PREFIX)/bin/ed2k-share' '.$(UNITDIR)/ed2k-serve.socket' \
		'.$(UNITDIR)/ed2k-serve@.service' '.$(UNITDIR)/ed2k-serve.service' \
		'.$(SYSUSERSDIR)/ed2k-serve.conf' '.$(TMPFILESDIR)/ed2k-serve.conf' \
		'.$(BASHDIR)/ed2k-serve' '.$(BASHDIR)/ed2k-share' '.$(ZSHDIR)/_ed2k'
	! cmp -s inetd/ed2k-serve.default '$(DESTDIR)$(DEFAULTFILE)' || \
		rm '$(DESTDIR)$(DEFAULTFILE)'
	for page in $(MAN); do \
		rm -f '$(DESTDIR)$(MANDIR)'/man$${page##*.}/$${page##*/}; done
	for unit in $(TIMER_UNITS); do \
		rm -f '$(DESTDIR)$(UNITDIR)'/$$unit; done
	rm -rf '$(DESTDIR)$(EXAMPLEDIR)'

.PHONY: clean
clean:
	rm -rf $(B)
