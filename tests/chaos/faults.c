/*
 * faults.c -- a disk that fails when a test says so, and one that tells what would survive a loss
 * of power. Preloaded into the stratum role; only files of a folder called "journal" are touched.
 *
 *   $CHAOS_FAULTS  a file that is mapped: struct faults, written by the test while we run
 *   $CHAOS_SYNCED  a folder: for each file NAME of the journal, NAME has how many of its bytes were
 *                  confirmed by fdatasync() (8 bytes), and NAME.named exists once its name was
 *                  confirmed by fsync() of the folder
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FDS = 4096, PATH = 512 };

struct faults {
	int64_t sync_errno;  /* what fdatasync() fails with, and … */
	int64_t sync_times;  /* … how often from now on; -1: until told otherwise */
	int64_t write_errno; /* the same of pwrite() */
	int64_t write_times;
	int64_t short_times; /* how often pwrite() writes only a part */
	int64_t failed;      /* calls that failed or fell short: for the test to read */
};

static struct faults *faults;
static int64_t written[FDS]; /* how far each descriptor's file has been written */

static void __attribute__((constructor)) map_faults(void)
{
	const char *path = getenv("CHAOS_FAULTS");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map = fd < 0 ? MAP_FAILED
			   : mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	faults = map == MAP_FAILED ? NULL : map;
}

static int take(int64_t *times)
{
	int64_t left = __atomic_load_n(times, __ATOMIC_SEQ_CST);

	if (left == 0)
		return 0;
	if (left > 0)
		__atomic_sub_fetch(times, 1, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&faults->failed, 1, __ATOMIC_SEQ_CST);
	return 1;
}

/* The path behind a descriptor, if it lies in the journal's folder, or is the folder. */
static int is_journal(int fd, char path[PATH])
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH - 1);
	if (n <= 0 || fd >= FDS)
		return 0;
	path[n] = '\0';
	return strstr(path, "/journal/") != NULL ||
	       (n > 8 && strcmp(path + n - 8, "/journal") == 0);
}

static void confirm(const char *name, const char *suffix, int64_t bytes)
{
	char path[2 * PATH];
	const char *folder = getenv("CHAOS_SYNCED");
	int fd;

	if (!folder)
		return;
	snprintf(path, sizeof(path), "%s/%s%s", folder, name, suffix);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, &bytes, sizeof(bytes)) != sizeof(bytes))
		abort();
	close(fd);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at)
{
	static ssize_t (*real)(int, const void *, size_t, off64_t);
	char path[PATH];
	ssize_t n;

	if (!real)
		real = (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
	if (!faults || !is_journal(fd, path))
		return real(fd, data, len, at);
	if (take(&faults->write_times)) {
		errno = (int)faults->write_errno;
		return -1;
	}
	if (len > 1 && take(&faults->short_times))
		len = 1 + (size_t)random() % (len - 1);
	n = real(fd, data, len, at);
	if (n > 0)
		written[fd] = at + n; /* the journal only appends, or begins a file anew */
	return n;
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
	return pwrite64(fd, data, len, at);
}

int ftruncate64(int fd, off64_t len)
{
	static int (*real)(int, off64_t);
	char path[PATH];

	if (!real)
		real = (int (*)(int, off64_t))dlsym(RTLD_NEXT, "ftruncate64");
	if (faults && is_journal(fd, path))
		written[fd] = len;
	return real(fd, len);
}

int ftruncate(int fd, off_t len)
{
	return ftruncate64(fd, len);
}

int fdatasync(int fd)
{
	static int (*real)(int);
	int64_t bytes = fd < FDS ? written[fd] : 0;
	char path[PATH];
	int failed;

	if (!real)
		real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
	if (!faults || !is_journal(fd, path))
		return real(fd);
	if (take(&faults->sync_times)) {
		errno = (int)faults->sync_errno;
		return -1;
	}
	failed = real(fd);
	if (!failed)
		confirm(strrchr(path, '/') + 1, "", bytes);
	return failed;
}

int fsync(int fd)
{
	static int (*real)(int);
	char path[PATH];
	struct dirent *entry;
	struct stat is;
	DIR *dir;

	if (!real)
		real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
	if (!faults || !is_journal(fd, path) || fstat(fd, &is) != 0 || !S_ISDIR(is.st_mode))
		return real(fd);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			confirm(entry->d_name, ".named", 0);
	if (dir)
		closedir(dir);
	return real(fd);
}
