/* queues: descriptors that ioctls make. Runs on a machine with a mock IOMMU.
 *   works   a fault queue is read, answered, polled, duplicated and inherited
 *   full    no number is free: the call fails and leaves nothing
 *   storm   threads make queues while others put files over their numbers and close them, and processes that make some are killed */
#include "fake.h"

#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>

enum {
    DESTROY = 0x3b80, IOAS_ALLOC = 0x3b81, HWPT_ALLOC = 0x3b89, FAULT_ALLOC = 0x3b8e, TEST_CMD = 0x3ba0,
    MOCK_DOMAIN = 2, MOCK_DOMAIN_REPLACE = 10, TRIGGER_IOPF = 15,
    NEST_PARENT = 1, FAULT_ID_VALID = 4, SELFTEST = 0xdead, RECORD = 40, ANSWER = 8,
};

static int iommu;

static uint32_t make_queue(int *fd) {
    uint32_t cmd[4] = { sizeof cmd };
    if (ioctl(iommu, FAULT_ALLOC, cmd) != 0) return 0;
    *fd = (int)cmd[3];
    return cmd[2];
}

static int destroy(uint32_t id) {
    uint32_t cmd[2] = { sizeof cmd, id };
    return ioctl(iommu, DESTROY, cmd);
}

static uint32_t make_table(uint32_t device, uint32_t parent, uint32_t flags, uint32_t queue) {
    uint32_t data[2] = { 0 };
    struct { uint32_t size, flags, device, parent, id, reserved, type, length; uint64_t data; uint32_t queue, reserved2; } cmd = {
        sizeof cmd, flags, device, parent, 0, 0, queue ? SELFTEST : 0, queue ? sizeof data : 0, (uintptr_t)data, queue, 0 };
    MUST(ioctl(iommu, HWPT_ALLOC, &cmd) == 0);
    return cmd.id;
}

static int readable(int fd) {
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN | POLLOUT };
    MUST(poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLOUT) && !(poll_fd.revents & ~(POLLIN | POLLOUT)));
    return poll_fd.revents & POLLIN;
}

static void request(uint32_t device, uint32_t group) {
    uint32_t cmd[18] = { sizeof cmd, TRIGGER_IOPF, 0, 0, device, (uint32_t)-1, group, 1 };
    MUST(ioctl(iommu, TEST_CMD, cmd) == 0);
}

static void *wait_readable(void *fd) {
    struct pollfd poll_fd = { .fd = *(int *)fd, .events = POLLIN };
    return (void *)(intptr_t)(poll(&poll_fd, 1, -1) == 1 && poll_fd.revents == POLLIN);
}

static void works(void) {
    uint32_t space[3] = { sizeof space }, mock[18] = { sizeof mock, MOCK_DOMAIN };
    MUST(ioctl(iommu, IOAS_ALLOC, space) == 0);
    mock[2] = space[2];
    MUST(ioctl(iommu, TEST_CMD, mock) == 0);
    uint32_t device = mock[6];
    int fd;
    uint32_t queue = make_queue(&fd);
    MUST(queue != 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
    uint32_t nested = make_table(device, make_table(device, space[2], NEST_PARENT, 0), FAULT_ID_VALID, queue);
    uint32_t replace[18] = { sizeof replace, MOCK_DOMAIN_REPLACE, mock[4], 0, nested };
    MUST(ioctl(iommu, TEST_CMD, replace) == 0);

    struct stat st;
    char name[64] = "", path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    MUST(fstat(fd, &st) == 0 && st.st_mode == 0600 && readlink(path, name, sizeof name) > 0 && !strcmp(name, "anon_inode:[iommufd-pgfault]"));
    FAILS(open(path, O_RDWR), ENXIO);
    FAILS(lseek(fd, 0, SEEK_SET), ESPIPE);
    uint32_t records[3][RECORD / 4], answer[2] = { 0 };
    FAILS(pread(fd, records, RECORD, 0), ESPIPE);
    FAILS(read(fd, records, RECORD - 1), ESPIPE);
    FAILS((intptr_t)mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0), ENODEV);
    FAILS((intptr_t)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, iommu, 0), EINVAL);
    FAILS((intptr_t)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, iommu, 0), EPERM);
    FAILS((intptr_t)mmap(NULL, 4096, PROT_READ, MAP_SHARED, iommu, 0), ENXIO);
    MUST(!readable(fd) && read(fd, records, RECORD) == 0);

    pthread_t waiter;
    void *woken;
    MUST(pthread_create(&waiter, NULL, wait_readable, &fd) == 0);
    usleep(20000);
    request(device, 7);
    MUST(pthread_join(waiter, &woken) == 0 && woken && readable(fd));
    request(device, 8);
    int copy = dup(fd);
    MUST(copy >= 0 && readable(copy) && read(copy, records, RECORD) == RECORD && records[0][3] == 7 && readable(fd));
    struct iovec pieces[2] = { { records[1], RECORD }, { records[2], RECORD } };
    MUST(readv(fd, pieces, 2) == RECORD && records[1][3] == 8 && !readable(fd) && !readable(copy));
    answer[0] = records[0][9];
    MUST(write(copy, answer, ANSWER) == ANSWER);
    FAILS(write(fd, answer, ANSWER), EINVAL); /* answered already */
    pid_t child = fork();
    if (child == 0) {
        answer[0] = records[1][9];
        _exit(write(fd, answer, ANSWER) != ANSWER || close(fd) != 0);
    }
    MUST(ended_well(child));

    /* At a number that does not stop it is poll and close that work. */
    MUST(dup2(fd, 200) == 200 && !readable(200));
    request(device, 9);
    MUST(readable(200) && close(fd) == 0 && close(copy) == 0);
    replace[4] = space[2];
    MUST(ioctl(iommu, TEST_CMD, replace) == 0 && destroy(nested) == 0);
    FAILS(destroy(queue), EBUSY);
    MUST(close(200) == 0 && destroy(queue) == 0);
}

