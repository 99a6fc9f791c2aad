/* Descriptors of a fake device below the numbers that are given to them: moved there by dup2, inherited as standard input, and passed through
 * a socket. Nothing there may be wrong in silence. With "any", where every number is watched, all is as on Linux. */
#include "fake.h"

#include <sys/socket.h>

static int any;

static int is_device(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == makedev(10, 124);
}

/* What holds at every number. */
static void registers(int fd, int high) {
    uint32_t word = 0x12345678, back = 0;
    MUST(is_device(fd) && increments(fd));
    MUST(pwrite(fd, &word, 4, 0) == 4 && pread(fd, &back, 4, 0) == 4 && back == word);
    back = 0;
    MUST(pread(high, &back, 4, REGION) == 4 && back == word);
    uint64_t wide = 0;
    MUST(pread(fd, &wide, 8, REGION) == 8 && (uint32_t)wide == word);
    FAILS((intptr_t)mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0), ENXIO);
    void *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0x10000);
    MUST(mapped != MAP_FAILED && munmap(mapped, 4096) == 0);
}

/* The position is the file's, wherever its descriptors are. */
static void stream(int fd, int high) {
    char back[4] = "";
    MUST(pwrite(high, "abcdefgh", 8, REGION) == 8);
    if (any) {
        MUST(read(fd, back, 4) == 4 && !memcmp(back, "abcd", 4));
        FAILS(lseek(fd, 0, SEEK_CUR), ESPIPE);
    } else {
        FAILS(read(fd, back, 4), EINVAL);
        FAILS(write(fd, back, 4), EINVAL);
    }
    MUST(read(high, back, 4) == 4 && !memcmp(back, any ? "efgh" : "abcd", 4));
}

static void moved(void) {
    int high = open_iommu();
    MUST(dup2(high, 5) == 5);
    registers(5, high);
    stream(5, high);
    MUST(close(5) == 0 && dup3(high, 6, O_CLOEXEC) == 6);
    registers(6, high);
    MUST(close(6) == 0 && close(high) == 0);
}

static void redirected(const char *self) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int high = open_iommu();
        MUST(dup2(high, STDIN_FILENO) == STDIN_FILENO);
        execl(self, self, "standard input", NULL);
        _exit(127);
    }
    int status;
    MUST(waitpid(child, &status, 0) == child && status == 0);
}

static void passed(void) {
    int ends[2], high = open_iommu();
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = { "" };
    char byte = 'x';
    struct iovec piece = { &byte, 1 };
    struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
    *CMSG_FIRSTHDR(&message) = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
    memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &high, sizeof high);
    MUST(sendmsg(ends[0], &message, 0) == 1);
    MUST(recvmsg(ends[1], &message, 0) == 1);
    int got;
    memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof got);
    MUST(got >= 0 && got < 768);
    registers(got, high);
    stream(got, high);
    MUST(close(got) == 0 && close(high) == 0 && close(ends[0]) == 0 && close(ends[1]) == 0);
}

int main(int argc, char **argv) {
    any = argc > 1 && !strcmp(argv[1], "any");
    if (argc > 1 && !any) {
        MUST(is_device(STDIN_FILENO) && increments(STDIN_FILENO));
        return 0;
    }
    moved();
    redirected(argv[0]);
    passed();
    puts("all as it should be");
    return 0;
}
