/*
 * late uffd | fuse [stay]
 *
 * Memory that does not come. A child maps it for its device, which never ends, and closes everything. Meanwhile and after that the parent
 * is served, and gets the device. With "stay" it is the program itself that maps it, and prints "waits" when it should have begun to wait;
 * who would have to provide the memory is then a process of its own that no SIGTERM ends.
 * Exit 77: the system does not permit such memory here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENGTH 65536
#define SKIP 77

enum { DESTROY = 0x3b80, IOAS_ALLOC = 0x3b81, IOAS_MAP = 0x3b85, BIND = 0x3b76, ATTACH = 0x3b77 };

struct bind { uint32_t argsz, flags; int32_t iommufd; uint32_t id; };
struct attach { uint32_t argsz, flags, id; };
struct alloc { uint32_t size, flags, id; };
struct destroy { uint32_t size, id; };
struct map { uint32_t size, flags, ioas, reserved; uint64_t memory, length, iova; };

static int iommu, device, fuse, stays;
static uint32_t ioas;
static char *memory;

static void die(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    exit(1);
}

static void skip(const char *what)
{
    printf("skip: %s: %s\n", what, strerror(errno));
    exit(SKIP);
}

static uint32_t make_ioas(void)
{
    struct alloc alloc = { sizeof alloc, 0, 0 };
    if (ioctl(iommu, IOAS_ALLOC, &alloc) != 0)
        die("IOAS_ALLOC");
    return alloc.id;
}

static int bind_device(void)
{
    struct bind bind = { sizeof bind, 0, iommu, 0 };
    return ioctl(device, BIND, &bind);
}

static void *map(void *unused)
{
    struct map map = { sizeof map, 1 | 4, ioas, 0, (uintptr_t)memory, 4096, 0x100000 };
    ioctl(iommu, IOAS_MAP, &map);
    return unused;
}

static void with_uffd(void)
{
    int file = memfd_create("late", 0);
    if (file < 0 || ftruncate(file, LENGTH) != 0)
        die("memfd");
    memory = mmap(0, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    int faults = syscall(SYS_userfaultfd, O_CLOEXEC);
    if (faults < 0)
        skip("userfaultfd");
    struct uffdio_api api = { .api = UFFD_API };
    struct uffdio_register range = { .range = { (uintptr_t)memory, LENGTH }, .mode = UFFDIO_REGISTER_MODE_MISSING };
    if (ioctl(faults, UFFDIO_API, &api) != 0 || ioctl(faults, UFFDIO_REGISTER, &range) != 0)
        skip("userfaultfd");
}

static void put(const char *path, const char *text)
{
    int file = open(path, O_WRONLY);
    if (file < 0 || write(file, text, strlen(text)) < 0)
        skip(path);
    close(file);
}

static void answer(uint64_t unique, int error, const void *data, size_t length)
{
    char bytes[1024];
    struct fuse_out_header head = { sizeof head + length, error, unique };
    memcpy(bytes, &head, sizeof head);
    if (length != 0)
        memcpy(bytes + sizeof head, data, length);
    if (write(fuse, bytes, head.len) < 0)
        exit(1);
}

// One file, inode 2, whose reads are never answered.
static void *serve(void *unused)
{
    static char bytes[1 << 18];
    while (read(fuse, bytes, sizeof bytes) > 0) {
        struct fuse_in_header *in = (void *)bytes;
        struct fuse_attr file = { .ino = 2, .mode = S_IFREG | 0666, .nlink = 1, .size = LENGTH };
        struct fuse_attr root = { .ino = 1, .mode = S_IFDIR | 0777, .nlink = 1 };
        struct fuse_init_out init = { .major = 7, .minor = 31, .max_write = 4096 };
        struct fuse_entry_out entry = { .nodeid = 2, .attr_valid = 100, .entry_valid = 100, .attr = file };
        struct fuse_attr_out attr = { .attr_valid = 100, .attr = in->nodeid == 1 ? root : file };
        struct fuse_open_out opened = { .fh = 1, .open_flags = FOPEN_KEEP_CACHE };
        switch (in->opcode) {
        case FUSE_INIT: answer(in->unique, 0, &init, sizeof init); break;
        case FUSE_LOOKUP: answer(in->unique, 0, &entry, sizeof entry); break;
        case FUSE_GETATTR: answer(in->unique, 0, &attr, sizeof attr); break;
        case FUSE_OPEN: answer(in->unique, 0, &opened, sizeof opened); break;
        case FUSE_READ: case FUSE_FORGET: case FUSE_BATCH_FORGET: case FUSE_INTERRUPT: break;
        default: answer(in->unique, -ENOSYS, 0, 0);
        }
    }
    return unused;
}

static void with_fuse(void)
{
    char text[200], directory[] = "/tmp/ioasis-late-XXXXXX";
    int user = getuid(), group = getgid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        skip("unshare");
    put("/proc/self/setgroups", "deny");
    snprintf(text, sizeof text, "0 %d 1", user);
    put("/proc/self/uid_map", text);
    snprintf(text, sizeof text, "0 %d 1", group);
    put("/proc/self/gid_map", text);
    fuse = open("/dev/fuse", O_RDWR);
    if (fuse < 0 || mkdtemp(directory) == 0)
        skip("/dev/fuse");
    snprintf(text, sizeof text, "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
    int mounted = mount("x", directory, "fuse", MS_NOSUID | MS_NODEV, text);
    if (mounted != 0) {
        rmdir(directory);
        skip("mount");
    }
    pthread_t thread;
    if (!stays) {
        pthread_create(&thread, 0, serve, 0);
    } else if (fork() == 0) {
        signal(SIGTERM, SIG_IGN);
        serve(0);
        exit(0);
    } else {
        close(fuse);
    }
    snprintf(text, sizeof text, "%s/f", directory);
    int file = open(text, O_RDONLY);
    umount2(directory, MNT_DETACH);
    rmdir(directory);
    if (file < 0)
        skip(text);
    memory = mmap(0, LENGTH, PROT_READ, MAP_PRIVATE, file, 0);
    close(file); // while somebody answers: at the exit that would wait for ever for a server that has gone
}

// Maps memory that does not come, on a thread of its own.
static void begin(const char *mode)
{
    if (strcmp(mode, "uffd") == 0)
        with_uffd();
    else
        with_fuse();
    iommu = open("/dev/iommu", O_RDWR);
    device = open("/dev/vfio/devices/vfio0", O_RDWR);
    ioas = make_ioas();
    struct attach attach = { sizeof attach, 0, ioas };
    if (bind_device() != 0 || ioctl(device, ATTACH, &attach) != 0)
        die("attach");
    pthread_t thread;
    pthread_create(&thread, 0, map, 0);
    usleep(300000); // most often it waits for the memory by now; if not, nothing is proved and nothing fails
}

static void child(const char *mode, int told)
{
    begin(mode);
    if (write(told, "b", 1) != 1)
        die("pipe");
    close(device);
    close(iommu);
    if (write(told, "c", 1) != 1)
        die("pipe");
    pause();
    exit(0);
}

int main(int count, char **arguments)
{
    int told[2], status;
    char what;
    setvbuf(stdout, 0, _IOLBF, 0);
    stays = count == 3 && strcmp(arguments[2], "stay") == 0;
    if (stays) {
        begin(arguments[1]);
        printf("waits\n");
        pause();
    }
    if (count != 2 || pipe(told) != 0)
        return 2;
    pid_t other = fork();
    if (other == 0)
        child(arguments[1], told[1]);
    close(told[1]);
    if (read(told[0], &what, 1) != 1) {
        waitpid(other, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    }
    iommu = open("/dev/iommu", O_RDWR);
    for (int i = 0; i < 100; i++) {
        struct destroy destroy = { sizeof destroy, make_ioas() };
        if (ioctl(iommu, DESTROY, &destroy) != 0)
            die("DESTROY");
    }
    if (read(told[0], &what, 1) != 1)
        die("the other");
    device = open("/dev/vfio/devices/vfio0", O_RDWR);
    if (bind_device() != 0)
        die("BIND");
    kill(other, SIGKILL);
    waitpid(other, &status, 0);
    printf("served\n");
    return 0;
}
