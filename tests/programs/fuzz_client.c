/* The hostile client of the fuzz: threads that share descriptors and a piece of memory, and treat both badly. */
#define _GNU_SOURCE
#include "client.h"
#include "fuzz.h"
#include "legacy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* GUARD_PAGES follow the pool, so that what goes wrong at its end hits nothing of ours. */
enum { THREADS = 3, SLOTS = 24, POOL_PAGES = 64, GUARD_PAGES = 16, DEEPEST = 2 };

static int slots[SLOTS];  /* descriptors; threads race for them on purpose */
static uint8_t *pool;     /* memory that comes and goes */
static uint8_t *outside;  /* memory that stays */
static int pool_file;     /* what some of the pool maps */
static int channel[2];    /* descriptors in flight */

static const char *const nodes[] = {
    "/dev/iommu", "/dev/iommu", "/dev/iommu", "/dev/vfio/devices/vfio1", "/dev/vfio/devices/vfio2", "/dev/vfio/devices/vfio1", "/dev/vfio/vfio",
    "/dev/vfio/1", "/dev/vfio/2", "/dev/vfio/devices", "/sys/bus/pci/devices", "/dev/vfio/devices/../../iommu", "/dev/vfio/devices/vfio99",
    "/sys/class/iommu", "/dev/null", "/proc/self/fd", "/sys/bus/pci/devices/../../../dev/iommu", "/dev//vfio/./vfio",
};

static int some_fd(struct dice *dice) { return one_in(dice, 12) ? (int)roll(dice) : slots[below(dice, SLOTS)]; }

static void keep(struct dice *dice, int fd) {
    if (fd < 0) return;
    int *slot = &slots[below(dice, SLOTS)], old = *slot;
    *slot = fd;
    if (old > 2) close(old);
}

static uint8_t *some_page(struct dice *dice) { return pool + (uint64_t)PAGE * below(dice, POOL_PAGES); }

/* An address: in the pool, at the edge of a page, nowhere, the kernel's. */
static uint64_t some_address(struct dice *dice) {
    switch (below(dice, 8)) {
    case 0: return roll(dice);
    case 1: return 0;
    case 2: return UINT64_MAX - below(dice, 8192);
    case 3: return (uint64_t)some_page(dice) + PAGE - below(dice, 64);
    case 4: return (uint64_t)outside + below(dice, PAGE);
    default: return (uint64_t)some_page(dice);
    }
}

static uint64_t some_number(struct dice *dice) {
    switch (below(dice, 9)) {
    case 0: return roll(dice);
    case 1: return some_address(dice);
    case 2: return (uint64_t)some_fd(dice);
    case 3: return (uint64_t)PAGE << below(dice, 24);
    case 4: return UINT64_MAX - below(dice, 4);
    case 5: return 1ull << below(dice, 64);
    default: return below(dice, 24); /* an ID, an index, flags */
    }
}

/* Any call on any descriptor, with a structure of numbers from above. */
static void random_ioctl(struct dice *dice) {
    uint64_t words[32];
    uint32_t *halves = (uint32_t *)words;
    for (int i = 0; i < 32; i++)
        if (one_in(dice, 2)) words[i] = some_number(dice);
        else halves[2 * i] = (uint32_t)some_number(dice), halves[2 * i + 1] = (uint32_t)some_number(dice);
    halves[0] = one_in(dice, 8) ? (uint32_t)some_number(dice) : 8 + 4 * below(dice, 24);
    halves[1] = one_in(dice, 2) ? 0 : halves[1];
    void *argument = words;
    if (one_in(dice, 3)) {
        argument = (void *)some_address(dice);
        /* The kernel writes, so that a page that has gone is EFAULT here and no signal. */
        int null = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
        (void)!pwrite(null, words, sizeof words, (off_t)(uint64_t)argument);
        close(null);
    }
    unsigned long number = one_in(dice, 2) ? 0x80 + below(dice, 0x17) : 100 + below(dice, 22);
    if (one_in(dice, 16)) number = below(dice, 256);
    ioctl(some_fd(dice), one_in(dice, 30) ? roll(dice) : REQUEST(number), argument);
}

