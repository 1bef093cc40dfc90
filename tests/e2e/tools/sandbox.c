/*
 * Tries things inside the server's sandbox, and outside, where they must work
 * for the test to mean anything.
 *
 *   sandbox in|out|child DB STATE ATTEMPT [ARGUMENT]
 *       one attempt: exit 0 if it succeeded, 1 if it was refused, 2 if it
 *       failed otherwise; stderr says how. "child" is inside too, in a process
 *       that was forked, and against its parent instead of another process.
 *   sandbox under NAME PROGRAM [ARGUMENT...]
 *       run a program under a seccomp filter of somebody else, as a unit of
 *       systemd may have one. NAME says what a kernel is made to lack by it:
 *       "nothing", "landlock", "seccomp" or "both".
 *   sandbox landlock
 *       print which version of Landlock the kernel has.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/util.h"
#include "serve/books/activity.h"
#include "serve/walls/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What an attempt may use; made before the sandbox closes. */
static struct {
	const char *argument, *state;
	pid_t pid; /* the argument as a process */
	struct store store;
	int tcp, udp, pair[2], fds[2], file;
	timer_t timer;
	void *page;
	size_t page_size;
	struct sockaddr_in there; /* somebody who listens */
	socklen_t there_len;
} t;

/* All return 0, or -1 with errno. */

static int
try_read(void)
{
	char c;
	int fd = open(t.argument, O_RDONLY);

	return fd >= 0 && read(fd, &c, 1) >= 0 ? 0 : -1;
}

static int
try_list(void)
{
	return opendir(t.argument) ? 0 : -1;
}

static int
try_write(void)
{
	return open(t.argument, O_WRONLY) >= 0 ? 0 : -1;
}

static int
try_create(void)
{
	int fd = open(t.argument, O_WRONLY | O_CREAT | O_EXCL, 0644);

	if (fd < 0 || write(fd, "x", 1) != 1)
		return -1;
	unlink(t.argument); /* where it may */
	return 0;
}

/* What takes bytes away from a file in the state directory. */

static int
open_state_file(int flags)
{
	char name[4096];

	snprintf(name, sizeof name, "%s/%s", t.state, t.argument);
	return open(name, O_RDWR | flags);
}

static int
try_cut(void)
{
	int fd = open_state_file(0);

	return fd >= 0 ? ftruncate(fd, 10) : -1;
}

static int
try_open_cut(void)
{
	return open_state_file(O_TRUNC) >= 0 ? 0 : -1;
}

static int
try_openat2_cut(void)
{
	struct open_how how = {.flags = O_RDWR | O_TRUNC};
	char name[4096];

	snprintf(name, sizeof name, "%s/%s", t.state, t.argument);
	return syscall(SYS_openat2, AT_FDCWD, name, &how, sizeof how) >= 0 ? 0
									   : -1;
}

static int
try_punch(void)
{
	int fd = open_state_file(0);

	return fd >= 0
	    ? fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096)
	    : -1;
}

static int
try_extend(void)
{
	int fd = open_state_file(0);

	return fd >= 0 ? posix_fallocate(fd, 0, 10000) : -1;
}

static int
try_rename(void)
{
	char from[4096], to[4096];

	snprintf(from, sizeof from, "%s/%s", t.state, t.argument);
	snprintf(to, sizeof to, "%s/moved", t.state);
	return rename(from, to) == 0 ? rename(to, from) : -1;
}

static int
try_truncate(void)
{
	return truncate(t.argument, 1000);
}

static int
try_chmod(void)
{
	return chmod(t.argument, 0644);
}

/* The mode that SQLite gives a database is allowed. */
static int
try_fchmod(void)
{
	return fchmod(t.file, 0600);
}

static int
try_fchmod_0644(void)
{
	return fchmod(t.file, 0644);
}

static int
try_touch(void)
{
	return utimensat(AT_FDCWD, t.argument, NULL, 0);
}

static int
try_link(void)
{
	char name[4096];

	snprintf(name, sizeof name, "%s/link", t.state);
	return link(t.argument, name) == 0 ? unlink(name) : -1;
}

static int
try_remove(void)
{
	return unlink(t.argument);
}

static int
try_mkdir(void)
{
	return mkdir(t.argument, 0755) == 0 ? rmdir(t.argument) : -1;
}

static int
wait_for_child(pid_t pid)
{
	int status;

	if (pid < 0)
		return -1;
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? 0 : -1;
}

static int
try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return wait_for_child(pid);
}

static int
try_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	return wait_for_child(pid);
}

static int
try_exec(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return -1;
}

static int
try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : -1;
}

