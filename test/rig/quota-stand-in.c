/* A disk quota that is used up, for a kernel that has none: below $QUOTA_OF, while the file $QUOTA_UP is there, nothing is made and nothing is written. To be
 * preloaded; what the C library writes without these calls is not met. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int used_up(int folder, const char *path) {
  const char *of = getenv("QUOTA_OF"), *up = getenv("QUOTA_UP");
  char link[64], full[PATH_MAX];
  if (!of || !up || access(up, F_OK) != 0) return 0;
  if (path && path[0] == '/') return strncmp(path, of, strlen(of)) == 0;
  if (folder == AT_FDCWD) strcpy(link, "/proc/self/cwd");
  else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
  ssize_t n = readlink(link, full, sizeof full - 1);
  return n > 0 && strncmp(full, of, strlen(of)) == 0;
}

ssize_t write(int fd, const void *bytes, size_t n) {
  if (n > 0 && used_up(fd, NULL)) return errno = EDQUOT, -1;
  return syscall(SYS_write, fd, bytes, n);
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
  if ((flags & O_CREAT) && faccessat(folder, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && used_up(folder, path)) return errno = EDQUOT, -1;
  return syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE(last) va_list words; va_start(words, last); mode_t mode = (last & (O_CREAT | O_TMPFILE)) ? va_arg(words, mode_t) : 0; va_end(words)
int open(const char *path, int flags, ...) { MODE(flags); return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags); return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags); return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags); return opened(folder, path, flags | O_LARGEFILE, mode); }
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
