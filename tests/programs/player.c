/*
 * Plays conformance programs: player FILE. A program is text, an instruction a line (tests/Ioasis.Conformance/Programs/Opcode.cs
 * says what each does and prints); every case runs in a process of its own, so nothing is left from one to the next. It knows
 * Linux's system calls and nothing of /dev/iommu: the same binary runs under `ioasis run` and on a real kernel.
 *
 * Output is gathered per process and written at hand-overs and ends: a slow console then costs little.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REGISTERS = 256, OPERANDS = 6, WINDOW = 64 * 1024, SECONDS = 30 };
enum { KIND_SHARED = 1, KIND_HUGE = 2, KIND_FILE = 4 };

static uint64_t registers[REGISTERS];
static char output[1 << 20];
static size_t used;
static int rights[2];          /* the case's socket for descriptors */
static int down[2], up[2];     /* the first process lets the second one run; the second one lets the first one */
static pid_t second;

static void flush(void) {
    for (size_t at = 0; at < used;) {
        ssize_t n = write(1, output + at, used - at);
        if (n <= 0) _exit(3);
        at += (size_t)n;
    }
    used = 0;
}

static void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void print(const char *format, ...) {
    if (used > sizeof output - 4096) flush();
    va_list list;
    va_start(list, format);
    used += (size_t)vsnprintf(output + used, 4096, format, list);
    va_end(list);
}

/* A copy of memory that may not be there: the kernel copies, and says when it cannot. */
static size_t peek(uint64_t address, void *into, size_t length) {
    struct iovec here = { into, length }, there = { (void *)address, length };
    ssize_t n = process_vm_readv(getpid(), &here, 1, &there, 1, 0);
    return n < 0 ? 0 : (size_t)n;
}

/* ---- instructions with an outcome: the result, or minus the errno ---- */

static int64_t result_of(int64_t result) { return result < 0 ? -errno : result; }

static int64_t map(const uint64_t *x) {
    int flags = MAP_FIXED | (x[3] & KIND_SHARED ? MAP_SHARED : MAP_PRIVATE);
    if (!(x[3] & KIND_FILE)) flags |= MAP_ANONYMOUS;
    if (x[3] & KIND_HUGE) flags |= MAP_HUGETLB;
    void *at = mmap((void *)x[0], x[1], (int)x[2], flags, x[3] & KIND_FILE ? (int)x[4] : -1, (off_t)x[5]);
    return at == MAP_FAILED ? -errno : 0;
}

static int64_t wait_for(int fd, short events, int ms) {
    struct pollfd entry = { .fd = fd, .events = events };
    int n = poll(&entry, 1, ms);
    return n < 0 ? -errno : n == 0 ? 0 : entry.revents;
}

static int64_t send_descriptor(int fd) {
    char byte = 0, control[CMSG_SPACE(sizeof fd)] = { 0 };
    struct iovec vector = { &byte, 1 };
    struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return sendmsg(rights[0], &message, 0) < 0 ? -errno : 0;
}

