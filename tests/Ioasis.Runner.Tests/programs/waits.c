/* One thread waits in the device; another one is served meanwhile. */
#include "fake.h"

#include <pthread.h>

static int fd;

static void *waits(void *unused) {
    (void)unused;
    MUST(ioctl(fd, WAIT) == 0);
    return NULL;
}

int main(void) {
    fd = open_iommu();
    pthread_t ids[3];
    for (int i = 0; i < 3; i++) pthread_create(&ids[i], NULL, waits, NULL);
    usleep(50000);
    for (int i = 0; i < 1000; i++) MUST(increments(fd));
    MUST(access("/etc/passwd", R_OK) == 0);
    MUST(ioctl(fd, COUNT) == 1); /* the test lets the others go on when it sees this */
    for (int i = 0; i < 3; i++) pthread_join(ids[i], NULL);
    puts("all as it should be");
    return 0;
}
