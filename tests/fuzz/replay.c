/*
 * replay.c -- a main() for fuzzers without a fuzzer: feeds them the files of the folders that it
 * is given, so that what was found once is tested for ever.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX (1 << 20) /* [bytes] */

static void replay(const char *dir, const char *name)
{
	char *path = path_join(dir, name);
	struct buf data = {0};
	struct why why;

	if (path_read(path, INPUT_MAX, &data, &why) != OK) {
		fprintf(stderr, "%s\n", why.text);
		exit(1);
	}
	LLVMFuzzerTestOneInput(data.data, data.len);
	buf_free(&data);
	free(path);
}

int main(int argc, char **argv)
{
	unsigned n = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		struct dirent *entry;

		if (!dir) {
			perror(argv[i]);
			return 1;
		}
		while ((entry = readdir(dir)) != NULL) {
			if (entry->d_name[0] == '.')
				continue;
			replay(argv[i], entry->d_name);
			n++;
		}
		closedir(dir);
	}
	printf("%u inputs\n", n);
	return n == 0;
}
