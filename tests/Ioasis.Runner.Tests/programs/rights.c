/* rights: who pays for pinned memory, and which capabilities count. Started by root, or by a user without any. */
#include "fake.h"

#include <sched.h>
#include <sys/resource.h>

enum { IPC_LOCK = 14, SYS_ADMIN = 21 };

int main(void) {
    int fd = open_iommu(), root = geteuid() == 0;
    static char page[4096];
    MUST(ioctl(fd, HAS_CAPABILITY, IPC_LOCK) == root && ioctl(fd, HAS_CAPABILITY, SYS_ADMIN) == root);
    struct rlimit limit = { 40960, 40960 };
    MUST(setrlimit(RLIMIT_MEMLOCK, &limit) == 0 && remember(fd, page, sizeof page, 1) == 0);
    pid_t child = fork();
    if (child == 0) {
        if (root) MUST(setgid(65534) == 0 && setuid(65534) == 0);
        MUST(ioctl(fd, HAS_CAPABILITY, IPC_LOCK) == 0);
        MUST(remember(fd, page, sizeof page, 1) == 0);
        /* All capabilities, but in a user namespace of one's own: worth nothing here. */
        if (unshare(CLONE_NEWUSER) == 0) MUST(ioctl(fd, HAS_CAPABILITY, IPC_LOCK) == 0);
        _exit(0);
    }
    MUST(ended_well(child));
    child = fork();
    if (child == 0) _exit(remember(fd, page, sizeof page, 1) != 0);
    MUST(ended_well(child));
    MUST(ioctl(fd, WAIT) == 0);
    puts("all as it should be");
    return 0;
}
