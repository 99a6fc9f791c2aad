/*
 * churn DIRECTORY: uses emulated files in every way, in threads and children, until killed. It is a process group of its own; its
 * leader's number is in DIRECTORY/leader.
 */
#include "fake.h"

#include <pthread.h>

static void *work(void *unused) {
    (void)unused;
    for (unsigned round = 0;; round++) {
        int fd = open(IOMMU, O_RDWR | O_CLOEXEC), copy = dup(fd);
        increments(fd);
        char page[4096];
        (void)!pread(fd, page, sizeof page, REGION);
        void *mapped = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0x10000);
        static char memory[1 << 16];
        remember(copy, memory, sizeof memory, 1);
        struct stat status;
        stat(VFIO, &status);
        if (round % 4 == 0) {
            pid_t child = fork();
            if (child == 0) {
                increments(fd);
                if (round % 8 == 0) execl("/bin/true", "true", NULL);
                _exit(0);
            }
            waitpid(child, NULL, 0);
        }
        close(fd);
        if (round % 2) munmap(mapped, 4096);
        close(copy);
    }
    return NULL;
}

int main(int count, char **arguments) {
    MUST(count > 1 && setpgid(0, 0) == 0 && chdir(arguments[1]) == 0);
    FILE *file = fopen("new", "w");
    MUST(file && fprintf(file, "%d", getpid()) > 0 && fclose(file) == 0 && rename("new", "leader") == 0);
    pthread_t id;
    for (int i = 0; i < 3; i++) pthread_create(&id, NULL, work, NULL);
    work(NULL);
}
