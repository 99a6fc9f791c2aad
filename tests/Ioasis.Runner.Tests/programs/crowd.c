/* Threads, forks and vforks that use emulated files at the same time. */
#include "fake.h"

#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

enum { THREADS = 8, ROUNDS = 200 };

static int shared_fd;

static void *work(void *unused) {
    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        MUST(increments(shared_fd));
        int own = open_iommu(), copy = dup(own);
        MUST(own != copy && increments(own) && increments(copy));
        struct stat status;
        MUST(fstat(copy, &status) == 0 && S_ISCHR(status.st_mode));
        MUST(close(own) == 0 && increments(copy) && close(copy) == 0);
    }
    return NULL;
}

static void threads(void) {
    pthread_t ids[THREADS];
    for (int i = 0; i < THREADS; i++) MUST(pthread_create(&ids[i], NULL, work, NULL) == 0);
    for (int i = 0; i < THREADS; i++) MUST(pthread_join(ids[i], NULL) == 0);
}

/* The device can be open once at a time: what one process has closed, the next one finds free, at once. */
static void close_is_synchronous(void) {
    for (int round = 0; round < 300; round++) {
        int fd = open(VFIO, O_RDWR);
        MUST(fd >= 0);
        FAILS(open(VFIO, O_RDWR), EBUSY);
        if (round % 3 == 0) {
            pid_t child = fork();
            if (child == 0) _exit(!increments(fd));
            MUST(close(fd) == 0 && ended_well(child));
        } else if (round % 3 == 1) {
            int copy = dup(fd);
            MUST(close(fd) == 0);
            FAILS(open(VFIO, O_RDWR), EBUSY);
            MUST(dup2(STDOUT_FILENO, copy) == copy && close(copy) == 0);
        } else {
            volatile char *mapped = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0x10000);
            MUST(mapped != MAP_FAILED && close(fd) == 0);
            FAILS(open(VFIO, O_RDWR), EBUSY); /* a mapping holds it too */
            MUST(munmap((void *)mapped, 4096) == 0);
        }
    }
}

static int in_child(void *argument) {
    (void)argument;
    return !increments(shared_fd);
}

static void processes(void) {
    static char stack[65536] __attribute__((aligned(16)));
    for (int round = 0; round < 50; round++) {
        pid_t child = fork();
        if (child == 0) {
            int own = open_iommu();
            _exit(!(increments(shared_fd) && increments(own)));
        }
        MUST(ended_well(child));
        child = clone(in_child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
        MUST(child > 0 && ended_well(child));
    }
    MUST(system("test -c /dev/iommu") == 0);
}

/* The first thread ends; the others go on. */
static void *last(void *unused) {
    (void)unused;
    usleep(20000);
    MUST(increments(shared_fd) && increments(dup(shared_fd)));
    puts("all as it should be");
    exit(0);
}

int main(void) {
    shared_fd = open_iommu();
    threads();
    close_is_synchronous();
    processes();
    pthread_t id;
    MUST(pthread_create(&id, NULL, last, NULL) == 0);
    pthread_exit(NULL);
}