static int
try_socketpair(void)
{
	int fds[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
}

static int
try_connect(void)
{
	return connect(t.tcp, (struct sockaddr *)&t.there, t.there_len);
}

static int
try_bind(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET};

	return bind(t.tcp, (struct sockaddr *)&any, sizeof any);
}

static int
try_listen(void)
{
	return listen(t.tcp, 1);
}

static int
try_sendto(void)
{
	return sendto(t.udp, "x", 1, 0, (struct sockaddr *)&t.there,
		   t.there_len) == 1
	    ? 0
	    : -1;
}

static int
try_sendmsg(void)
{
	struct iovec iov = {"x", 1};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

	return sendmsg(t.pair[0], &msg, 0) == 1 ? 0 : -1;
}

static int
try_send(void)
{
	char c;

	return send(t.pair[0], "x", 1, MSG_NOSIGNAL) == 1 &&
		read(t.pair[1], &c, 1) == 1
	    ? 0
	    : -1;
}

static int
try_kill(void)
{
	return kill(t.pid, SIGCONT);
}

static int
try_tgkill(void)
{
	return (int)syscall(SYS_tgkill, t.pid, t.pid, SIGCONT);
}

static int
try_setown(void)
{
	return fcntl(t.pair[0], F_SETOWN, t.pid);
}

static int
try_async(void)
{
	return fcntl(t.pair[0], F_SETFL, O_ASYNC);
}

/* Another option, and another ioctl, than the two that are needed. */
static int
try_setsockopt(void)
{
	return setsockopt(
	    t.tcp, SOL_SOCKET, SO_KEEPALIVE, &(int){1}, sizeof(int));
}

static int
try_ioctl(void)
{
	return ioctl(t.pair[0], FIONREAD, &(int){0});
}

static int
try_pace(void)
{
	return setsockopt(t.tcp, SOL_SOCKET, SO_MAX_PACING_RATE,
	    &(uint32_t){1000000}, sizeof(uint32_t));
}

/* Harmless calls that the server does not make. */
#define TRY(name, succeeds)                                                    \
	static int try_##name(void)                                            \
	{                                                                      \
		return (succeeds) ? 0 : -1;                                    \
	}
TRY(dup, dup(t.file) >= 0)
TRY(pipe, pipe(t.fds) == 0)
TRY(epoll, epoll_create1(0) >= 0)
TRY(timer, timer_create(CLOCK_MONOTONIC, NULL, &t.timer) == 0)
TRY(memfd, memfd_create("x", 0) >= 0)
TRY(advise, madvise(t.page, t.page_size, MADV_DONTNEED) == 0)
TRY(yield, sched_yield() == 0)
TRY(shutdown, shutdown(t.pair[0], SHUT_RD) == 0)
TRY(inotify, inotify_init() >= 0)

static int
try_ptrace(void)
{
	return (int)ptrace(PTRACE_SEIZE, t.pid, NULL, NULL);
}

static int
try_limit_other(void)
{
	return prlimit(t.pid, RLIMIT_CORE, NULL, &(struct rlimit){0});
}

static int
try_priority_of_other(void)
{
	return setpriority(PRIO_PROCESS, (id_t)t.pid, 19);
}

static int
try_map_code(void)
{
	return mmap(NULL, t.page_size, PROT_READ | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED
	    ? 0
	    : -1;
}

static int
try_map_file_as_code(void)
{
	return mmap(NULL, t.page_size, PROT_READ | PROT_EXEC, MAP_PRIVATE,
		   t.file, 0) != MAP_FAILED
	    ? 0
	    : -1;
}

static int
try_make_code(void)
{
	return mprotect(t.page, t.page_size, PROT_READ | PROT_EXEC);
}

static int
try_make_data(void)
{
	return mprotect(t.page, t.page_size, PROT_READ);
}

/* The other architectures of x86-64: getpid(2) of each. */
#ifdef __x86_64__
static int
try_i386(void)
{
	long res = 20;

	__asm__ volatile("int $0x80" : "+a"(res) : : "memory");
	errno = res < 0 ? (int)-res : 0;
	return res > 0 ? 0 : -1;
}
#endif

/* A system call newer than the last one allowed, with arguments to fail. */
static int
try_new_call(void)
{
	if (syscall(SYS_process_madvise, -1, NULL, 0, 0, 0) < 0 &&
	    errno == EBADF)
		return 0;
	errno = errno == ENOSYS ? EPERM : errno;
	return -1;
}

static int
try_unshare(void)
{
	return unshare(CLONE_FILES);
}

static int
try_setuid(void)
{
	return setuid(getuid());
}

static int
try_mount(void)
{
	return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL);
}

