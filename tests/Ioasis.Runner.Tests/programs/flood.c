// A process that holds the exclusive device and then so many other files is killed: the device is free for the next.
#include "fake.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
int main(int count, char **words)
{
    int many = count > 1 ? atoi(words[1]) : 1, ready[2];
    char byte;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (pipe(ready))
        return 1;
    pid_t child = fork();
    if (!child) {
        for (int i = 0; i < many; i++)
            if (open("/dev/iommu", O_RDWR) < 0)
                _exit(1);
        // The highest number, so closed last.
        if (open("/dev/vfio/devices/vfio0", O_RDWR) < 0 || write(ready[1], "", 1) != 1)
            _exit(2);
        pause();
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1)
        return 2;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    int file = open("/dev/vfio/devices/vfio0", O_RDWR);
    dprintf(1, "%s\n", file >= 0 ? "free" : "in use");
    return 0;
}
