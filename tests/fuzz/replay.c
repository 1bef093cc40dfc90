/*
 * Run a fuzz target over inputs that are there, without libFuzzer: the files
 * and directories named, or the corpus of the target that this was linked with.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

static unsigned n_inputs;

static void
replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t size = 0, n;

	must(f);
	do {
		data = realloc(data, size + 65536);
		must(data);
		n = fread(data + size, 1, 65536, f);
		size += n;
	} while (n > 0);
	must(!ferror(f));
	fclose(f);
	data = realloc(data, size > 0 ? size : 1); /* no room behind it */
	must(data);
	/* the last one named is the one that failed */
	printf("%s\n", path);
	fflush(stdout);
	must(LLVMFuzzerTestOneInput(data, size) == 0);
	free(data);
	n_inputs++;
}

static void
replay(const char *path)
{
	char inner[PATH_MAX];
	struct dirent **names;
	struct stat st;
	int n;

	must(stat(path, &st) == 0);
	if (!S_ISDIR(st.st_mode)) {
		replay_file(path);
		return;
	}
	n = scandir(path, &names, NULL, alphasort);
	must(n >= 0);
	for (int i = 0; i < n; i++) {
		snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			replay_file(inner);
		free(names[i]);
	}
	free(names);
}

int
main(int argc, char *argv[])
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];
	char corpus[PATH_MAX];

	/* fuzz_NAME */
	snprintf(corpus, sizeof corpus, "tests/fuzz/corpus/%s",
	    strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name);
	if (argc < 2)
		replay(corpus);
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%u inputs\n", n_inputs);
	return n_inputs > 0 ? 0 : 1;
}
