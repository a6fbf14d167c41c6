/* Stands between the program and the disk: preloaded into a child process, it records what is written below
 * one folder (SHIM_FOLDER) into a log (SHIM_LOG), and makes calls fail when it is told to (shim_fail).
 *
 * A record: op, inode, offset or size, two lengths, two strings; see power.py, which reads them. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES 4096
enum { WRITES = 1, SYNCS = 2, OPENS = 4, NAMES = 8 };
enum { PLAIN = 1, JOURNAL_INDEX = 2, FOLDER = 3, SAID = 4 };

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static int (*real_truncate)(int, off64_t);
static int (*real_fsync)(int), (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *), (*real_link)(const char *, const char *);
static int (*real_unlink)(const char *);

static const char *folder;
static int log_fd = -1;
static char kinds[FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int fail_mask, fail_errno, fail_short, fail_once;
static long fail_at, calls, hits;

__attribute__((constructor)) static void begin(void) {
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_open = dlsym(RTLD_NEXT, "open64");
  real_openat = dlsym(RTLD_NEXT, "openat64");
  real_close = dlsym(RTLD_NEXT, "close");
  real_truncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_rename = dlsym(RTLD_NEXT, "rename");
  real_link = dlsym(RTLD_NEXT, "link");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  folder = getenv("SHIM_FOLDER");
  const char *log = getenv("SHIM_LOG");
  if (log) log_fd = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* --- Failing on purpose: from the n-th call of these kinds on, or at that one only ------------------------ */

void shim_fail(int mask, long at, int error, int short_write, int once) {
  fail_mask = mask, fail_at = at, fail_errno = error, fail_short = short_write, fail_once = once;
  calls = hits = 0;
}

long shim_hits(void) { return hits; }
long shim_calls(void) { return calls; }

static int fails(int kind) {
  if (!(fail_mask & kind)) return 0;
  long number = __sync_add_and_fetch(&calls, 1);
  if (fail_once ? number != fail_at : number < fail_at) return 0;
  __sync_add_and_fetch(&hits, 1);
  errno = fail_errno;
  return 1;
}

/* --- Recording -------------------------------------------------------------------------------------------- */

static int below(const char *path) {
  return folder && path && !strncmp(path, folder, strlen(folder));
}

static int kind_of(int fd) { return fd >= 0 && fd < FILES ? kinds[fd] : 0; }

static uint64_t inode(int fd) {
  struct stat64 found;
  return fstat64(fd, &found) ? 0 : found.st_ino;
}

static void note(char op, uint64_t ino, int64_t at, const void *one, uint32_t size, const char *two) {
  if (log_fd < 0) return;
  uint32_t other = two ? strlen(two) : 0;
  char head[25];
  head[0] = op;
  memcpy(head + 1, &ino, 8), memcpy(head + 9, &at, 8), memcpy(head + 17, &size, 4), memcpy(head + 21, &other, 4);
  size_t total = sizeof head + size + other;
  char *record = malloc(total);
  memcpy(record, head, sizeof head);
  memcpy(record + sizeof head, one, size);
  if (two) memcpy(record + sizeof head + size, two, other);
  pthread_mutex_lock(&lock);
  if (real_write(log_fd, record, total) != (ssize_t)total) abort();
  pthread_mutex_unlock(&lock);
  free(record);
}

static int opened(int fd, const char *path, int flags, int there) {
  if (fd < 0 || fd >= FILES) return fd;
  struct stat64 found;
  size_t length = strlen(path);
  fstat64(fd, &found);
  kinds[fd] = S_ISDIR(found.st_mode)                                      ? FOLDER
              : length > 4 && !strcmp(path + length - 4, "-shm")          ? JOURNAL_INDEX
              : length > 5 && !strcmp(path + length - 5, "/said")         ? SAID
                                                                          : PLAIN;
  if (kinds[fd] != PLAIN) return fd;
  if (!there) note('C', found.st_ino, 0, path, length, NULL);
  else if (flags & O_TRUNC) note('T', found.st_ino, 0, "", 0, NULL);
  return fd;
}

