/* Calls on one descriptor of a fake device: ioctl, regions, mmap, dup, the generic ones. Ends with 0 when all is as Linux has it. */
#include "fake.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>

static void ioctls(int fd) {
    MUST(increments(fd));
    MUST(ioctl(fd, COUNT) == 1 && ioctl(fd, COUNT) == 2);
    FAILS(ioctl(fd, FAIL), EEXIST);
    FAILS(ioctl(fd, THROW), EIO);
    FAILS(ioctl(fd, 0x3BFF), ENOTTY);
    FAILS(ioctl(fd, INCREMENT, NULL), EFAULT);
    uint64_t *read_only = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    FAILS(ioctl(fd, INCREMENT, read_only), EFAULT);
    uint64_t *none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    FAILS(ioctl(fd, INCREMENT, none), EFAULT);
    MUST(!isatty(fd) && errno == ENOTTY);
    int on = 1;
    MUST(ioctl(fd, FIONBIO, &on) == 0 && (fcntl(fd, F_GETFL) & O_NONBLOCK));
    MUST(ioctl(fd, FIOCLEX) == 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC));
    FAILS(ioctl(fd, FIONREAD, &on), ENOTTY);
}

static void regions(int fd) {
    char text[8] = "device", back[8] = "";
    MUST(pwrite(fd, text, 8, REGION + 16) == 8 && pread(fd, back, 8, REGION + 16) == 8 && !strcmp(back, text));
    struct iovec pieces[2] = { { back, 3 }, { back + 4, 3 } };
    memset(back, 0, 8);
    MUST(preadv(fd, pieces, 2, REGION + 16) == 6 && !memcmp(back, "dev\0ice", 7));
    MUST(pwritev(fd, pieces, 2, REGION + 32) == 6);
    FAILS(pread(fd, back, 8, REGION + 4096), EINVAL);
    FAILS(pread(fd, back, 8, -1), EINVAL);
    MUST(pwrite(fd, "0123456789", 10, 0) == 10);
    MUST(read(fd, back, 4) == 4 && !memcmp(back, "0123", 4)); /* a position of its own */
    MUST(read(fd, back, 4) == 4 && !memcmp(back, "4567", 4));
    FAILS(lseek(fd, 0, SEEK_SET), ESPIPE);
}

static void maps(int fd) {
    FAILS((intptr_t)mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0), ENXIO);
    FAILS((intptr_t)mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0x10000), ENXIO);
    volatile char *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0x10000);
    MUST(mapped != MAP_FAILED);
    mapped[0] = 1;
    MUST(munmap((void *)mapped, 4096) == 0);
}

static void duplicates(int fd) {
    int copy = dup(fd), higher = fcntl(fd, F_DUPFD, fd + 100), both = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    MUST(copy >= 0 && higher >= fd + 100 && both >= 0);
    MUST(!(fcntl(copy, F_GETFD) & FD_CLOEXEC) && (fcntl(both, F_GETFD) & FD_CLOEXEC));
    struct stat status;
    MUST(fstat(copy, &status) == 0 && S_ISCHR(status.st_mode) && fstat(higher, &status) == 0 && S_ISCHR(status.st_mode));
    MUST(dup2(fd, 50) == 50 && dup3(fd, 51, O_CLOEXEC) == 51);
    char byte;
    MUST(increments(copy) && increments(higher) && increments(both) && increments(50) && increments(51));
    MUST(pread(50, &byte, 1, REGION) == 1);
    MUST(!close(copy) && !close(higher) && !close(both) && !close(50) && !close(51));
    FAILS(ioctl(copy, COUNT), EBADF);
}

static void others(int fd) {
    struct pollfd poll_it = { .fd = fd, .events = POLLIN | POLLOUT };
    MUST(poll(&poll_it, 1, 0) == 1 && poll_it.revents == (POLLIN | POLLOUT));
    struct epoll_event event = { .events = EPOLLIN };
    int epoll = epoll_create1(0);
    FAILS(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), EPERM);
    fd_set set;
    FD_ZERO(&set);
    MUST(fd < FD_SETSIZE);
    FD_SET(fd, &set);
    MUST(select(fd + 1, &set, NULL, NULL, NULL) == 1);

    int ours = eventfd(0, 0), iommu = open(IOMMU, O_RDONLY);
    uint64_t count = 0;
    MUST(ioctl(fd, SIGNAL, ours) == 0 && read(ours, &count, 8) == 8 && count == 1);
    FAILS(ioctl(fd, SIGNAL, 12345), EBADF);
    MUST(ioctl(fd, SIGNAL, STDOUT_FILENO) == -1);
    MUST(ioctl(fd, FIND_FILE, iommu) == 1 && ioctl(fd, FIND_FILE, STDOUT_FILENO) == 0);
    FAILS(ioctl(fd, FIND_FILE, 12345), EBADF);
    close(iommu);

    /* Another file at a number of the range is left alone. */
    int high = fcntl(STDOUT_FILENO, F_DUPFD, 900);
    MUST(high >= 900 && write(high, "", 0) == 0 && isatty(high) == 0 && close(high) == 0);
    FAILS(ioctl(STDOUT_FILENO, 0x3B70, NULL), ENOTTY);
}

static void access_modes(void) {
    int only_write = open(IOMMU, O_WRONLY), only_read = open(IOMMU, O_RDONLY);
    char byte = 0;
    FAILS(pread(only_write, &byte, 1, REGION), EBADF);
    FAILS(pwrite(only_read, &byte, 1, REGION), EBADF);
    MUST(increments(only_write) && increments(only_read));
    close(only_write), close(only_read);
}

int main(void) {
    int fd = open_iommu();
    ioctls(fd);
    regions(fd);
    maps(fd);
    duplicates(fd);
    others(fd);
    access_modes();
    MUST(close(fd) == 0);
    FAILS(ioctl(fd, COUNT), EBADF);
    puts("all as it should be");
    return 0;
}