static int
try_chroot(void)
{
	return chroot("/");
}

static int
try_prctl(void)
{
	return prctl(PR_SET_NAME, "x");
}

/* More than 64 files at once. */
static int
try_many_files(void)
{
	for (int i = 0; i < 80; i++)
		if (open("/dev/null", O_RDONLY) < 0)
			return errno == EMFILE ? errno = EPERM, -1 : -1;
	return 0;
}

static int
try_much_memory(void)
{
	void *p = malloc((size_t)100 << 20);

	if (!p)
		errno = EPERM;
	return p ? 0 : -1;
}

static int
try_leave_core(void)
{
	struct rlimit core;

	errno = EPERM;
	return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max > 0 ? 0 : -1;
}

/*
 * What others of this user may read of this process is the user's; of one that
 * is not dumpable it is root's. So for root this tells nothing.
 */
static int
try_be_looked_into(void)
{
	struct stat st;

	errno = EPERM;
	return stat("/proc/self/maps", &st) == 0 && st.st_uid == geteuid() ? 0
									   : -1;
}

static int
try_lock(void)
{
	struct flock lock = {.l_type = F_RDLCK, .l_len = 1};

	return fcntl(t.file, F_SETLK, &lock);
}

static int
try_look_up(void)
{
	uint8_t hash[HASH_SIZE];

	return store_user_hash(&t.store, hash) == STORE_FOUND ? 0 : -1;
}

static bool
record_one(void)
{
	const struct activity_rules rules = {.keep_s = 1000};
	struct transfer row = {.bytes = 1, .outcome = "test"};
	struct db db;
	bool good = activity_write(&db, t.state, &row, 1, &rules);

	db_close(&db);
	return good;
}

/* Twice: once to make the side files, once to find them. */
static int
try_record(void)
{
	return record_one() && record_one() ? 0 : -1;
}

/* Ends by SIGABRT, if all is well. */
static int
try_abort(void)
{
	signal(SIGABRT, SIG_DFL);
	abort();
}

/* For the sandbox to end it, it must be there for longer than LIFE_S. */
#define LIFE_S 1

static int
try_outlive(void)
{
	const struct itimerval off = {0};
	struct timespec left = {.tv_sec = 3 * LIFE_S};
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	setitimer(ITIMER_REAL, &off, NULL);
	for (int timer = 0; timer < 10; timer++)
		syscall(SYS_timer_delete, timer);
	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} attempts[] = {
    {"read", try_read},
    {"list", try_list},
    {"write", try_write},
    {"create", try_create},
    {"cut", try_cut},
    {"open-cut", try_open_cut},
    {"openat2-cut", try_openat2_cut},
    {"punch", try_punch},
    {"extend", try_extend},
    {"rename", try_rename},
    {"truncate", try_truncate},
    {"chmod", try_chmod},
    {"fchmod", try_fchmod},
    {"fchmod-0644", try_fchmod_0644},
    {"touch", try_touch},
    {"link", try_link},
    {"remove", try_remove},
    {"mkdir", try_mkdir},
    {"fork", try_fork},
    {"vfork", try_vfork},
    {"exec", try_exec},
    {"socket", try_socket},
    {"socketpair", try_socketpair},
    {"connect", try_connect},
    {"bind", try_bind},
    {"listen", try_listen},
    {"sendto", try_sendto},
    {"sendmsg", try_sendmsg},
    {"send", try_send},
    {"kill", try_kill},
    {"tgkill", try_tgkill},
    {"setown", try_setown},
    {"async", try_async},
    {"setsockopt", try_setsockopt},
    {"ioctl", try_ioctl},
    {"pace", try_pace},
    {"dup", try_dup},
    {"pipe", try_pipe},
    {"epoll", try_epoll},
    {"timer", try_timer},
    {"memfd", try_memfd},
    {"advise", try_advise},
    {"yield", try_yield},
    {"shutdown", try_shutdown},
    {"inotify", try_inotify},
    {"ptrace", try_ptrace},
    {"limit-other", try_limit_other},
    {"priority-of-other", try_priority_of_other},
    {"map-code", try_map_code},
    {"map-file-as-code", try_map_file_as_code},
    {"make-code", try_make_code},
    {"make-data", try_make_data},
#ifdef __x86_64__
    {"i386", try_i386},
#endif
    {"new-call", try_new_call},
    {"unshare", try_unshare},
    {"setuid", try_setuid},
    {"mount", try_mount},
    {"chroot", try_chroot},
    {"prctl", try_prctl},
    {"many-files", try_many_files},
    {"much-memory", try_much_memory},
    {"leave-core", try_leave_core},
    {"be-looked-into", try_be_looked_into},
    {"lock", try_lock},
    {"look-up", try_look_up},
    {"record", try_record},
    {"abort", try_abort},
    {"outlive", try_outlive},
};

