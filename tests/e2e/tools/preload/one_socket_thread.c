/*
 * For amuled 2.3.3, in LD_PRELOAD: one socket thread instead of four.
 *
 * The four share one event loop. Now and then two of them are told of the same
 * incoming bytes; the second comes when the first has read them all, finds none
 * (FIONREAD says 0), believes that the peer has hung up and never reads from
 * that socket again. The connection stays open and the download stands still,
 * whoever the uploader is. A single thread cannot overtake itself. What amuled
 * says to its peers is the same with and without this.
 *
 * Socket threads are told from others by the name of their C++ class, which the
 * object handed to pthread_create leads to. All but the first are started with
 * nothing to do, so that amuled can join them at its end.
 * SPDX-License-Identifier: ISC
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef void *start_routine(void *arg);
typedef int create_function(pthread_t *thread, const pthread_attr_t *attr,
    start_routine *start, void *arg);

static void *
do_nothing(void *arg)
{
	(void)arg;
	return NULL;
}

/* Is this a thread of wxWidgets, so that its argument is a wxThread? */
static bool
is_wx(start_routine *start)
{
	void *address;
	Dl_info info;

	memcpy(&address, &start, sizeof address);
	return dladdr(address, &info) != 0 && strstr(info.dli_fname, "libwx");
}

/*
 * By the C++ ABI an object begins with a pointer to its vtable, the word before
 * the vtable points to a type_info, and the second word of that to the name.
 */
static bool
is_socket_thread(void *const *object)
{
	void *const *vtable = *object;
	void *const *type_info = vtable[-1];

	return strcmp(type_info[1], "18CAsioServiceThread") == 0;
}

int
pthread_create(pthread_t *thread, const pthread_attr_t *attr,
    start_routine *start, void *arg)
{
	static atomic_int n_socket_threads;
	void *symbol = dlsym(RTLD_NEXT, "pthread_create");
	create_function *create;

	memcpy(&create, &symbol, sizeof create);
	if (is_wx(start) && is_socket_thread(arg) && n_socket_threads++ > 0)
		start = do_nothing;
	return create(thread, attr, start, arg);
}
