/*
 * The system calls that are left; see syscall_filter.h.
 *
 * The program is linked statically, so which calls it makes is known when it is
 * built: those that the tests show, and those by which the C library does the
 * same on other machines. tests/e2e/server/calls.sh names a call that is
 * refused and should not be. Refused calls fail with EPERM, so that a library
 * goes on or fails in its own words. Calls newer than this list fail with
 * ENOSYS, as on an old kernel: a C library then takes the older one.
 * SPDX-License-Identifier: ISC
 */
#include "serve/walls/syscall_filter.h"

#include "base/util.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef OUR_ARCH

/*
 * The last call that fails with EPERM; later ones (process_madvise of Linux
 * 5.10 is the first) fail with ENOSYS. From pidfd_send_signal on, numbers are
 * the same on all processors.
 */
#define NEWEST SYS_faccessat2

/* Both processors are little-endian: the low half of an argument is first. */
#define LOW(n)  (offsetof(struct seccomp_data, args) + 8 * (n))
#define HIGH(n) (LOW(n) + 4)

/* The instructions. A jump has how many to skip if it holds, and if not. */
#define LOAD(offset)          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define LOAD_NUMBER           LOAD(offsetof(struct seccomp_data, nr))
#define IF_EQUAL(k, yes, no)  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), yes, no)
#define IF_ABOVE(k, yes, no)  BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (k), yes, no)
#define IF_BIT_OF(k, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (k), yes, no)
#define SKIP(n)               BPF_STMT(BPF_JMP | BPF_JA, (n))
#define CONSTANT(k)           BPF_STMT(BPF_LD | BPF_IMM, (k))
#define LOW_5_BITS            BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 31)
#define SHIFT(n)              BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, (n))
#define TO_INDEX              BPF_STMT(BPF_MISC | BPF_TAX, 0)
#define SHIFT_BY_INDEX        BPF_STMT(BPF_ALU | BPF_RSH | BPF_X, 0)
#define RETURN(action)        BPF_STMT(BPF_RET | BPF_K, (action))
#define ALLOW                 RETURN(SECCOMP_RET_ALLOW)
#define FAIL(error)           RETURN(SECCOMP_RET_ERRNO | (error))

/* Allowed, some of them only with the arguments below. */
static const uint16_t allowed[] = {
    /* the peer */
    SYS_read, SYS_write, SYS_writev, SYS_sendto, SYS_sendfile, SYS_ppoll,
    SYS_ioctl, SYS_setsockopt,

    /* shared files, databases, scoreboard */
    SYS_openat, SYS_openat2, SYS_close, SYS_fstat, SYS_newfstatat, SYS_pread64,
    SYS_pwrite64, SYS_lseek, SYS_fsync, SYS_fdatasync, SYS_fallocate,
    SYS_fchmod, SYS_fcntl, SYS_faccessat, SYS_faccessat2, SYS_readlinkat,
    SYS_getcwd,
#ifdef SYS_access
    SYS_access, SYS_readlink,
#endif

    /* memory */
    SYS_brk, SYS_mmap, SYS_mremap, SYS_munmap,

    /* time; most clocks are read without a call, but not all */
    SYS_clock_gettime, SYS_gettimeofday, SYS_clock_nanosleep, SYS_nanosleep,
    SYS_setitimer,
#ifdef SYS_time
    SYS_time,
#endif

    /* this process */
    SYS_getpid, SYS_gettid, SYS_geteuid, SYS_getrandom, SYS_prlimit64,
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_restart_syscall,
    SYS_tgkill, SYS_exit, SYS_exit_group};

/* One bit a call, in words of 32. */
#define WORDS 14
_Static_assert(NEWEST < 32 * WORDS, "a call has no bit");

static void
set_bits(uint32_t bits[WORDS])
{
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		bits[allowed[i] / 32] |= UINT32_C(1) << allowed[i] % 32;
}

