/* io_uring in a run: refused as where it is turned off, or with "allowed" left to the kernel. */
#include "fake.h"

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif

int main(int argc, char **argv) {
    char parameters[120] = ""; /* struct io_uring_params */
    long ring = syscall(SYS_io_uring_setup, 1, parameters);
    if (argc > 1 && !strcmp(argv[1], "allowed"))
        MUST(syscall(SYS_io_uring_setup, 1, NULL) == -1 && errno != EPERM ? 1 : errno == ENOSYS || errno == EPERM);
    else
        MUST(ring == -1 && errno == EPERM);
    puts(ring == -1 && errno == EPERM ? "refused" : "left to the kernel");
    return 0;
}
