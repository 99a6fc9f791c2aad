/* failures: failure injection by /proc and debugfs, and what /proc/PID/status says of pinned pages. Runs on a machine with a mock IOMMU. */
#include "fake.h"

#include <dirent.h>
#include <pthread.h>

enum { IOAS_ALLOC = 0x3b81, IOAS_MAP = 0x3b85, TEST_CMD = 0x3ba0, MOCK_DOMAIN = 2, PAGES = 16 };

static int make_space(int fd, uint32_t *id) {
    uint32_t cmd[3] = { sizeof cmd };
    int result = ioctl(fd, IOAS_ALLOC, cmd);
    *id = cmd[2];
    return result;
}

static int map(int fd, uint32_t space, void *memory) {
    struct { uint32_t size, flags, space, reserved; uint64_t address, length, iova; } cmd = {
        sizeof cmd, 6, space, 0, (uintptr_t)memory, PAGES * 4096, 0 };
    return ioctl(fd, IOAS_MAP, &cmd);
}

static int attach_mock(int fd, uint32_t space) {
    uint32_t cmd[18] = { sizeof cmd, MOCK_DOMAIN, space };
    return ioctl(fd, TEST_CMD, cmd);
}

static int open_task(const char *format, int id) {
    char path[80];
    snprintf(path, sizeof path, format, id);
    return open(path, O_RDWR);
}

static void put(int nth, const char *text) { MUST(pwrite(nth, text, strlen(text), 0) == (ssize_t)strlen(text)); }

static int left(int nth) {
    char text[16] = "";
    ssize_t length = pread(nth, text, sizeof text - 1, 0);
    MUST(length > 1 && text[length - 1] == '\n');
    return atoi(text);
}

static void check_file(void) {
    int nth = open_task("/proc/self/task/%d/fail-nth", gettid());
    MUST(nth >= 0 && left(nth) == 0);
    put(nth, "700");
    MUST(left(nth) == 700);
    put(nth, "0x1F\n");
    MUST(left(nth) == 31);
    put(nth, "+010");
    MUST(left(nth) == 8);
    MUST(pwrite(nth, "ten", 3, 0) == -1 && errno == EINVAL);
    MUST(pwrite(nth, "", 0, 0) == -1 && errno == EINVAL);
    MUST(pwrite(nth, "4294967296", 10, 0) == -1 && errno == ERANGE);
    MUST(syscall(SYS_pwrite64, nth, 1, 1, 0) == -1 && errno == EFAULT);
    MUST(left(nth) == 8);
    put(nth, "0");

    char text[8];
    MUST(read(nth, text, sizeof text) == 2 && !memcmp(text, "0\n", 2) && read(nth, text, sizeof text) == 0);
    MUST(lseek(nth, 0, SEEK_SET) == -1 && errno == ESPIPE);
    struct stat by_path, by_descriptor;
    MUST(stat("/proc/self/fail-nth", &by_path) == 0 && by_path.st_mode == (S_IFREG | 0644) && by_path.st_uid == geteuid());
    MUST(fstat(nth, &by_descriptor) == 0 && by_descriptor.st_mode == by_path.st_mode);
    MUST(access("/proc/thread-self/fail-nth", R_OK | W_OK) == 0);
    MUST(readlink("/proc/self/fail-nth", text, sizeof text) == -1 && errno == EINVAL);

    /* Whoever else has a countdown: same for this thread by any name, nobody at all, somebody who is none of ours. */
    int same = open_task("/proc/%d/fail-nth", getpid()), again = open("/proc/thread-self/fail-nth", O_RDONLY);
    put(nth, "5");
    MUST(left(same) == 5 && left(again) == 5);
    MUST(write(again, "1", 1) == -1 && errno == EBADF);
    put(nth, "0");
    MUST(open_task("/proc/%d/fail-nth", 0x3fffffff) == -1 && errno == ENOENT);
    MUST(open_task("/proc/%d/fail-nth", 1) == -1 && errno == ENOENT);
    MUST(open_task("/proc/self/task/%d/fail-nth", 1) == -1 && errno == ENOENT);
    close(same), close(again), close(nth);
}

static void *other_thread(void *unused) {
    int nth = open("/proc/thread-self/fail-nth", O_RDWR), fd = open("/dev/iommu", O_RDWR);
    MUST(nth >= 0 && left(nth) == 0 && fd >= 0);
    put(nth, "9");
    close(fd);
    return (void *)(intptr_t)(nth + (unused != NULL));
}

