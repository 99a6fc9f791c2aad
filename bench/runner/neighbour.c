// What one client's calls suffer from another client of the same supervisor.
//
//   neighbour SECONDS ATTACK       prints "SLOWEST MEDIAN CALLS": nanoseconds, of the calls that a well-behaved client made meanwhile
//
// ATTACK is "none", "busy" (two processes that use the processor and nothing else: what the scheduler alone costs), or the name of
// something that takes a supervisor long. "-" is printed where an attack cannot be made here.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define IOMMU_DESTROY 0x3b80
#define IOMMU_IOAS_ALLOC 0x3b81
#define IOMMU_IOAS_MAP 0x3b85
#define IOMMU_IOAS_UNMAP 0x3b86
#define VFIO_DEVICE_BIND_IOMMUFD 0x3b76
#define VFIO_DEVICE_ATTACH 0x3b77
#define VFIO_DEVICE_DETACH 0x3b78

struct destroy { uint32_t size, id; };
struct ioas_alloc { uint32_t size, flags, out_ioas_id; };
struct ioas_map { uint32_t size, flags, ioas_id, reserved; uint64_t user_va, length, iova; };
struct ioas_unmap { uint32_t size, ioas_id; uint64_t iova, length; };
struct bind { uint32_t argsz, flags; int32_t iommufd; uint32_t out_devid; };
struct attach { uint32_t argsz, flags, pt_id; };
struct detach { uint32_t argsz, flags; };

enum { FixedReadWrite = 7, Page = 4096, Maps = 400000, Descriptors = 15000, MostCalls = 4000000, Attackers = 2, NotHere = 77 };

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1e9 + at.tv_nsec;
}

static uint32_t space_of(int iommu)
{
    struct ioas_alloc alloc = { .size = sizeof alloc };
    return ioctl(iommu, IOMMU_IOAS_ALLOC, &alloc) ? 0 : alloc.out_ioas_id;
}

static int map(int iommu, uint32_t space, void *memory, uint64_t iova)
{
    struct ioas_map map = { .size = sizeof map, .flags = FixedReadWrite, .ioas_id = space, .user_va = (uintptr_t)memory, .length = Page, .iova = iova };
    return ioctl(iommu, IOMMU_IOAS_MAP, &map);
}

static int unmap_all(int iommu, uint32_t space)
{
    struct ioas_unmap unmap = { .size = sizeof unmap, .ioas_id = space, .length = UINT64_MAX };
    return ioctl(iommu, IOMMU_IOAS_UNMAP, &unmap);
}

static void *page_of(int flags) { return mmap(NULL, Page, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0); }

// A descriptor with an address space of many maps.
static int full(uint32_t *space, uint64_t maps)
{
    void *memory = page_of(MAP_PRIVATE);
    int iommu = open("/dev/iommu", O_RDWR | O_CLOEXEC);
    *space = space_of(iommu);
    for (uint64_t i = 0; i < maps; i++)
        if (map(iommu, *space, memory, i * 2 * Page)) exit(NotHere);
    return iommu;
}

static int device_for(int iommu)
{
    int device = open("/dev/vfio/devices/vfio0", O_RDWR | O_CLOEXEC);
    struct bind bind = { .argsz = sizeof bind, .iommufd = iommu };
    if (device < 0 || ioctl(device, VFIO_DEVICE_BIND_IOMMUFD, &bind)) exit(NotHere);
    return device;
}

// ---- attacks; each goes on until it is killed, and tells when it has begun ----

static volatile int *begun;

static void busy(void) { for (*begun = 1;;) { } }

static void closes(void)
{
    for (uint32_t space;;) {
        int iommu = full(&space, Maps);
        *begun = 1;
        close(iommu);
    }
}

static void unmaps(void)
{
    for (uint32_t space;;) {
        int iommu = full(&space, Maps);
        *begun = 1;
        unmap_all(iommu, space);
        close(iommu);
    }
}

static void attaches(void)
{
    uint32_t space;
    int iommu = full(&space, Maps / 4), device = device_for(iommu);
    for (*begun = 1;;) {
        struct attach attach = { .argsz = sizeof attach, .pt_id = space };
        struct detach detach = { .argsz = sizeof detach };
        if (ioctl(device, VFIO_DEVICE_ATTACH, &attach) || ioctl(device, VFIO_DEVICE_DETACH, &detach)) exit(NotHere);
    }
}

