/* The ioctls of the tests' fake device (Fixtures/FakeDevice.cs), and how the programs report. */
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    INCREMENT = 0x3B01, COUNT = 0x3B02, WAIT = 0x3B03, THROW = 0x3B04, FAIL = 0x3B05, SIGNAL = 0x3B06, REMEMBER = 0x3B07,
    FIND_FILE = 0x3B08, HAS_CAPABILITY = 0x3B09,
};

#define REGION (1ull << 40)
#define IOMMU "/dev/iommu"
#define VFIO "/dev/vfio/devices/vfio0"

/* Ends the program with a line when something is not as it must be. */
#define MUST(condition)                                                                                \
    do {                                                                                               \
        if (!(condition)) {                                                                            \
            printf("%s:%d: not so: %s (errno %d, %s)\n", __FILE__, __LINE__, #condition, errno, strerror(errno)); \
            fflush(stdout);                                                                            \
            _exit(1);                                                                                  \
        }                                                                                              \
    } while (0)

/* The call fails, and with that error. */
#define FAILS(call, error) MUST((errno = 0, (call) == -1) && errno == (error))

static inline int open_iommu(void) {
    int fd = open(IOMMU, O_RDWR | O_CLOEXEC);
    MUST(fd >= 0);
    return fd;
}

/* The device reads a word of ours, and writes it back plus one. */
static inline int increments(int fd) {
    uint64_t word = 41;
    return ioctl(fd, INCREMENT, &word) == 0 && word == 42;
}

/* Has the device pin memory; the test reaches it later. */
static inline int remember(int fd, void *memory, size_t length, int writable) {
    uint64_t words[3] = { (uint64_t)memory, length, writable };
    return ioctl(fd, REMEMBER, words);
}

static inline int ended_well(pid_t child) {
    int status;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
