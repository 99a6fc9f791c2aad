// The client whose calls are measured; it knows Linux's interface only, and runs the same bare, under supervisor.c and under ioasis.
//
//   client time SECONDS [ROW...]   times the rows (all by default); one line a row: NAME MEDIAN BEST, nanoseconds an operation
//   client hold BYTES              fills a buffer, prints "PID ADDRESS", and keeps it until standard input ends
//
// An operation is timed in batches; MEDIAN and BEST are over the batches' averages. A row that cannot run prints "NAME - -".
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define IOMMU_IOAS_ALLOC 0x3b81
#define IOMMU_IOAS_MAP 0x3b85
#define IOMMU_IOAS_UNMAP 0x3b86
#define IOMMU_OPTION 0x3b87

struct ioas_alloc { uint32_t size, flags, out_ioas_id; };
struct ioas_map { uint32_t size, flags, ioas_id, reserved; uint64_t user_va, length, iova; };
struct ioas_unmap { uint32_t size, ioas_id; uint64_t iova, length; };
struct option { uint32_t size, option_id; uint16_t op, reserved; uint32_t object_id; uint64_t val64; };

enum { OptionGet = 1, FixedReadWrite = 7, Page = 4096, MostBatches = 200000 };

static int iommu = -1, zero, file;
static uint32_t space;
static char path[4096];
static char page[Page] __attribute__((aligned(Page)));

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void getppid_(void) { syscall(SYS_getppid); }
static void read_(void) { char byte; if (read(zero, &byte, 1) != 1) fail("read"); }
static void pread_(void) { char byte; if (pread(file, &byte, 1, 100) != 1) fail("pread"); }
static void stat_(void) { struct stat at; if (stat(path, &at) != 0) fail("stat"); }

static void open_close(void)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail("open");
    close(fd);
}

static void option_get(void)
{
    struct option get = { .size = sizeof get, .op = OptionGet, .val64 = ~0ull };
    if (ioctl(iommu, IOMMU_OPTION, &get) != 0 || get.val64 != 0) fail("IOMMU_OPTION");
}

static void map_unmap(void)
{
    struct ioas_map map = { .size = sizeof map, .flags = FixedReadWrite, .ioas_id = space, .user_va = (uintptr_t)page, .length = Page, .iova = 1 << 20 };
    if (ioctl(iommu, IOMMU_IOAS_MAP, &map) != 0) fail("IOMMU_IOAS_MAP");
    struct ioas_unmap unmap = { .size = sizeof unmap, .ioas_id = space, .iova = 1 << 20, .length = Page };
    if (ioctl(iommu, IOMMU_IOAS_UNMAP, &unmap) != 0 || unmap.length != Page) fail("IOMMU_IOAS_UNMAP");
}

static const struct row { const char *name; void (*once)(void); int batch; int iommu; } rows[] = {
    { "getppid", getppid_, 5000, 0 },
    { "read", read_, 5000, 0 },
    { "pread", pread_, 5000, 0 },
    { "stat", stat_, 100, 0 },
    { "open+close", open_close, 100, 0 },
    { "option", option_get, 50, 1 },
    { "map+unmap", map_unmap, 25, 1 },
};

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1e9 + at.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void measure(const struct row *row, double seconds)
{
    static double batches[MostBatches];
    if (row->iommu && iommu < 0) {
        printf("%s - -\n", row->name);
        return;
    }
    // The first half of the time is for warming up: a supervisor may still be compiling its code.
    int count = 0;
    for (double begin = now(), end = begin + seconds * 1e9, at = begin; (at < end || count < 3) && count < MostBatches;) {
        double before = at;
        for (int i = 0; i < row->batch; i++)
            row->once();
        at = now();
        if (before - begin >= seconds * 0.5e9)
            batches[count++] = (at - before) / row->batch;
    }
    qsort(batches, count, sizeof *batches, ascending);
    printf("%s %.1f %.1f\n", row->name, batches[count / 2], batches[0]);
    fflush(stdout);
}

static void prepare(void)
{
    zero = open("/dev/zero", O_RDONLY);
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/ioasis-bench-XXXXXX", folder && *folder ? folder : P_tmpdir);
    file = mkstemp(path);
    if (zero < 0 || file < 0 || write(file, page, Page) != Page) fail(path);
    iommu = open("/dev/iommu", O_RDWR);
    struct ioas_alloc alloc = { .size = sizeof alloc };
    if (iommu >= 0 && ioctl(iommu, IOMMU_IOAS_ALLOC, &alloc) != 0) fail("IOMMU_IOAS_ALLOC");
    space = alloc.out_ioas_id;
}

static int hold(size_t bytes)
{
    char *buffer = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (buffer == MAP_FAILED) fail("mmap");
    for (size_t i = 0; i < bytes; i += 8)
        *(uint64_t *)(buffer + i) = i;
    printf("%d %llu\n", (int)getpid(), (unsigned long long)(uintptr_t)buffer);
    fflush(stdout);
    char byte;
    while (read(0, &byte, 1) > 0) { }
    return 0;
}

int main(int count, char **arguments)
{
    if (count == 3 && strcmp(arguments[1], "hold") == 0)
        return hold(strtoull(arguments[2], NULL, 0));
    if (count < 3 || strcmp(arguments[1], "time") != 0) {
        fprintf(stderr, "usage: client time SECONDS [ROW...] | client hold BYTES\n");
        return 2;
    }
    prepare();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int wanted = count == 3;
        for (int j = 3; j < count; j++)
            wanted |= strcmp(arguments[j], rows[i].name) == 0;
        if (wanted)
            measure(&rows[i], strtod(arguments[2], NULL));
    }
    unlink(path);
    return 0;
}
