/*
 * memory MODE: has the fake device pin memory, then does something to that memory or its process, then waits in the device while the
 * test looks at it.
 */
#include "fake.h"

#include <pthread.h>
#include <sched.h>

enum { LARGE = 1 << 20 };

static int fd;
static char *memory;

static char *map_at(void *where, size_t length, int flags, char fill) {
    char *at = mmap(where, length, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | (where ? MAP_FIXED : 0), -1, 0);
    MUST(at != MAP_FAILED);
    memset(at, fill, length);
    return at;
}

static void wait_for_test(void) { MUST(ioctl(fd, WAIT) == 0); }

static void *exec_again(void *unused) {
    (void)unused;
    char address[32];
    snprintf(address, sizeof address, "%p", (void *)memory);
    execl("/proc/self/exe", "memory", "execed", address, NULL);
    MUST(!"exec");
    return NULL;
}

static void *call_again_and_again(void *unused) {
    while (!unused) increments(fd);
    return NULL;
}

static int in_child(void *unused) {
    (void)unused;
    MUST(remember(fd, memory, LARGE, 1) == 0);
    return 0;
}

static void in_a_child(int flags) {
    static char stack[65536] __attribute__((aligned(16)));
    pid_t child = clone(in_child, stack + sizeof stack, flags | SIGCHLD, NULL);
    MUST(child > 0 && ended_well(child));
}

/* The process that pinned shared memory ends; another one, which never called the device, still maps it, elsewhere. */
static void shared(void) {
    int told[2], asked[2];
    MUST(pipe(told) == 0 && pipe(asked) == 0);
    pid_t child = fork();
    if (child == 0) {
        memory = map_at(NULL, LARGE, MAP_SHARED, 'A');
        pid_t heir = fork();
        if (heir == 0) {
            close(fd), close(told[0]);
            char *moved = mremap(memory, LARGE, LARGE, MREMAP_MAYMOVE | MREMAP_FIXED, (char *)0x7e0000000000);
            MUST(moved == (char *)0x7e0000000000 && write(told[1], "", 1) == 1);
            char byte;
            (void)!read(asked[0], &byte, 1);
            (void)!write(told[1], moved[5000] == 'X' ? "+" : "-", 1);
            _exit(0);
        }
        char byte;
        MUST(read(told[0], &byte, 1) == 1 && remember(fd, memory, LARGE, 1) == 0);
        _exit(0);
    }
    MUST(ended_well(child));
    wait_for_test();
    char byte = 0;
    MUST(write(asked[1], "", 1) == 1 && read(told[0], &byte, 1) == 1 && byte == '+');
}

static int file_of(char fill) {
    int file = syscall(SYS_memfd_create, "shared", 0);
    char block[4096];
    memset(block, fill, sizeof block);
    MUST(file >= 0);
    for (int i = 0; i < LARGE; i += sizeof block) MUST(write(file, block, sizeof block) == sizeof block);
    return file;
}

static char *map_file(void *where, int file) {
    char *at = mmap(where, LARGE, PROT_READ | PROT_WRITE, MAP_SHARED | (where ? MAP_FIXED : 0), file, 0);
    MUST(at != MAP_FAILED);
    return at;
}

/* Shared memory is pinned, and another file mapped in its place. */
static void replaced(int stays_open) {
    int pinned = file_of('A'), other = file_of('B'), kept = stays_open ? pinned : -1;
    char *seen = stays_open ? NULL : map_file(NULL, pinned);
    memory = map_file(NULL, pinned);
    MUST(remember(fd, memory, LARGE, 1) == 0);
    map_file(memory, other);
    if (!stays_open) close(pinned);
    wait_for_test();
    char byte = stays_open ? 0 : seen[5000];
    if (stays_open) MUST(pread(kept, &byte, 1, 5000) == 1);
    MUST(byte == 'X' && memory[5000] == 'B');
}

