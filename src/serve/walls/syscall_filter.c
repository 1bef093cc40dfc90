/*
 * The system calls that are refused; see syscall_filter.h.
 *
 * The list says what is refused, not what is allowed: the next libc may do the
 * same work by other calls, which a list of allowed ones would break. Refused
 * calls fail with EPERM, so that a library goes on or fails in its own words.
 * Calls newer than this list fail with ENOSYS, as on an old kernel.
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
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef OUR_ARCH

/*
 * The last call that is allowed by default. Later ones (process_madvise of
 * Linux 5.10 is the first) fail with ENOSYS. From pidfd_send_signal on, numbers
 * are the same on all processors.
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

/* Refused whatever their arguments are. */
static const uint16_t refused[] = {
    /* other programs, processes and threads */
    SYS_execve, SYS_execveat, SYS_clone, SYS_clone3,
#ifdef SYS_fork
    SYS_fork, SYS_vfork,
#endif

    /* other peers */
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept,
    SYS_accept4, SYS_sendmsg, SYS_sendmmsg,

    /* other processes of the same user: each peer has one */
    SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
    SYS_pidfd_send_signal, SYS_pidfd_open, SYS_pidfd_getfd, SYS_ptrace,
    SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_setpriority,
    SYS_ioprio_set, SYS_sched_setparam, SYS_sched_setscheduler,
    SYS_sched_setattr, SYS_sched_setaffinity, SYS_migrate_pages, SYS_move_pages,
    SYS_shmget, SYS_shmat, SYS_msgget, SYS_semget, SYS_mq_open,

    /*
     * what Landlock does not guard of a file; one whose time has changed is not
     * served any more
     */
    SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_utimensat, SYS_truncate,
    SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr, SYS_removexattr,
    SYS_lremovexattr, SYS_fremovexattr,
#ifdef SYS_chmod
    SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat,
#endif

    /* who and what we are */
    SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid,
    SYS_setresgid, SYS_setgroups, SYS_setfsuid, SYS_setfsgid, SYS_capset,
    SYS_prctl, SYS_personality,

    /* often the way to break a kernel, and not needed here */
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_bpf,
    SYS_perf_event_open, SYS_userfaultfd, SYS_add_key, SYS_request_key,
    SYS_keyctl, SYS_splice, SYS_tee, SYS_vmsplice,
#ifdef SYS_modify_ldt
    SYS_modify_ldt,
#endif

    /* what root may do, should this run as root */
    SYS_mount, SYS_umount2, SYS_open_tree, SYS_move_mount, SYS_fsopen,
    SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_chroot, SYS_pivot_root,
    SYS_unshare, SYS_setns, SYS_open_by_handle_at, SYS_fanotify_init,
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load,
    SYS_kexec_file_load, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct,
    SYS_quotactl, SYS_syslog, SYS_vhangup, SYS_sethostname, SYS_setdomainname,
    SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime,
#ifdef SYS_iopl
    SYS_iopl, SYS_ioperm
#endif
};

/* One bit a call, in words of 32. */
#define WORDS 14
_Static_assert(NEWEST < 32 * WORDS, "a call has no bit");

static void
set_bits(uint32_t bits[WORDS])
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		bits[refused[i] / 32] |= UINT32_C(1) << refused[i] % 32;
}

/* Refuse this call if argument n, of 32 bits, is k, or has one of the bits. */
#define REFUSE_IF_EQUAL(name, n, k)                                            \
	IF_EQUAL(SYS_##name, 0, 4), LOAD(LOW(n)), IF_EQUAL(k, 0, 1),           \
	    FAIL(EPERM), LOAD_NUMBER
#define REFUSE_IF_BIT_OF(name, n, bits)                                        \
	IF_EQUAL(SYS_##name, 0, 4), LOAD(LOW(n)), IF_BIT_OF(bits, 0, 1),       \
	    FAIL(EPERM), LOAD_NUMBER

/* Refuse this call unless argument n, of 32 or of 64 bits, is k. */
#define REFUSE_UNLESS(name, n, k)                                              \
	IF_EQUAL(SYS_##name, 0, 4), LOAD(LOW(n)), IF_EQUAL(k, 1, 0),           \
	    FAIL(EPERM), LOAD_NUMBER
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
	    IF_BIT_OF(1, 0, 1),
	    FAIL(EPERM),
	    LOAD_NUMBER,

	    /* code that was not there from the start */
	    REFUSE_IF_BIT_OF(mmap, 2, PROT_EXEC),
	    REFUSE_IF_BIT_OF(mprotect, 2, PROT_EXEC),
	    REFUSE_IF_BIT_OF(pkey_mprotect, 2, PROT_EXEC),

	    /* to an address: the sockets there are, are connected */
	    REFUSE_UNLESS_NULL(sendto, 4),

	    /*
	     * Signals to others, by tgkill or when a descriptor is ready. abort
	     * sends one to its own process.
	     */
	    REFUSE_UNLESS(tgkill, 0, (uint32_t)getpid()),
	    REFUSE_IF_EQUAL(fcntl, 1, F_SETOWN),
	    REFUSE_IF_EQUAL(fcntl, 1, F_SETOWN_EX),
	    REFUSE_IF_EQUAL(ioctl, 1, FIOSETOWN),
	    REFUSE_IF_EQUAL(ioctl, 1, SIOCSPGRP),
	    REFUSE_UNLESS(prlimit64, 0, 0),

	    /* typing on the terminal that the server was started from */
	    REFUSE_IF_EQUAL(ioctl, 1, TIOCSTI),
	    REFUSE_IF_EQUAL(ioctl, 1, TIOCLINUX),

	    /* other modes than SQLite and db_create give a database */
	    REFUSE_UNLESS(fchmod, 1, 0644),

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