/* Refuse this call if argument n, of 32 bits, has one of these bits. */
#define REFUSE_IF_BIT_OF(name, n, bits)                                        \
	IF_EQUAL(SYS_##name, 0, 4), LOAD(LOW(n)), IF_BIT_OF(bits, 0, 1),       \
	    FAIL(EPERM), LOAD_NUMBER

/* Refuse it unless argument n, of 32 or of 64 bits, is k, or in a range. */
#define REFUSE_UNLESS(name, n, k)                                              \
	IF_EQUAL(SYS_##name, 0, 4), LOAD(LOW(n)), IF_EQUAL(k, 1, 0),           \
	    FAIL(EPERM), LOAD_NUMBER
#define REFUSE_UNLESS_WITHIN(name, n, first, last)                             \
	IF_EQUAL(SYS_##name, 0, 5), LOAD(LOW(n)), IF_ABOVE(last, 1, 0),        \
	    IF_ABOVE((first)-1, 1, 0), FAIL(EPERM), LOAD_NUMBER
#define REFUSE_UNLESS_NULL(name, n)                                            \
	REFUSE_UNLESS(name, n, 0), IF_EQUAL(SYS_##name, 0, 4), LOAD(HIGH(n)),  \
	    IF_EQUAL(0, 1, 0), FAIL(EPERM), LOAD_NUMBER

/* With the bits of word w in the accumulator, go on behind the last word. */
#define WORD(w)                                                                \
	IF_EQUAL(w, 0, 2), CONSTANT(bits[w]), SKIP(3 * (WORDS - 1 - (w)))
#define ALL_WORDS                                                              \
	WORD(0), WORD(1), WORD(2), WORD(3), WORD(4), WORD(5), WORD(6),         \
	    WORD(7), WORD(8), WORD(9), WORD(10), WORD(11), WORD(12), WORD(13)

bool
syscall_filter_install(void)
{
	uint32_t bits[WORDS] = {0};

	set_bits(bits);
	struct sock_filter filter[] = {
	    /*
	     * Another architecture has other numbers. x86-64 has two besides
	     * its own: i386, and x32, whose numbers begin at 0x40000000, above
	     * all others.
	     */
	    LOAD(offsetof(struct seccomp_data, arch)),
	    IF_EQUAL(OUR_ARCH, 1, 0),
	    FAIL(EPERM),
	    LOAD_NUMBER,
	    IF_ABOVE(NEWEST, 0, 1),
	    FAIL(ENOSYS),

	    /*
	     * Is it on the list? Word number / 32, bit number % 32. A list of
	     * comparisons would be simpler, but would take the kernel 0.3 ms to
	     * load, since it finds out which calls are always allowed.
	     */
	    LOW_5_BITS,
	    TO_INDEX,
	    LOAD_NUMBER,
	    SHIFT(5),
	    ALL_WORDS,
	    SHIFT_BY_INDEX,
	    IF_BIT_OF(1, 1, 0),
	    FAIL(EPERM),
	    LOAD_NUMBER,

	    /* code that was not there from the start */
	    REFUSE_IF_BIT_OF(mmap, 2, PROT_EXEC),

	    /* to an address: the sockets there are, are connected */
	    REFUSE_UNLESS_NULL(sendto, 4),

	    /*
	     * No file gets shorter: a process that has it mapped, as all have
	     * the scoreboard, is killed at its next access. SQLite does
	     * without (db_never_cut).
	     */
	    REFUSE_IF_BIT_OF(openat, 2, O_TRUNC),
	    REFUSE_UNLESS(fallocate, 1, 0),

	    /* other modes than SQLite and db_create give a database */
	    REFUSE_UNLESS(fchmod, 1, 0644),

	    /* no more than locks: not F_SETOWN, by which others get signals */
	    REFUSE_UNLESS_WITHIN(fcntl, 1, F_GETLK, F_SETLKW),

	    /* how much is on the way to the peer, and how fast it may go */
	    REFUSE_UNLESS(ioctl, 1, SIOCOUTQ),
	    REFUSE_UNLESS(setsockopt, 1, SOL_SOCKET),
	    REFUSE_UNLESS(setsockopt, 2, SO_MAX_PACING_RATE),

	    /* abort sends a signal to its own process */
	    REFUSE_UNLESS(tgkill, 0, (uint32_t)getpid()),

	    /* to ask for our own limits, not to set any */
	    REFUSE_UNLESS(prlimit64, 0, 0),
	    REFUSE_UNLESS_NULL(prlimit64, 2),

	    ALLOW,
	};
	const struct sock_fprog program = {ARRAY_LEN(filter), filter};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

#else

bool
syscall_filter_install(void)
{
	errno = ENOTSUP;
	return false;
}

#endif
