/*
 * signals restart|retry: calls on emulated files under a storm of signals. With SA_RESTART no call may fail; without it a call may give
 * EINTR, and then it has not happened. Either way none is lost and none happens twice.
 */
#include "fake.h"

#include <pthread.h>
#include <sys/time.h>

static volatile sig_atomic_t alarms;

static void on_alarm(int number) {
    (void)number;
    alarms++;
}

int main(int count, char **arguments) {
    int restart = count > 1 && !strcmp(arguments[1], "restart");
    int fd = open_iommu();
    struct sigaction action = { .sa_handler = on_alarm, .sa_flags = restart ? SA_RESTART : 0 };
    struct itimerval every = { { 0, 200 }, { 0, 200 } }, never = { { 0, 0 }, { 0, 0 } };
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
    int done = 0;
    while (done < 2000 || alarms < 200) {
        int result = ioctl(fd, COUNT);
        if (result < 0 && errno == EINTR && !restart) continue;
        MUST(result == ++done);
        struct stat status;
        int stated = stat(IOMMU, &status);
        MUST(stated == 0 || (errno == EINTR && !restart));
        char byte;
        ssize_t moved = pread(fd, &byte, 1, REGION);
        MUST(moved == 1 || (moved < 0 && errno == EINTR && !restart));
    }
    setitimer(ITIMER_REAL, &never, NULL);
    MUST(ioctl(fd, COUNT) == done + 1);
    puts("all as it should be");
    return 0;
}