/* Nobody maps it or has it open any more. */
static void closed(void) {
    int pinned = file_of('A');
    memory = map_file(NULL, pinned);
    MUST(remember(fd, memory, LARGE, 1) == 0 && munmap(memory, LARGE) == 0 && close(pinned) == 0);
    map_at(memory, LARGE, MAP_PRIVATE, 'B');
    wait_for_test();
    MUST(memory[5000] == 'B');
}

/* Half of the file goes, and a page of what is left. */
static void truncated(void) {
    int pinned = file_of('A');
    memory = map_file(NULL, pinned);
    MUST(remember(fd, memory, LARGE, 1) == 0 && ftruncate(pinned, LARGE / 2) == 0);
    MUST(fallocate(pinned, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096) == 0);
    wait_for_test();
    struct stat now;
    MUST(memory[5000] == 'X' && fstat(pinned, &now) == 0 && now.st_size == LARGE / 2);
}

/* Private memory is pinned together with shared memory on both sides of it; all is replaced. */
static void mixed(void) {
    int pinned = file_of('A');
    char *middle = map_at(NULL, 3 * LARGE, MAP_PRIVATE, 'P') + LARGE;
    memory = map_file(middle - LARGE, pinned);
    map_file(middle + LARGE, pinned);
    MUST(remember(fd, memory, 3 * LARGE, 1) == 0);
    map_at(middle - LARGE, LARGE, MAP_PRIVATE, 'B');
    map_at(middle + LARGE, LARGE, MAP_PRIVATE, 'B');
    wait_for_test();
    MUST(memory[0] == 'B' && memory[3 * LARGE - 1] == 'B');
}

int main(int count, char **arguments) {
    const char *mode = count > 1 ? arguments[1] : "";
    fd = open_iommu();
    if (strcmp(mode, "execed")) memory = map_at(NULL, LARGE, MAP_PRIVATE, 'A');

    if (!strcmp(mode, "execed")) {
        map_at((void *)strtoull(arguments[2], NULL, 0), LARGE, MAP_PRIVATE, 'B');
        wait_for_test();
        memory = map_at(NULL, LARGE, MAP_PRIVATE, 'C');
        MUST(remember(fd, memory, LARGE, 1) == 0);
    } else if (!strcmp(mode, "exec")) {
        MUST(remember(fd, memory, LARGE, 1) == 0);
        exec_again(NULL);
    } else if (!strcmp(mode, "exec-in-thread")) {
        MUST(remember(fd, memory, LARGE, 1) == 0);
        pthread_t id;
        for (int i = 0; i < 2; i++) pthread_create(&id, NULL, call_again_and_again, NULL);
        pthread_create(&id, NULL, exec_again, NULL);
        call_again_and_again(NULL);
    } else if (!strcmp(mode, "failed-exec")) {
        MUST(remember(fd, memory, LARGE, 1) == 0);
        FAILS(execl("/no/such/program", "x", NULL), ENOENT);
        MUST(increments(fd));
        FAILS(execl("/etc/passwd", "x", NULL), EACCES);
        wait_for_test();
    } else if (!strcmp(mode, "exit")) {
        in_a_child(0);
        wait_for_test();
    } else if (!strcmp(mode, "vfork")) {
        in_a_child(CLONE_VM | CLONE_VFORK);
        wait_for_test();
    } else if (!strcmp(mode, "vfork-known")) {
        MUST(increments(fd));
        in_a_child(CLONE_VM | CLONE_VFORK);
        wait_for_test();
    } else if (!strcmp(mode, "shared")) {
        shared();
    } else if (!strcmp(mode, "replaced")) {
        replaced(0);
    } else if (!strcmp(mode, "replaced-open")) {
        replaced(1);
    } else if (!strcmp(mode, "closed")) {
        closed();
    } else if (!strcmp(mode, "truncated")) {
        truncated();
    } else if (!strcmp(mode, "mixed")) {
        mixed();
    } else if (!strcmp(mode, "unmap")) {
        MUST(remember(fd, memory, LARGE, 1) == 0 && munmap(memory + 4096, 4096) == 0);
        MUST(mprotect(memory + 16384, 4096, PROT_READ) == 0);
        wait_for_test();
    } else {
        return 2;
    }
    puts("all as it should be");
    return 0;
}