static void full(void) {
    struct rlimit limit;
    MUST(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    int fd, fds[64], count = 0;
    uint32_t ids[64];
    limit.rlim_cur = iommu + 10;
    MUST(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    while ((ids[count] = make_queue(&fds[count])) != 0) count++;
    MUST(errno == EMFILE && count == 9);
    MUST(close(fds[4]) == 0 && destroy(ids[4]) == 0);
    MUST(make_queue(&fd) == ids[4] && fd == fds[4]); /* number and ID were taken by nobody */
    FAILS(destroy(ids[4]), EBUSY);
    for (int i = 0; i < count; i++) MUST(close(fds[i]) == 0 && destroy(ids[i]) == 0);
    uint32_t unwritable[4] = { 16 }, *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(page, unwritable, sizeof unwritable);
    MUST(mprotect(page, 4096, PROT_READ) == 0);
    for (int i = 0; i < 100; i++) FAILS(ioctl(iommu, FAULT_ALLOC, page), EFAULT);
    MUST(make_queue(&fd) == ids[0] && fd == iommu + 1 && close(fd) == 0);
}

static volatile int stop;

static void *make_many(void *unused) {
    int fd;
    for (int i = 0; i < 400; i++) {
        uint32_t id = make_queue(&fd);
        if (id == 0) continue;
        struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
        if (i % 2) poll(&poll_fd, 1, 0);
        close(fd);
        destroy(id); /* it may be in use: what was put over its number and duplicated is not ours to close */
    }
    return unused;
}

static void *put_over(void *seed) {
    unsigned state = (unsigned)(uintptr_t)seed;
    int null = open("/dev/null", O_RDWR);
    while (!stop) {
        int number = iommu + 1 + rand_r(&state) % 8;
        switch (rand_r(&state) % 3) {
            case 0: dup2(null, number); break;
            case 1: close(dup(number)); break;
            default: close(number); break;
        }
    }
    return NULL;
}

static void storm(void) {
    pthread_t makers[3], others[2];
    for (uintptr_t i = 0; i < 2; i++) MUST(pthread_create(&others[i], NULL, put_over, (void *)(i + 1)) == 0);
    for (int i = 0; i < 3; i++) MUST(pthread_create(&makers[i], NULL, make_many, NULL) == 0);
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        if (child == 0) for (int fd;;) make_queue(&fd); /* and all that it makes goes with it */
        usleep(3000);
        MUST(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
    }
    for (int i = 0; i < 3; i++) MUST(pthread_join(makers[i], NULL) == 0);
    stop = 1;
    for (int i = 0; i < 2; i++) MUST(pthread_join(others[i], NULL) == 0);
    MUST(syscall(SYS_close_range, iommu + 1, ~0u, 0) == 0);
    int fd;
    MUST(make_queue(&fd) != 0 && fd == iommu + 1 && close(fd) == 0); /* no number was lost */
}

int main(int argc, char **argv) {
    iommu = open_iommu();
    MUST(argc == 2);
    if (!strcmp(argv[1], "works")) works();
    else if (!strcmp(argv[1], "full")) full();
    else storm();
    puts("all as it should be");
    return 0;
}