/* Calls that work, so that there is something to disturb: a space with maps, a device in it, DMA. */
static void set_up(struct dice *dice) {
    static const uint16_t models[] = { DMATEST, EDU, 0 };
    struct device device;
    uint32_t ioas = 0;
    int iommufd = one_in(dice, 2) ? iommu_open() : some_fd(dice);
    ioas_alloc(iommufd, &ioas);
    bool has_device = !device_open(one_in(dice, 2) ? "/dev/vfio/devices/vfio1" : "/dev/vfio/devices/vfio2", models, &device);
    if (has_device) {
        uint32_t table = ioas;
        device_bind(&device, iommufd);
        device_attach(&device, &table);
    }
    for (uint32_t i = below(dice, 200); i > 0; i--)
        ioas_map(iommufd, ioas, some_page(dice), (size_t)PAGE * (1 + below(dice, 4)), (uint64_t)PAGE * below(dice, 256), 6);
    if (has_device) {
        uint16_t command = 6;
        uint64_t iova = (uint64_t)PAGE * below(dice, 256);
        uint32_t run = 1 | below(dice, 4) << 1;
        (void)!pwrite(device.fd, &command, 2, (off_t)(7ull << 40) + 4);
        (void)!pwrite(device.fd, &iova, 8, 0);
        (void)!pwrite(device.fd, &run, 4, 8);
        int events[2] = { eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), some_fd(dice) };
        irq_set(&device, below(dice, 4), IRQ_DATA_EVENTFD | IRQ_ACTION_TRIGGER, 1, events[below(dice, 2)]);
        keep(dice, events[0]);
        if (one_in(dice, 4)) ioctl(device.fd, VFIO_DEVICE_RESET);
        keep(dice, device.fd);
    }
    for (uint32_t i = below(dice, 100); i > 0; i--) ioas_unmap(iommufd, ioas, (uint64_t)PAGE * below(dice, 256), PAGE);
    keep(dice, iommufd);
}

static void change_memory(struct dice *dice) {
    uint8_t *page = some_page(dice);
    size_t length = (size_t)PAGE * (1 + below(dice, 8));
    switch (below(dice, 7)) {
    case 0: munmap(page, length); break;
    case 1: mprotect(page, length, (int)below(dice, 4)); break;
    case 2: madvise(page, length, MADV_DONTNEED); break;
    case 3: (void)!ftruncate(pool_file, (off_t)PAGE * below(dice, POOL_PAGES)); break;
    case 4: fallocate(pool_file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)PAGE * below(dice, POOL_PAGES), (off_t)length); break;
    case 5: mmap(page, length, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_SHARED, pool_file, (off_t)PAGE * below(dice, POOL_PAGES)); break;
    default: mmap(page, length, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); break;
    }
}

/* Pages that nobody will ever provide: who touches one waits until this process ends. */
static void block_memory(struct dice *dice) {
    struct uffdio_api api = { .api = UFFD_API };
    int fault = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
    if (fault < 0) fault = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
    if (fault < 0 || ioctl(fault, UFFDIO_API, &api)) return;
    uint8_t *page = some_page(dice);
    mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct uffdio_register blocked = { .range = { (uint64_t)page, PAGE }, .mode = UFFDIO_REGISTER_MODE_MISSING };
    ioctl(fault, UFFDIO_REGISTER, &blocked);
    keep(dice, fault);
}