static int
usage(void)
{
	fprintf(stderr,
	    "usage: sandbox in|out DB STATE ATTEMPT [ARGUMENT]\n"
	    "       sandbox under NAME PROGRAM [ARGUMENT...]\n"
	    "       sandbox landlock\n");
	return 2;
}

static bool
prepare(const char *db)
{
	uint8_t hash[HASH_SIZE];
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	t.page_size = (size_t)sysconf(_SC_PAGESIZE);
	t.page = mmap(NULL, t.page_size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	t.tcp = socket(AF_INET, SOCK_STREAM, 0);
	t.udp = socket(AF_INET, SOCK_DGRAM, 0);
	t.there.sin_family = AF_INET;
	t.there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	t.there_len = sizeof t.there;
	t.file = fileno(tmpfile());
	return bind(listener, (struct sockaddr *)&t.there, t.there_len) == 0 &&
	    listen(listener, 1) == 0 &&
	    getsockname(listener, (struct sockaddr *)&t.there, &t.there_len) ==
	    0 &&
	    socketpair(AF_UNIX, SOCK_STREAM, 0, t.pair) == 0 &&
	    write(t.file, "x", 1) == 1 && store_open(&t.store, db) == 0 &&
	    store_user_hash(&t.store, hash) == STORE_FOUND;
}

static bool
enter(uint64_t life_s)
{
	static struct cover cover;

	cover_find(&cover, &t.store);
	return sandbox_enter(
	    SANDBOX_TRY, &cover, t.store.db.path, t.state, life_s);
}

static int
attempt(bool inside, const char *name)
{
	int fault;

	for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
		if (strcmp(attempts[i].name, name) != 0)
			continue;
		if (strcmp(name, "record") == 0)
			activity_prepare(t.state);
		if (inside && !enter(strcmp(name, "outlive") ? 0 : LIFE_S))
			return 2;
		if (attempts[i].run() == 0)
			return 0;
		fault = errno;
		perror(name);
		/* EXDEV is how Landlock refuses to move a file elsewhere */
		return fault == EPERM || fault == EACCES || fault == EXDEV ? 1
									   : 2;
	}
	return usage();
}

#define NUMBER offsetof(struct seccomp_data, nr)
#define SECOND offsetof(struct seccomp_data, args[0])

static int
run_under(const char *lacks, char *argv[])
{
	bool both = strcmp(lacks, "both") == 0;
	bool landlock = both || strcmp(lacks, "landlock") == 0;
	bool seccomp = both || strcmp(lacks, "seccomp") == 0;
	struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER),
	    BPF_JUMP(
		BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K,
		landlock ? SECCOMP_RET_ERRNO | ENOSYS : SECCOMP_RET_ALLOW),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SECOND),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K,
		seccomp ? SECCOMP_RET_ERRNO | EINVAL : SECCOMP_RET_ALLOW),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {ARRAY_LEN(filter), filter};

	if (strcmp(lacks, "timer") == 0)
		setrlimit(RLIMIT_SIGPENDING, &(struct rlimit){0});
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		execv(argv[0], argv);
	perror("sandbox under");
	return 2;
}

/* The exit status of a child, as a shell has it; 0 in the child. */
static int
fork_and_wait(pid_t *pid)
{
	int status = 0;

	*pid = fork();
	if (*pid <= 0)
		return 0;
	while (waitpid(*pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

int
main(int argc, char *argv[])
{
	bool child;
	pid_t pid = 0;
	int status;

	if (argc == 2 && strcmp(argv[1], "landlock") == 0) {
		printf("%ld\n",
		    syscall(SYS_landlock_create_ruleset, NULL, 0,
			LANDLOCK_CREATE_RULESET_VERSION));
		return 0;
	}
	if (argc >= 4 && strcmp(argv[1], "under") == 0)
		return run_under(argv[2], argv + 3);
	if (argc != 5 && argc != 6)
		return usage();
	child = strcmp(argv[1], "child") == 0;
	status = child ? fork_and_wait(&pid) : 0;
	if (pid != 0)
		return status;
	t.state = argv[3];
	t.argument = argc == 6 ? argv[5] : "";
	t.pid = child ? getppid() : (pid_t)strtol(t.argument, NULL, 10);
	if (!prepare(argv[2])) {
		perror("sandbox: prepare");
		return 2;
	}
	return attempt(child || strcmp(argv[1], "in") == 0, argv[4]);
}
