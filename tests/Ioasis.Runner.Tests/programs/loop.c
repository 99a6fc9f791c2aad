/* Many calls of each frequent kind between two waits: for counting what they cost. */
#include "fake.h"

enum { ROUNDS = 5000 };

static void calls(int fd) {
    char byte;
    struct stat status;
    for (int i = 0; i < ROUNDS; i++) {
        MUST(increments(fd));
        MUST(pread(fd, &byte, 1, REGION) == 1);
        MUST(stat("/etc/passwd", &status) == 0 && stat("no-such-file", &status) == -1);
    }
}

int main(void) {
    int fd = open_iommu();
    calls(fd);
    MUST(ioctl(fd, WAIT) == 0);
    calls(fd);
    MUST(ioctl(fd, WAIT) == 0);
    return 0;
}