static int blocked_iommu;
static uint32_t blocked_space;

static void *pin(void *argument)
{
    map(blocked_iommu, blocked_space, argument, 0x100000);
    return NULL;
}

// A page of a file that nobody will ever provide is pinned, and meanwhile everything is closed.
static void blocks(void)
{
    int fault = (int)syscall(SYS_userfaultfd, O_CLOEXEC), file = memfd_create("missing", MFD_CLOEXEC);
    struct uffdio_api api = { .api = UFFD_API };
    if (fault < 0 || ioctl(fault, UFFDIO_API, &api) || ftruncate(file, Page)) exit(NotHere);
    void *missing = mmap(NULL, Page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    struct uffdio_register memory = { .range = { (uintptr_t)missing, Page }, .mode = UFFDIO_REGISTER_MODE_MISSING };
    if (ioctl(fault, UFFDIO_REGISTER, &memory)) exit(NotHere);
    int device = device_for(blocked_iommu = full(&blocked_space, 0));
    struct attach attach = { .argsz = sizeof attach, .pt_id = blocked_space };
    if (ioctl(device, VFIO_DEVICE_ATTACH, &attach)) exit(NotHere);
    pthread_t thread;
    pthread_create(&thread, NULL, pin, missing);
    usleep(100000);
    *begun = 1;
    close(device);
    close(blocked_iommu);
    for (;;) pause();
}

static void opens(void)
{
    for (;;) {
        int fds[Descriptors], count = 0;
        while (count < Descriptors && (fds[count] = open("/dev/iommu", O_RDWR | O_CLOEXEC)) >= 0) count++;
        *begun = 1;
        for (int i = 0; i < 200; i++) close(open("/dev/iommu", O_RDWR | O_CLOEXEC));
        while (count > 0) close(fds[--count]);
    }
}

static const struct attack { const char *name; void (*make)(void); int processes; } attacks[] = {
    { "busy", busy, Attackers }, { "close", closes, Attackers }, { "unmap", unmaps, Attackers },
    { "attach", attaches, 1 },   { "block", blocks, 1 },         { "open", opens, Attackers },
};

// ---- the well-behaved client: one call after the other ----

static double slowest, *times;
static int calls;

static void timed(double begin)
{
    double took = now() - begin;
    if (took > slowest) slowest = took;
    if (calls < MostCalls) times[calls++] = took;
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void behave(double seconds)
{
    void *memory = page_of(MAP_PRIVATE);
    int iommu = open("/dev/iommu", O_RDWR | O_CLOEXEC);
    uint32_t space = space_of(iommu);
    struct stat status;
    times = malloc(MostCalls * sizeof *times);
    for (double end = now() + seconds * 1e9; now() < end;) {
        double begin = now();
        map(iommu, space, memory, 0x100000);
        timed(begin);
        begin = now();
        unmap_all(iommu, space);
        timed(begin);
        begin = now();
        int fd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
        timed(begin);
        begin = now();
        close(fd);
        timed(begin);
        begin = now();
        stat("/dev/vfio/devices/vfio0", &status);
        timed(begin);
        usleep(300);
    }
    qsort(times, calls, sizeof *times, ascending);
}

// The supervisor has compiled the code that serves such a client, before anything is measured.
static void warm_up(void)
{
    pid_t child = fork();
    if (child == 0) {
        behave(1);
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

int main(int count, char **arguments)
{
    if (count != 3) {
        fprintf(stderr, "usage: neighbour SECONDS ATTACK\n");
        return 2;
    }
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    begun = mmap(NULL, Page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    warm_up();
    pid_t children[Attackers];
    int started = 0, status, here = 1;
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++)
        if (!strcmp(attacks[i].name, arguments[2]))
            for (; started < attacks[i].processes; started++)
                if ((children[started] = fork()) == 0) attacks[i].make();
    while (started && !*begun && here) {
        for (int i = 0; i < started; i++) here &= waitpid(children[i], &status, WNOHANG) == 0;
        usleep(1000);
    }
    if (here) {
        behave(strtod(arguments[1], NULL));
        for (int i = 0; i < started; i++) here &= waitpid(children[i], &status, WNOHANG) == 0;
    }
    for (int i = 0; i < started; i++) kill(children[i], SIGKILL);
    if (here) printf("%.0f %.0f %d\n", slowest, times[calls / 2], calls);
    else printf("- - -\n");
    return 0;
}
