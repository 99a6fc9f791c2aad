// The yardstick of the runner: the least that a supervisor in C does for the same calls by seccomp user notification, on one thread.
//
//   supervisor [--guarded] PROGRAM ARGUMENTS...
//
// An ioctl of /dev/iommu costs: receive, stat of /proc/THREAD/fd/N (which file is it?), the structure read and written by
// process_vm_readv and process_vm_writev, answer. A call by path costs: receive, its path read, answer "continue".
// With --guarded it makes every system call that ioasis makes and this leaves out: /proc/PID/mem, each access after a look at the
// mapping's permissions, in place of process_vm_readv and process_vm_writev; and at a map, which capabilities the caller has, and in
// which user namespace. (News of closed files ioasis asks for when more than one file is open; here there is one.) What then is left
// between the two is the language, and the address space behind the calls.
//
// It answers the ioctls of client.c and no others, with no address space behind them.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

// Newer than the headers of some distributions.
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS _IOW('!', 4, uint64_t)
#endif
enum { SyncWakeUp = 1, CapabilityVersion3 = 0x20080522 };
struct mapping { // procmap_query
    uint64_t size, query_flags, query_addr, start, end, flags, page_size, offset, inode;
    uint32_t dev_major, dev_minor, name_size, build_id_size;
    uint64_t name_addr, build_id_addr;
};
#define MAPPING_QUERY _IOWR('f', 17, struct mapping)
enum { MappingReadable = 1, MappingWritable = 2 };

enum { DeviceNumber = 768, Option = 0x3b87, SpaceAlloc = 0x3b81, SpaceMap = 0x3b85, SpaceUnmap = 0x3b86 };

static int guarded, listener, memory = -1, maps = -1;
static struct stat device;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int install_filter(void)
{
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ASK_IF(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF)
    struct sock_filter lines[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        LOAD(nr),
        ASK_IF(SYS_open),
        ASK_IF(SYS_openat),
        ASK_IF(SYS_stat),
        ASK_IF(SYS_newfstatat),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_read, 7, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pread64, 6, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 4),
        LOAD(args[1]),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff00),
        ASK_IF(0x3b00),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, DeviceNumber, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof lines / sizeof *lines, lines };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("PR_SET_NO_NEW_PRIVS");
    int fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
        SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
    if (fd < 0) fail("seccomp");
    return fd;
}

static int copy(pid_t thread, uint64_t address, void *bytes, size_t length, int write)
{
    if (guarded && memory >= 0) {
        struct mapping at = { .size = sizeof at, .query_addr = address };
        if (ioctl(maps, MAPPING_QUERY, &at) != 0 || !(at.flags & (write ? MappingWritable : MappingReadable)))
            return 0;
        return (write ? pwrite(memory, bytes, length, address) : pread(memory, bytes, length, address)) == (ssize_t)length;
    }
    struct iovec here = { bytes, length }, there = { (void *)(uintptr_t)address, length };
    return (write ? process_vm_writev : process_vm_readv)(thread, &here, 1, &there, 1, 0) == (ssize_t)length;
}

static void answer(const struct seccomp_notif *call, int error, uint32_t flags)
{
    struct seccomp_notif_resp response = { .id = call->id, .error = -error, .flags = flags };
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static void open_device(const struct seccomp_notif *call)
{
    int fd = memfd_create("/dev/iommu", MFD_CLOEXEC);
    if (fd < 0 || fstat(fd, &device) != 0) fail("memfd_create");
    char name[64];
    if (guarded) {
        snprintf(name, sizeof name, "/proc/%d/mem", call->pid);
        memory = open(name, O_RDWR | O_CLOEXEC);
        snprintf(name, sizeof name, "/proc/%d/maps", call->pid);
        maps = open(name, O_RDONLY | O_CLOEXEC);
        if (memory < 0 || maps < 0) fail(name);
    }
    struct seccomp_notif_addfd install = {
        .id = call->id, .flags = SECCOMP_ADDFD_FLAG_SEND | SECCOMP_ADDFD_FLAG_SETFD, .srcfd = fd, .newfd = DeviceNumber,
    };
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &install) < 0) fail("ADDFD");
    close(fd);
}

