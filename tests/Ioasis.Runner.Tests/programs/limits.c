/* Descriptor numbers: many open files, a limit below the range, a full table. */
#include "fake.h"

#include <sys/resource.h>

static void set_limit(rlim_t limit) {
    struct rlimit both;
    MUST(getrlimit(RLIMIT_NOFILE, &both) == 0);
    both.rlim_cur = limit;
    MUST(setrlimit(RLIMIT_NOFILE, &both) == 0);
}

int main(void) {
    static int fds[300];
    for (int i = 0; i < 300; i++) {
        fds[i] = open_iommu();
        for (int j = 0; j < i; j++) MUST(fds[i] != fds[j]);
    }
    MUST(increments(fds[0]) && increments(fds[299]));
    int gap = fds[100];
    MUST(close(gap) == 0 && open_iommu() == gap); /* numbers are used again */
    for (int i = 0; i < 300; i++) MUST(close(fds[i]) == 0);

    set_limit(1000);
    int taken = fcntl(STDOUT_FILENO, F_DUPFD, 768);
    int count = 0, last;
    while ((last = open(IOMMU, O_RDWR)) >= 768) MUST(++count < 300 && last != taken);
    MUST(last >= 0 && last < 768 && increments(last)); /* below the range when it is full */
    for (int fd = 3; fd < 1000; fd++) close(fd);

    set_limit(64);
    int low = open_iommu();
    struct stat status;
    MUST(low < 64 && increments(low) && stat(IOMMU, &status) == 0);
    int copy = dup(low);
    MUST(copy >= 0 && increments(copy));
    while ((last = open(IOMMU, O_RDWR)) >= 0) MUST(last < 64);
    MUST(errno == EMFILE);
    puts("all as it should be");
    return 0;
}
