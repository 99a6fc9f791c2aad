/* Calls as 32-bit programs make them (int 0x80), from a 64-bit program: all but those that would reach an emulated file are the kernel's. */
#include "fake.h"

#if defined __x86_64__
static long call32(long number, long a, long b, long c, long d) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d) : "memory", "r8", "r9", "r10", "r11");
    return (int)result;
}

enum { READ = 3, WRITE = 4, OPEN = 5, CLOSE = 6, GETPID = 20, IOCTL = 54, OPENAT = 295 };

int main(void) {
    if (call32(GETPID, 0, 0, 0, 0) != getpid()) {
        puts("no 32-bit calls here");
        return 77;
    }
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    MUST(low != MAP_FAILED);
    strcpy(low, "/etc/passwd");
    long host = call32(OPEN, (long)low, O_RDONLY, 0, 0);
    MUST(host >= 0 && call32(READ, host, (long)low, 16, 0) == 16 && call32(CLOSE, host, 0, 0, 0) == 0);
    strcpy(low, IOMMU);
    MUST(call32(OPEN, (long)low, O_RDWR, 0, 0) == -ENXIO);
    MUST(call32(OPENAT, AT_FDCWD, (long)low, O_RDWR, 0) == -ENXIO);
    int fd = open_iommu();
    MUST(call32(IOCTL, fd, COUNT, 0, 0) == -ENOTTY);
    MUST(call32(READ, fd, (long)low, 16, 0) == -EINVAL && call32(WRITE, fd, (long)low, 16, 0) == -EINVAL);
    MUST(dup2(fd, 7) == 7 && call32(IOCTL, 7, COUNT, 0, 0) == -ENOTTY);
    MUST(ioctl(fd, COUNT) == 1);
    puts("all as it should be");
    return 0;
}
#else
int main(void) {
    puts("no 32-bit calls here");
    return 77;
}
#endif