static void check_tasks(void) {
    int nth = open("/proc/self/fail-nth", O_RDWR), inherited;
    put(nth, "1");
    pthread_t thread;
    void *result;
    MUST(pthread_create(&thread, NULL, other_thread, NULL) == 0 && pthread_join(thread, &result) == 0);
    char text[8];
    MUST(left(nth) == 1); /* that thread's calls were not ours, and its countdown is gone with it */
    /* pthread_join returns a moment before the kernel has let go of the thread. */
    for (int waited = 0; waited < 2000 && pread((int)(intptr_t)result, text, 8, 0) != -1; waited++) usleep(1000);
    MUST(pread((int)(intptr_t)result, text, 8, 0) == -1 && errno == ESRCH && write((int)(intptr_t)result, "1", 1) == -1 && errno == ESRCH);
    pid_t child = fork();
    if (child == 0) {
        int own = open("/proc/self/fail-nth", O_RDWR);
        _exit(left(own) != 0 || left(nth) != 1 || (inherited = open("/dev/iommu", O_RDWR)) < 0);
    }
    MUST(ended_well(child) && left(nth) == 1);
    MUST(open("/dev/iommu", O_RDWR) == -1 && errno == ENOMEM && left(nth) == 0);
    close(nth), close((int)(intptr_t)result);
}

/* Open, allocate, attach, map, each time one place further, until nothing fails. */
static int sweep(void *memory) {
    int nth = open("/proc/self/fail-nth", O_RDWR), failed = 0;
    for (int i = 1; i < 200; i++) {
        char number[16];
        snprintf(number, sizeof number, "%d", i);
        put(nth, number);
        uint32_t space;
        int fd = open("/dev/iommu", O_RDWR);
        int bad = fd < 0 || make_space(fd, &space) || attach_mock(fd, space) || map(fd, space, memory);
        int fired = left(nth) == 0;
        put(nth, "0");
        if (fd >= 0) close(fd);
        MUST(bad == fired);
        if (!fired) break;
        failed++;
    }
    close(nth);
    return failed;
}

static void check_debugfs(void) {
    DIR *debugfs = opendir("/sys/kernel/debug/");
    MUST(debugfs != NULL);
    const char *names[] = { "failslab/ignore-gfp-wait", "fail_page_alloc/ignore-gfp-wait", "fail_page_alloc/ignore-gfp-highmem", "failslab/verbose" };
    for (int i = 0; i < 4; i++) {
        int fd = openat(dirfd(debugfs), names[i], O_WRONLY);
        MUST(fd >= 0 && write(fd, "N", 1) == 1);
        close(fd);
    }
    closedir(debugfs);
}

static long status(const char *path, const char *name) {
    FILE *file = fopen(path, "r");
    char line[256];
    long value = -1;
    int lines = 0;
    MUST(file != NULL);
    for (; fgets(line, sizeof line, file); lines++)
        if (!strncmp(line, name, strlen(name))) value = atol(line + strlen(name));
    MUST(lines > 30);
    fclose(file);
    return value;
}

static void check_status(void *memory) {
    char by_number[64];
    snprintf(by_number, sizeof by_number, "/proc/%d/task/%d/status", getpid(), gettid());
    const char *paths[] = { "/proc/self/status", "/proc/thread-self/status", by_number };
    int fd = open("/dev/iommu", O_RDWR);
    uint32_t space;
    MUST(fd >= 0 && make_space(fd, &space) == 0 && attach_mock(fd, space) == 0);
    long before = status(paths[0], "VmPin:"), locked = status(paths[0], "VmLck:");
    MUST(map(fd, space, memory) == 0);
    for (int i = 0; i < 3; i++) {
        MUST(status(paths[i], "VmPin:") == before + PAGES * 4 && status(paths[i], "VmLck:") == locked);
        MUST(status(paths[i], "Pid:") == getpid());
    }
    pid_t child = fork();
    if (child == 0) _exit(status("/proc/self/status", "VmPin:") != before);
    MUST(ended_well(child));
    close(fd);
    MUST(status(paths[0], "VmPin:") == before);
}

int main(void) {
    void *memory = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check_file();
    check_tasks();
    check_debugfs();
    MUST(sweep(memory) >= 10);
    check_status(memory);
    puts("all as it should be");
    return 0;
}