static int64_t receive_descriptor(void) {
    int fd = -1;
    char byte, control[CMSG_SPACE(sizeof fd)];
    struct iovec vector = { &byte, 1 };
    struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
    if (recvmsg(rights[1], &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0) return -errno;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header) return -ENOMSG;
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

static int64_t limit_memlock(uint64_t bytes) {
    struct rlimit limit;
    getrlimit(RLIMIT_MEMLOCK, &limit);
    limit.rlim_cur = bytes;
    if (limit.rlim_max < bytes) limit.rlim_max = bytes;
    return result_of(setrlimit(RLIMIT_MEMLOCK, &limit));
}

static int64_t drop(unsigned capability) {
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct sets[2];
    if (syscall(SYS_capget, &header, sets)) return -errno;
    sets[capability / 32].effective &= ~(1u << capability % 32);
    sets[capability / 32].permitted &= ~(1u << capability % 32);
    return result_of(syscall(SYS_capset, &header, sets));
}

/* ---- a second process, never running at the same time as the first one ---- */

static void hand_over(int to, int from) {
    char byte = 0;
    flush();
    if (to >= 0 && write(to, &byte, 1) != 1) _exit(4);
    if (from >= 0 && read(from, &byte, 1) < 0) _exit(4);
}

/* The first process waits; the second one's end closes its end of the pipe, which ends the read too. */
static int64_t await_second(bool resume) {
    if (!second) return -ECHILD;
    hand_over(resume ? down[1] : -1, up[0]);
    siginfo_t info = { .si_pid = 0 };
    /* A second process that has ended closes the pipe a little before it can be waited for. */
    struct pollfd pipe_end = { .fd = up[0], .events = POLLIN };
    bool gone = poll(&pipe_end, 1, 0) == 1 && (pipe_end.revents & POLLHUP);
    if (waitid(P_PID, (id_t)second, &info, WEXITED | (gone ? 0 : WNOHANG)) == 0 && info.si_pid == second) {
        int64_t status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
        second = 0;
        return status;
    }
    return 0;
}

static bool start_second(void) {
    if (pipe2(down, O_CLOEXEC) || pipe2(up, O_CLOEXEC)) _exit(5);
    flush();
    second = fork();
    if (second == 0) {
        close(down[1]);
        close(up[0]);
        return true;
    }
    close(down[0]);
    close(up[1]);
    return false;
}

/* ---- the program ---- */

struct instruction { char word[12]; uint64_t x[OPERANDS]; int from[OPERANDS]; char path[128]; int count; };

static uint64_t number(const char *text, int *from) {
    *from = -1;
    if (*text == 'r') {
        char *end;
        *from = (int)strtol(text + 1, &end, 10);
        return *end == '+' ? strtoull(end + 1, NULL, 0) : 0;
    }
    return strtoull(text, NULL, 0);
}

static void parse(char *line, struct instruction *made) {
    memset(made, 0, sizeof *made);
    char *rest = line, *word = strsep(&rest, " \n");
    snprintf(made->word, sizeof made->word, "%s", word);
    while ((word = strsep(&rest, " \n")) && *word) {
        if (*word == '/') snprintf(made->path, sizeof made->path, "%s", word);
        else if (made->count < OPERANDS) {
            made->x[made->count] = number(word, &made->from[made->count]);
            made->count++;
        }
    }
}

static void show(int index, uint64_t address, size_t length) {
    static unsigned char bytes[WINDOW];
    size_t there = peek(address, bytes, length > WINDOW ? WINDOW : length);
    print("%d =", index);
    for (size_t i = 0; i < there; i++) print("%02x", bytes[i]);
    print("\n");
}

static uint64_t word_at(const unsigned char *bytes, size_t length, size_t offset) {
    uint64_t value = 0;
    memcpy(&value, bytes + offset, length - offset < sizeof value ? length - offset : sizeof value);
    return value;
}

/* Does an instruction; true when it is the second process's last one. */
static bool perform(int index, const struct instruction *in) {
    static unsigned char before[WINDOW], after[WINDOW];
    uint64_t x[OPERANDS], window = 0, length = 0;
    const char *word = in->word;
    for (int i = 0; i < in->count; i++) x[i] = (i == 0 && (!strcmp(word, "set") || !strcmp(word, "get")) ? 0
        : in->from[i] < 0 ? in->x[i] : registers[in->from[i]] + in->x[i]);

    if (!strcmp(word, "set")) { registers[in->from[0]] = x[1]; return false; }
    if (!strcmp(word, "put")) { memcpy((void *)x[0], &x[2], x[1]); return false; }
    if (!strcmp(word, "get")) { uint64_t value = 0; memcpy(&value, (void *)x[1], x[2]); registers[in->from[0]] = value; return false; }
    if (!strcmp(word, "zero")) { memset((void *)x[0], 0, x[1]); return false; }
    if (!strcmp(word, "fill")) {
        for (uint64_t i = 0; i < x[1]; i++) ((unsigned char *)x[0])[i] = (unsigned char)(x[2] + i * 7 + (i >> 8));
        return false;
    }
    if (!strcmp(word, "show")) { show(index, x[0], x[1]); return false; }
    if (!strcmp(word, "exit")) return true;
    if (!strcmp(word, "pause")) { hand_over(up[1], down[0]); return false; }

    if (!strcmp(word, "ioctl")) { window = x[2]; length = x[3]; }
    else if (!strcmp(word, "read") || !strcmp(word, "pread")) { window = x[1]; length = x[2]; }
    if (length > WINDOW) length = WINDOW;
    if (length) length = peek(window, before, length);

    int64_t result = -ENOSYS;
    if (!strcmp(word, "map")) result = map(x);
    else if (!strcmp(word, "unmap")) result = result_of(munmap((void *)x[0], x[1]));
    else if (!strcmp(word, "protect")) result = result_of(mprotect((void *)x[0], x[1], (int)x[2]));
    else if (!strcmp(word, "open")) result = result_of(open(in->path, (int)x[0]));
    else if (!strcmp(word, "close")) result = result_of(close((int)x[0]));
    else if (!strcmp(word, "ioctl")) result = result_of(ioctl((int)x[0], (unsigned long)x[1], x[2]));
    else if (!strcmp(word, "read")) result = result_of(read((int)x[0], (void *)x[1], x[2]));
    else if (!strcmp(word, "write")) result = result_of(write((int)x[0], (void *)x[1], x[2]));
    else if (!strcmp(word, "pread")) result = result_of(pread((int)x[0], (void *)x[1], x[2], (off_t)x[3]));
    else if (!strcmp(word, "pwrite")) result = result_of(pwrite((int)x[0], (void *)x[1], x[2], (off_t)x[3]));
    else if (!strcmp(word, "poll")) result = wait_for((int)x[0], (short)x[1], (int)x[2]);
    else if (!strcmp(word, "memfd")) result = result_of(memfd_create("player", (unsigned)x[0] | MFD_CLOEXEC));
    else if (!strcmp(word, "truncate")) result = result_of(ftruncate((int)x[0], (off_t)x[1]));
    else if (!strcmp(word, "seal")) result = result_of(fcntl((int)x[0], F_ADD_SEALS, (int)x[1]));
    else if (!strcmp(word, "eventfd")) result = result_of(eventfd((unsigned)x[0], (int)x[1] | EFD_CLOEXEC));
    else if (!strcmp(word, "dup")) result = result_of(dup((int)x[0]));
    else if (!strcmp(word, "send")) result = send_descriptor((int)x[0]);
    else if (!strcmp(word, "receive")) result = receive_descriptor();
    else if (!strcmp(word, "memlock")) result = limit_memlock(x[0]);
    else if (!strcmp(word, "drop")) result = drop((unsigned)x[0]);
    else if (!strcmp(word, "resume")) result = await_second(true);
    else { print("crash unknown instruction %s\n", word); flush(); _exit(0); }
    registers[0] = (uint64_t)result;

    if (!strcmp(word, "map") && result < 0 && (x[3] & KIND_HUGE)) { print("skip no huge pages\nend\n"); flush(); _exit(0); }
    print("%d %lld", index, (long long)result);
    if (length) {
        size_t now = peek(window, after, length);
        for (size_t at = 0; at < now; at += 8) {
            uint64_t was = word_at(before, now, at), is = word_at(after, now, at);
            if (was != is) print(" %zu:%llx>%llx", at, (unsigned long long)was, (unsigned long long)is);
        }
    }
    print("\n");
    return false;
}

static void play(char *program, char *end) {
    int index = 0;
    bool skipping = false, is_second = false;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, rights)) _exit(5);
    for (char *line = program; line < end; index++) {
        char *next = memchr(line, '\n', (size_t)(end - line));
        *next = 0;
        struct instruction made;
        parse(line, &made);
        line = next + 1;
        if (skipping) {
            skipping = strcmp(made.word, "exit") != 0;
        } else if (!strcmp(made.word, "fork")) {
            is_second = start_second();
            if (is_second) continue;
            int64_t status = await_second(false);
            print("%d %lld\n", index, (long long)status);
            skipping = true;
        } else if (perform(index, &made)) {
            flush();
            _exit(0);
        }
    }
    if (!is_second) print("end\n");
    flush();
    _exit(0);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    off_t size = lseek(fd, 0, SEEK_END);
    char *text = malloc((size_t)size + 1);
    for (off_t at = 0; at < size;) {
        ssize_t n = pread(fd, text + at, (size_t)(size - at), at);
        if (n <= 0) return 2;
        at += n;
    }
    close(fd);
    text[size] = 0;
    for (char *at = text; (at = strstr(at, "case ")) != NULL;) {
        char *body = strchr(at, '\n') + 1, *end = strstr(body - 1, "\nend\n") + 1;
        print("case %d\n", atoi(at + 5));
        flush();
        pid_t child = fork();
        if (child == 0) {
            alarm(SECONDS);
            play(body, end);
        }
        int status;
        waitpid(child, &status, 0);
        if (WIFSIGNALED(status) || WEXITSTATUS(status)) {
            print("crash %s %d\nend\n", WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
            flush();
        }
        at = end;
    }
    return 0;
}
