/* Which memory can be pinned, and with what error and reason not. */
#include "fake.h"

static int fd;

static char *anonymous(size_t length, int protection, int flags) {
    char *at = mmap(NULL, length, protection, flags | MAP_ANONYMOUS, -1, 0);
    MUST(at != MAP_FAILED);
    return at;
}

static char *of_file(const char *path, int flags) {
    int file = open(path, O_RDWR | O_CREAT, 0600);
    MUST(file >= 0 && ftruncate(file, 8192) == 0);
    char *at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, flags, file, 0);
    MUST(at != MAP_FAILED && close(file) == 0);
    return at;
}

static char *named(const char *name) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512], *found = NULL;
    while (fgets(line, sizeof line, maps)) {
        if (strstr(line, name)) found = (char *)strtoull(line, NULL, 16);
    }
    fclose(maps);
    return found;
}

static unsigned long number_in(const char *path, const char *name) {
    FILE *file = fopen(path, "r");
    char line[256];
    unsigned long found = 0;
    while (file && fgets(line, sizeof line, file)) {
        if (!*name || !strncmp(line, name, strlen(name))) found = strtoul(line + strlen(name), NULL, 10);
    }
    if (file) fclose(file);
    return found;
}

/* Huge pages are promised only when they are touched; a device's are touched by pinning them. */
static void check_huge_pages(void) {
    size_t page = number_in("/proc/meminfo", "Hugepagesize:") << 10, free = number_in("/proc/meminfo", "HugePages_Free:");
    if (page == 0 || number_in("/proc/sys/vm/nr_overcommit_hugepages", "") != 0) return;
    char *at = mmap(NULL, (free + 1) * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return; /* a kernel without */
    FAILS(remember(fd, at, (free + 1) * page, 1), EFAULT);
    MUST(munmap(at, (free + 1) * page) == 0);
}

int main(int count, char **arguments) {
    MUST(count > 2); /* a path on a disk, one in memory */
    fd = open_iommu();
    char *memory = anonymous(16 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    MUST(remember(fd, memory, 16 * 4096, 1) == 0 && remember(fd, memory + 100, 10, 1) == 0 && remember(fd, &memory, 8, 1) == 0);
    MUST(mprotect(memory + 4096, 4096, PROT_READ) == 0);
    MUST(remember(fd, memory, 16 * 4096, 0) == 0);
    FAILS(remember(fd, memory, 16 * 4096, 1), EFAULT);
    MUST(mprotect(memory + 4096, 4096, PROT_NONE) == 0);
    FAILS(remember(fd, memory, 16 * 4096, 0), EFAULT);
    MUST(munmap(memory + 8192, 4096) == 0);
    FAILS(remember(fd, memory + 8191, 2, 0), EFAULT);
    FAILS(remember(fd, NULL, 4096, 0), EFAULT);
    FAILS(remember(fd, (void *)0xffffffffff600000, 4096, 0), EFAULT);
    if (named("[vvar]")) FAILS(remember(fd, named("[vvar]"), 4096, 0), EFAULT);

    MUST(remember(fd, anonymous(8192, PROT_READ | PROT_WRITE, MAP_SHARED), 8192, 1) == 0);
    MUST(remember(fd, of_file(arguments[2], MAP_SHARED), 8192, 1) == 0);
    MUST(remember(fd, of_file(arguments[1], MAP_PRIVATE), 8192, 1) == 0);
    char *disk = of_file(arguments[1], MAP_SHARED);
    MUST(remember(fd, disk, 8192, 0) == 0);
    FAILS(remember(fd, disk, 8192, 1), EFAULT); /* written back behind the device's back: not for the long term */
    MUST(truncate(arguments[2], 4096) == 0);
    char *cut = of_file(arguments[2], MAP_SHARED);
    MUST(truncate(arguments[2], 4096) == 0);
    FAILS(remember(fd, cut, 8192, 0), EFAULT);

    check_huge_pages();
    char *registers = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0x10000);
    MUST(registers != MAP_FAILED);
    FAILS(remember(fd, registers, 4096, 1), EFAULT);
    puts("all as it should be");
    return 0;
}