static void pass_descriptor(struct dice *dice) {
    char byte = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
    struct iovec data = { &byte, 1 };
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
    if (one_in(dice, 2)) {
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        int fd = some_fd(dice);
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
        sendmsg(channel[0], &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } else if (recvmsg(channel[1], &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) > 0 && CMSG_FIRSTHDR(&message)) {
        int fd;
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
        keep(dice, fd);
    }
}

static void use_descriptor(struct dice *dice) {
    int fd = some_fd(dice);
    uint64_t address = some_address(dice), size = one_in(dice, 3) ? some_number(dice) & 0xfffff : 1u << below(dice, 4);
    off_t offset = one_in(dice, 2) ? (off_t)((uint64_t)below(dice, 12) << 40 | below(dice, 8192)) : (off_t)some_number(dice);
    struct pollfd waiting = { fd, POLLIN | POLLOUT, 0 };
    struct stat status;
    struct rlimit limit = { (rlim_t)below(dice, 1 << 20), RLIM_INFINITY };
    switch (below(dice, 13)) {
    case 0: (void)!pread(fd, (void *)address, size, offset); break;
    case 1: (void)!pwrite(fd, (void *)address, size, offset); break;
    case 2: if (fd > 2 && fd != channel[0]) close(fd); break;
    case 3: keep(dice, dup(fd)); break;
    case 4: keep(dice, fcntl(fd, F_DUPFD_CLOEXEC, (long)below(dice, 2000))); break;
    case 5: keep(dice, dup2(fd, 30 + (int)below(dice, 40))); break;
    case 6: fstat(fd, &status); break;
    case 7: poll(&waiting, 1, 1); break;
    case 8: mmap(some_page(dice), PAGE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_SHARED, fd, offset & ~0xfffll); break;
    case 9: if (fcntl(fd, F_GETFL) & O_NONBLOCK) (void)!read(fd, (void *)address, size & 0xfff); break;
    case 10: if (fd > 2 && fd != channel[0]) (void)!write(fd, (void *)address, size & 0xfff); break;
    case 11: setrlimit(RLIMIT_MEMLOCK, &limit); break;
    default: lseek(fd, offset, (int)below(dice, 4)); break;
    }
}

static void use_path(struct dice *dice) {
    const char *path = one_in(dice, 10) ? (const char *)some_address(dice) : nodes[below(dice, sizeof nodes / sizeof *nodes)];
    struct stat status;
    char target[64];
    switch (below(dice, 5)) {
    case 0: (void)!stat(path, &status); break;
    case 1: (void)!readlink(path, target, sizeof target); break;
    case 2: (void)!access(path, (int)below(dice, 8)); break;
    default: keep(dice, open(path, (int)below(dice, 3) | O_CLOEXEC | O_NONBLOCK | (one_in(dice, 8) ? O_PATH : 0))); break;
    }
}

static void act(struct dice *dice, int depth);

static void have_child(struct dice *dice, int depth) {
    uint64_t seed = roll(dice);
    pid_t child = fork();
    if (child == 0) {
        struct dice own = { seed };
        for (uint32_t i = below(&own, 60); i > 0; i--) act(&own, depth + 1);
        if (one_in(&own, 3)) execl("/bin/true", "true", NULL);
        if (one_in(&own, 3)) kill(getpid(), SIGKILL);
        _exit(0);
    }
    if (child > 0 && one_in(dice, 2)) waitpid(child, NULL, WNOHANG);
}

static void act(struct dice *dice, int depth) {
    switch (below(dice, 40)) {
    case 0: if (depth < DEEPEST) have_child(dice, depth); break;
    case 1: if (one_in(dice, 40)) block_memory(dice); break;
    case 2: case 3: set_up(dice); break;
    case 4: case 5: case 6: change_memory(dice); break;
    case 7: case 8: pass_descriptor(dice); break;
    case 9: case 10: case 11: case 12: case 13: use_path(dice); break;
    case 14: case 15: case 16: case 17: case 18: case 19: case 20: use_descriptor(dice); break;
    default: random_ioctl(dice); break;
    }
}

static void interrupted(int signal) { (void)signal; }

static void *work(void *argument) {
    struct dice dice = { (uint64_t)argument };
    for (;;) act(&dice, 0);
    return NULL;
}

void hostile_client(uint64_t seed) {
    struct dice dice = { seed };
    struct sigaction handler = { .sa_handler = interrupted };
    sigaction(SIGALRM, &handler, NULL);
    sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
    /* Whatever becomes of a descriptor, nothing here writes to the output that the run is judged by. */
    int null = open("/dev/null", O_RDWR);
    for (int i = 0; i < 3; i++) dup2(null, i);
    if (null > 2) close(null);
    for (int i = 0; i < SLOTS; i++) slots[i] = -1;
    pool_file = memfd_create("pool", MFD_CLOEXEC);
    (void)!ftruncate(pool_file, (off_t)PAGE * POOL_PAGES);
    pool = pages(POOL_PAGES + GUARD_PAGES);
    outside = pages(2);
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, channel)) _exit(0);
    if (one_in(&dice, 3)) setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 3000 }, { 0, 3000 } }, NULL);
    pthread_t id;
    for (int i = 1; i < THREADS; i++) pthread_create(&id, NULL, work, (void *)roll(&dice));
    work((void *)roll(&dice));
    _exit(0);
}
