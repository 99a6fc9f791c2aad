/* eventfds as Linux makes them, by whomever they are made: numbers, flags, values, errors; and that a device can signal them whoever else has come
 * and gone meanwhile. */
#include "fake.h"

#include <sys/eventfd.h>
#include <sys/resource.h>

static void are_signalled(int device, int event) {
    uint64_t count = 0;
    MUST(ioctl(device, SIGNAL, event) == 0 && read(event, &count, 8) == 8 && count == 1);
}

static void flags_and_values(void) {
    int first = eventfd(7, EFD_CLOEXEC), second = eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK);
    uint64_t count;
    MUST(first >= 0 && second == first + 1);
    MUST((fcntl(first, F_GETFD) & FD_CLOEXEC) && !(fcntl(second, F_GETFD) & FD_CLOEXEC));
    MUST(!(fcntl(first, F_GETFL) & O_NONBLOCK) && (fcntl(second, F_GETFL) & O_NONBLOCK));
    MUST(read(first, &count, 8) == 8 && count == 7);
    for (int i = 0; i < 3; i++)
        MUST(read(second, &count, 8) == 8 && count == 1);
    FAILS(read(second, &count, 8), EAGAIN);
    FAILS(eventfd(0, 0x40), EINVAL);
    MUST(close(first) == 0 && eventfd(0, 0) == first && close(first) == 0 && close(second) == 0);
#ifdef SYS_eventfd
    int old = (int)syscall(SYS_eventfd, 5);
    MUST(old == first && !(fcntl(old, F_GETFD) & FD_CLOEXEC) && read(old, &count, 8) == 8 && count == 5 && close(old) == 0);
#endif
}

static void limits(void) {
    struct rlimit limit, low;
    MUST(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    int next = dup(STDOUT_FILENO);
    MUST(close(next) == 0);
    low = (struct rlimit){ (rlim_t)next, limit.rlim_max };
    MUST(setrlimit(RLIMIT_NOFILE, &low) == 0);
    FAILS(eventfd(0, 0), EMFILE);
    MUST(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

int main(void) {
    int device = open_iommu(), kept = eventfd(0, 0);
    flags_and_values();
    limits();
    for (int i = 0; i < 3000; i++) {
        int event = eventfd(0, EFD_CLOEXEC);
        MUST(event >= 0);
        if (i % 1000 == 0)
            are_signalled(device, event);
        MUST(close(event) == 0);
    }
    are_signalled(device, kept);
    int copy = dup(kept);
    MUST(close(kept) == 0);
    are_signalled(device, copy);
    pid_t child = fork();
    if (child == 0) {
        int own = eventfd(0, 0);
        are_signalled(device, copy), are_signalled(device, own);
        _exit(0);
    }
    MUST(ended_well(child));
    puts("all as it should be");
    return 0;
}