static void by_path(const struct seccomp_notif *call, uint64_t address, int is_open)
{
    char path[4096];
    size_t part = 4096 - (address & 4095);
    int readable = copy(call->pid, address, path, part < 256 ? part : 256, 0);
    if (is_open && readable && strcmp(path, "/dev/iommu") == 0)
        open_device(call);
    else
        answer(call, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
}

static void ask_rights(pid_t thread)
{
    struct { uint32_t version; int pid; } header = { CapabilityVersion3, thread };
    struct { uint32_t effective, permitted, inheritable; } sets[2];
    char name[64], space[64];
    snprintf(name, sizeof name, "/proc/%d/ns/user", thread);
    if (syscall(SYS_capget, &header, sets) != 0 || readlink(name, space, sizeof space) < 0) fail("capget");
}

static void by_descriptor(const struct seccomp_notif *call)
{
    static const struct { uint32_t command, length, out, out_length; } known[] = {
        { Option, 24, 16, 8 }, { SpaceAlloc, 12, 8, 4 }, { SpaceMap, 40, 32, 8 }, { SpaceUnmap, 24, 16, 8 },
    };
    char name[64], buffer[256];
    snprintf(name, sizeof name, "/proc/%d/fd/%d", call->pid, (int)call->data.args[0]);
    struct stat file;
    if (stat(name, &file) != 0 || file.st_dev != device.st_dev || file.st_ino != device.st_ino) {
        answer(call, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
        return;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].command != (uint32_t)call->data.args[1])
            continue;
        uint64_t address = call->data.args[2];
        if (!copy(call->pid, address, buffer, known[i].length, 0)) {
            answer(call, EFAULT, 0);
            return;
        }
        if (guarded && known[i].command == SpaceMap)
            ask_rights(call->pid);
        if (known[i].command == Option)
            memset(buffer + 16, 0, 8);
        else if (known[i].command == SpaceAlloc)
            *(uint32_t *)(buffer + 8) = 1;
        int written = copy(call->pid, address + known[i].out, buffer + known[i].out, known[i].out_length, 1);
        answer(call, written ? 0 : EFAULT, 0);
        return;
    }
    answer(call, ENOTTY, 0);
}

static void serve(void)
{
    uint64_t flags = SyncWakeUp; // Linux 6.6; nothing is lost without it
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, flags);
    for (;;) {
        struct seccomp_notif call;
        memset(&call, 0, sizeof call);
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
            struct pollfd ended = { listener, 0, 0 };
            if (poll(&ended, 1, 0) > 0 && (ended.revents & POLLHUP))
                return;
            continue;
        }
        switch (call.data.nr) {
        case SYS_open: by_path(&call, call.data.args[0], 1); break;
        case SYS_openat: by_path(&call, call.data.args[1], 1); break;
        case SYS_stat: by_path(&call, call.data.args[0], 0); break;
        case SYS_newfstatat: by_path(&call, call.data.args[1], 0); break;
        case SYS_ioctl: by_descriptor(&call); break;
        default: answer(&call, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE); break;
        }
    }
}

int main(int count, char **arguments)
{
    int first = 1;
    if (first < count && strcmp(arguments[first], "--guarded") == 0) {
        guarded = 1;
        first++;
    }
    if (first >= count) {
        fprintf(stderr, "usage: supervisor [--guarded] PROGRAM ARGUMENTS...\n");
        return 2;
    }
    int tell[2], go[2];
    if (pipe2(tell, O_CLOEXEC) != 0 || pipe2(go, O_CLOEXEC) != 0) fail("pipe");
    pid_t child = fork();
    if (child == 0) {
        int fd = install_filter();
        // Neither of these calls asks, nor does execvp. The listener goes with exec, so the other side takes it first.
        if (write(tell[1], &fd, sizeof fd) != sizeof fd || read(go[0], &fd, 1) != 1) fail("pipe");
        execvp(arguments[first], arguments + first);
        fail(arguments[first]);
    }
    int remote, pidfd = syscall(SYS_pidfd_open, child, 0);
    close(tell[1]);
    if (read(tell[0], &remote, sizeof remote) != sizeof remote) return 1;
    listener = syscall(SYS_pidfd_getfd, pidfd, remote, 0);
    if (listener < 0 || write(go[1], "", 1) != 1) fail("pidfd_getfd");
    serve();
    int status = 1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