static int do_open(int at, const char *path, int flags, mode_t mode) {
  if (!below(path)) return at == AT_FDCWD ? real_open(path, flags, mode) : real_openat(at, path, flags, mode);
  if ((flags & (O_ACCMODE | O_CREAT)) && fails(OPENS)) return -1;
  int there = !access(path, F_OK);
  return opened(real_open(path, flags, mode), path, flags, there);
}

#define MODE                                \
  mode_t mode = 0;                          \
  if (flags & (O_CREAT | __O_TMPFILE)) {    \
    va_list rest;                           \
    va_start(rest, flags);                  \
    mode = va_arg(rest, mode_t);            \
    va_end(rest);                           \
  }
int open(const char *path, int flags, ...) { MODE return do_open(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return do_open(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE return do_open(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE return do_open(at, path, flags, mode); }

int close(int fd) {
  if (fd >= 0 && fd < FILES) kinds[fd] = 0;
  return real_close(fd);
}

static ssize_t do_write(int fd, const void *data, size_t size, off64_t at, int placed) {
  int kind = kind_of(fd);
  if (kind == SAID) {
    note('A', 0, 0, data, size, NULL);
    return real_write(fd, data, size);
  }
  if (kind && fails(WRITES)) {
    if (!fail_short || hits > 1 || size < 2) return -1;
    size /= 2;
  }
  if (!placed && kind == PLAIN) at = lseek64(fd, 0, SEEK_CUR);
  ssize_t done = placed ? real_pwrite(fd, data, size, at) : real_write(fd, data, size);
  if (done > 0 && kind == PLAIN) note('W', inode(fd), at, data, done, NULL);
  return done;
}

ssize_t write(int fd, const void *data, size_t size) { return do_write(fd, data, size, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return do_write(fd, data, size, at, 1); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { return do_write(fd, data, size, at, 1); }

/* Copying inside the system would pass by unseen: the caller falls back to reading and writing. */
ssize_t sendfile(int out, int in, off_t *at, size_t size) { (void)out, (void)in, (void)at, (void)size; errno = ENOTSOCK; return -1; }
ssize_t sendfile64(int out, int in, off64_t *at, size_t size) { (void)out, (void)in, (void)at, (void)size; errno = ENOTSOCK; return -1; }

int ftruncate64(int fd, off64_t size) {
  int kind = kind_of(fd);
  if (kind && fails(WRITES)) return -1;
  int done = real_truncate(fd, size);
  if (!done && kind == PLAIN) note('T', inode(fd), size, "", 0, NULL);
  return done;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int do_sync(int fd, int (*real)(int)) {
  int kind = kind_of(fd);
  if (kind && fails(SYNCS)) return -1;
  int done = real(fd);
  if (!done && kind == PLAIN) note('S', inode(fd), 0, "", 0, NULL);
  if (!done && kind == FOLDER) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path);
    if (length > 0) note('D', 0, 0, path, length, NULL);
  }
  return done;
}
int fsync(int fd) { return do_sync(fd, real_fsync); }
int fdatasync(int fd) { return do_sync(fd, real_fdatasync); }

int rename(const char *from, const char *to) {
  if (below(to) && fails(NAMES)) return -1;
  int done = real_rename(from, to);
  if (!done && below(to)) note('R', 0, 0, from, strlen(from), to);
  return done;
}

int link(const char *from, const char *to) {
  if (below(to) && fails(NAMES)) return -1;
  int done = real_link(from, to);
  if (!done && below(to)) note('L', 0, 0, from, strlen(from), to);
  return done;
}

int unlink(const char *path) {
  if (below(path) && fails(NAMES)) return -1;
  int done = real_unlink(path);
  if (!done && below(path)) note('U', 0, 0, path, strlen(path), NULL);
  return done;
}
