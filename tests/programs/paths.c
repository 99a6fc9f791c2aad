/*
 * Every call of Linux that takes a path, on a character device node, an attribute, a link and directories of the machine, and beside
 * them: each line is one call and what came of it. As an ordinary user all of them ("nobody"); as root those that leave nothing behind.
 * It needs a device whose VFIO node is /dev/vfio/devices/vfio0.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#define NODE "/dev/iommu"
#define DEVICE "/dev/vfio/devices/vfio0"
#define FOLDER "/dev/vfio"
#define CLASS "/sys/class/vfio-dev"
#define LINK CLASS "/vfio0"
#define ATTRIBUTE LINK "/dev"
#define OPEN_TREE 428
#define FCHMODAT2 452

static int is_root;

static const char *outcome(long result)
{
    return result < 0 ? strerrorname_np(errno) : "ok";
}

static void say(const char *what, long result)
{
    printf("%-52s %s\n", what, outcome(result));
}

/* The descriptor of an open is of no interest. */
static void say_open(const char *what, long fd)
{
    say(what, fd);
    if (fd >= 0) close(fd);
}

#define SAY(call) say(#call, (long)(call))
#define OPENS(call) say_open(#call, (long)(call))

static void section(const char *name)
{
    printf("-- %s\n", name);
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_mode & 07777 : 0;
}

static void permissions(void)
{
    section("permissions and times");
    SAY(chmod(NODE, mode_of(NODE)));
    SAY(chmod(ATTRIBUTE, mode_of(ATTRIBUTE)));
    SAY(chmod(FOLDER, mode_of(FOLDER)));
    SAY(chmod(NODE "/", 0600));
    SAY(chmod(NODE "/x", 0600));
    SAY(chmod(FOLDER "/none", 0600));
    SAY(fchmodat(AT_FDCWD, LINK, 0777, AT_SYMLINK_NOFOLLOW));
    SAY(syscall(FCHMODAT2, AT_FDCWD, NODE, 0600, 0x40000000));
    SAY(chown(NODE, -1, -1));
    SAY(chown(NODE, 0, 0));
    SAY(lchown(LINK, 0, 0));
    SAY(lchown(ATTRIBUTE, 0, 0));
    SAY(fchownat(AT_FDCWD, NODE, 0, 0, 0x40000000));
    SAY(utime(NODE, NULL));
    SAY(utimes(ATTRIBUTE, NULL));
    SAY(utimensat(AT_FDCWD, NODE, (struct timespec[2]){{1, 0}, {1, 0}}, 0));
    SAY(utimensat(AT_FDCWD, NODE, (struct timespec[2]){{1, 2000000000}, {1, 0}}, 0));
    SAY(utimensat(AT_FDCWD, NODE, NULL, 0x40000000));
    SAY(utimensat(AT_FDCWD, FOLDER, NULL, 0));
    SAY(truncate(NODE, 0));
    SAY(truncate(NODE, -1));
    SAY(truncate(FOLDER, 0));
    SAY(truncate(FOLDER "/none", 0));
    SAY(access(ATTRIBUTE, X_OK));
    SAY(access(NODE, X_OK));
    SAY(faccessat(AT_FDCWD, LINK "/../none", F_OK, 0));
}

static void attributes(void)
{
    char text[256];
    section("extended attributes");
    SAY(getxattr(NODE, "user.x", text, sizeof text));
    SAY(getxattr(NODE, "trusted.x", text, sizeof text));
    SAY(getxattr(NODE, "security.capability", text, sizeof text));
    SAY(getxattr(NODE, "system.posix_acl_access", text, sizeof text));
    SAY(getxattr(NODE, "unknown.x", text, sizeof text));
    SAY(getxattr(NODE, "", text, sizeof text));
    SAY(getxattr(ATTRIBUTE, "user.x", text, sizeof text));
    SAY(getxattr(ATTRIBUTE, "trusted.x", text, sizeof text));
    SAY(getxattr(ATTRIBUTE, "security.capability", text, sizeof text));
    SAY(getxattr(ATTRIBUTE, "system.posix_acl_access", text, sizeof text));
    SAY(getxattr(ATTRIBUTE, "unknown.x", text, sizeof text));
    SAY(getxattr(FOLDER, "user.x", text, sizeof text));
    SAY(getxattr(FOLDER, "system.posix_acl_default", text, sizeof text));
    SAY(lgetxattr(LINK, "user.x", text, sizeof text));
    SAY(lgetxattr(LINK, "trusted.x", text, sizeof text));
    SAY(getxattr(CLASS "/none", "user.x", text, sizeof text));
    SAY(setxattr(NODE, "user.x", "1", 1, 0));
    SAY(setxattr(NODE, "unknown.x", "1", 1, 0));
    SAY(setxattr(NODE, "user.x", "1", 1, 77));
    static char large[1 << 17];
    SAY(setxattr(NODE, "user.x", large, sizeof large, 0));
    SAY(setxattr(ATTRIBUTE, "user.x", "1", 1, 0));
    SAY(setxattr(ATTRIBUTE, "unknown.x", "1", 1, 0));
    SAY(lsetxattr(LINK, "user.x", "1", 1, 0));
    SAY(removexattr(NODE, "user.x"));
    SAY(removexattr(ATTRIBUTE, "user.x"));
    SAY(lremovexattr(LINK, "user.x"));
    if (!is_root) {
        SAY(setxattr(NODE, "trusted.x", "1", 1, 0));
        SAY(setxattr(NODE, "security.x", "1", 1, 0));
        SAY(setxattr(ATTRIBUTE, "trusted.x", "1", 1, 0));
        SAY(setxattr(ATTRIBUTE, "security.x", "1", 1, 0));
    }
    SAY(listxattr(NODE, text, 0));
    SAY(llistxattr(LINK, text, 0));
    SAY(listxattr(FOLDER "/none", text, 0));
}

static void filesystems(void)
{
    struct statfs at;
    section("filesystems");
    static const char *const paths[] = { NODE, DEVICE, FOLDER, CLASS, LINK, ATTRIBUTE, "/dev", "/sys", "/sys/class", FOLDER "/.." };
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
        int failed = statfs(paths[i], &at);
        printf("statfs(%s) %s 0x%lx\n", paths[i], outcome(failed), failed ? 0 : (unsigned long)at.f_type);
        int fd = open(paths[i], O_RDONLY | O_NONBLOCK);
        if (fd < 0) fd = open(paths[i], O_PATH);
        failed = fstatfs(fd, &at);
        printf("fstatfs(%s) %s 0x%lx\n", paths[i], outcome(failed), failed ? 0 : (unsigned long)at.f_type);
        close(fd);
    }
    SAY(statfs(NODE "/", &at));
    SAY(statfs(NODE, (struct statfs *)8));
    SAY(statfs((char *)8, &at));
    SAY(statfs(CLASS "/none", &at));
}

static void watches(void)
{
    section("watches and handles");
    int fd = inotify_init1(IN_NONBLOCK);
    SAY(inotify_add_watch(fd, FOLDER, IN_CREATE));
    SAY(inotify_add_watch(fd, CLASS, IN_CREATE));
    SAY(inotify_add_watch(fd, LINK, IN_ATTRIB | IN_DONT_FOLLOW));
    SAY(inotify_add_watch(fd, ATTRIBUTE, IN_OPEN));
    SAY(inotify_add_watch(fd, FOLDER "/none", IN_CREATE));
    SAY(inotify_add_watch(fd, FOLDER, 0));
    SAY(inotify_add_watch(fd, ATTRIBUTE, IN_OPEN | IN_ONLYDIR));
    SAY(inotify_add_watch(0x7ffffff, FOLDER, IN_CREATE));
    SAY(inotify_add_watch(fd, (char *)8, IN_CREATE));
    close(fd);
    struct { unsigned bytes; int type; char handle[128]; } handle = { .bytes = 0 };
    int mount;
    SAY(syscall(SYS_name_to_handle_at, AT_FDCWD, NODE "/", &handle, &mount, 0));
    SAY(syscall(SYS_name_to_handle_at, AT_FDCWD, FOLDER "/none", &handle, &mount, 0));
}

static void changes(void)
{
    section("changes");
    SAY(mkdir(NODE, 0700));
    SAY(mkdir(FOLDER, 0700));
    SAY(mkdir(NODE "/x", 0700));
    SAY(mkdir(CLASS "/x", 0700));
    SAY(mkdir(LINK, 0700));
    SAY(mkdir(LINK "/x", 0700));
    SAY(mkdir(CLASS "/none/x", 0700));
    SAY(mknod(NODE, S_IFREG | 0600, 0));
    SAY(mknod(CLASS "/x", S_IFREG | 0600, 0));
    SAY(symlink("x", NODE));
    SAY(symlink("x", LINK));
    SAY(symlink("x", CLASS "/x"));
    SAY(symlink("", CLASS "/x"));
    SAY(rmdir(CLASS));
    SAY(rmdir(ATTRIBUTE));
    SAY(rmdir(LINK));
    SAY(rmdir(CLASS "/none"));
    SAY(rmdir(CLASS "/."));
    SAY(rmdir(LINK "/.."));
    SAY(unlink(ATTRIBUTE));
    SAY(unlink(LINK));
    SAY(unlink(CLASS));
    SAY(unlink(CLASS "/none"));
    SAY(unlink(FOLDER "/none"));
    SAY(unlink(NODE "/x"));
    SAY(unlinkat(AT_FDCWD, LINK, 77));
    SAY(rename(ATTRIBUTE, LINK "/x"));
    SAY(rename(LINK, CLASS "/x"));
    SAY(rename(CLASS "/none", CLASS "/x"));
    SAY(rename(ATTRIBUTE, "x"));
    SAY(rename(NODE, "x"));
    SAY(rename(FOLDER "/none", "x"));
    SAY(rename("y", FOLDER "/x"));
    SAY(rename(NODE "/x", "x"));
    SAY(link(NODE, "x"));
    SAY(link(ATTRIBUTE, "x"));
    SAY(link(FOLDER "/none", "x"));
    SAY(link("y", CLASS "/x"));
    SAY(link("y", LINK));
    SAY(link(ATTRIBUTE, CLASS "/x"));
    OPENS(open(CLASS "/x", O_CREAT | O_RDWR, 0600));
    OPENS(open(LINK "/x", O_CREAT | O_RDWR, 0600));
    OPENS(open(ATTRIBUTE, O_CREAT | O_EXCL | O_RDWR, 0600));
    if (!is_root) OPENS(open(FOLDER, O_TMPFILE | O_RDWR, 0600));
    OPENS(open(CLASS, O_TMPFILE | O_RDWR, 0600));
    if (!is_root) {
        SAY(mkdir(FOLDER "/x", 0700));
        SAY(mknod(FOLDER "/x", S_IFREG | 0600, 0));
        SAY(symlink("x", FOLDER "/x"));
        SAY(rmdir(FOLDER));
        SAY(rmdir(FOLDER "/devices"));
        SAY(unlink(NODE));
        SAY(unlink(DEVICE));
        SAY(rename(DEVICE, FOLDER "/x"));
        SAY(rename(NODE, "/dev/x"));
        OPENS(open(FOLDER "/x", O_CREAT | O_RDWR, 0600));
    }
}

static void mounts(void)
{
    section("mounts");
    if (!is_root) {
        SAY(mount(NODE, ".", NULL, MS_BIND, NULL));
        SAY(mount("none", FOLDER, "tmpfs", 0, NULL));
        SAY(umount2(FOLDER, 0));
        SAY(chroot(FOLDER));
        SAY(syscall(OPEN_TREE, AT_FDCWD, NODE, 1));
    }
    SAY(chroot(NODE));
    SAY(chroot(FOLDER "/none"));
    OPENS(syscall(OPEN_TREE, AT_FDCWD, FOLDER, 0));
    OPENS(syscall(OPEN_TREE, AT_FDCWD, NODE "/", 0));
    OPENS(syscall(OPEN_TREE, AT_FDCWD, NODE, 0x40000000));
}

static void places(void)
{
    section("places");
    char text[256];
    int back = open(".", O_PATH);
    static const char *const paths[] = { FOLDER, CLASS, FOLDER "/devices/..", NODE, ATTRIBUTE, FOLDER "/none", NODE "/.." };
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
        int failed = chdir(paths[i]);
        printf("chdir(%s) %s %s\n", paths[i], outcome(failed), failed ? "" : getcwd(text, sizeof text));
    }
    chdir(FOLDER);
    SAY(getcwd(text, 4) ? 0 : -1);
    SAY(syscall(SYS_getcwd, (char *)8, 256));
    SAY(access("devices", F_OK));
    SAY(access("devices/vfio0", F_OK));
    SAY(access("../null", F_OK));
    SAY(access("../none", F_OK));
    SAY(chdir("devices"));
    printf("getcwd %s\n", getcwd(text, sizeof text));
    SAY(chdir("../../../etc"));
    printf("getcwd %s\n", getcwd(text, sizeof text));
    chdir(FOLDER);
    pid_t child = fork();
    if (child == 0) {
        printf("of a child: %s\n", getcwd(text, sizeof text));
        fflush(stdout);
        _exit(access("devices", F_OK) != 0);
    }
    int status;
    waitpid(child, &status, 0);
    printf("the child ended with %d\n", WEXITSTATUS(status));
    fchdir(back);
    int directory = open(FOLDER, O_RDONLY | O_DIRECTORY);
    SAY(fchdir(directory));
    printf("getcwd %s\n", getcwd(text, sizeof text));
    SAY(chdir(".."));
    printf("getcwd %s\n", getcwd(text, sizeof text));
    fchdir(back);
    close(back), close(directory);
}

static void executions(void)
{
    section("executions and sockets");
    char *arguments[] = { "x", NULL };
    SAY(execv(NODE, arguments));
    SAY(execv(ATTRIBUTE, arguments));
    SAY(execv(FOLDER, arguments));
    SAY(execv(NODE "/", arguments));
    SAY(execv(FOLDER "/none", arguments));
    SAY(syscall(SYS_execveat, AT_FDCWD, LINK, arguments, NULL, AT_SYMLINK_NOFOLLOW));
    static const char *const paths[] = { NODE, ATTRIBUTE, FOLDER, FOLDER "/none", NODE "/x" };
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        strcpy(address.sun_path, paths[i]);
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        printf("connect(%s) %s\n", paths[i], outcome(connect(fd, (struct sockaddr *)&address, sizeof address)));
        if (!is_root || strcmp(paths[i], FOLDER "/none") != 0)
            printf("bind(%s) %s\n", paths[i], outcome(bind(fd, (struct sockaddr *)&address, sizeof address)));
        close(fd);
    }
}

static void openat2_of(int directory, const char *path, struct open_how how, size_t size, const char *what)
{
    long fd = syscall(SYS_openat2, directory, path, &how, size);
    printf("openat2(%s, %s) %s\n", path, what, outcome(fd));
    if (fd >= 0) close(fd);
}

static void openat2s(void)
{
    section("openat2");
    int dev = open("/dev", O_PATH), folder = open(FOLDER, O_PATH), class = open(CLASS, O_PATH);
    unsigned long long flags = O_PATH;
    static const unsigned long long all[] = { 0, RESOLVE_NO_XDEV, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH, RESOLVE_IN_ROOT, RESOLVE_BENEATH | RESOLVE_IN_ROOT, RESOLVE_CACHED, 0x40, 1ULL << 40 };
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        char what[32];
        snprintf(what, sizeof what, "resolve 0x%llx", all[i]);
        struct open_how how = { .flags = flags, .resolve = all[i] };
        if (all[i] != RESOLVE_CACHED) {
            openat2_of(dev, "iommu", how, sizeof how, what);
            openat2_of(AT_FDCWD, NODE, how, sizeof how, what);
            openat2_of(folder, "devices/../devices/vfio0", how, sizeof how, what);
            openat2_of(folder, "../iommu", how, sizeof how, what);
            openat2_of(class, "vfio0/dev", how, sizeof how, what);
            openat2_of(class, "vfio0", how, sizeof how, what);
        }
    }
    openat2_of(AT_FDCWD, NODE, (struct open_how){ .flags = O_RDWR | 1ULL << 40 }, 24, "unknown flag");
    openat2_of(AT_FDCWD, NODE, (struct open_how){ .flags = O_RDWR | 1ULL << 30 }, 24, "unknown flag, low");
    openat2_of(AT_FDCWD, NODE, (struct open_how){ .flags = O_PATH | O_RDWR }, 24, "O_PATH and O_RDWR");
    openat2_of(AT_FDCWD, NODE, (struct open_how){ .flags = O_PATH, .mode = 0600 }, 24, "mode without O_CREAT");
    openat2_of(AT_FDCWD, NODE, (struct open_how){ .flags = O_RDONLY | O_CREAT, .mode = 0100000 }, 24, "mode with a kind");
    openat2_of(AT_FDCWD, NODE, (struct open_how){ .flags = O_PATH }, 16, "size 16");
    openat2_of(AT_FDCWD, NODE, (struct open_how){ .flags = O_PATH }, 8192, "size 8192");
    struct { struct open_how how; unsigned long long more; } longer = { .how = { .flags = O_PATH } };
    say("openat2, longer, zero", syscall(SYS_openat2, AT_FDCWD, NODE, &longer, sizeof longer));
    longer.more = 1;
    say("openat2, longer, not zero", syscall(SYS_openat2, AT_FDCWD, NODE, &longer, sizeof longer));
    SAY(syscall(SYS_openat2, AT_FDCWD, NODE, 8, 24));
    close(dev), close(folder), close(class);
}

static void walks(void)
{
    section("walks");
    char text[5000], link_text[64];
    OPENS(open("/etc/passwd/../../dev/iommu", O_PATH));
    OPENS(open("/nonexistent/../dev/iommu", O_PATH));
    OPENS(open("/etc/../dev/iommu", O_PATH));
    OPENS(open("/proc/../dev/iommu", O_PATH));
    OPENS(open(FOLDER "/..", O_RDONLY));
    OPENS(open(FOLDER "/../null", O_RDWR));
    OPENS(open(FOLDER "/devices/../../null", O_RDWR));
    OPENS(open(CLASS "/../none", O_RDONLY));
    OPENS(open(LINK "/../../../../../..", O_RDONLY));
    OPENS(open(NODE "/..", O_RDONLY));
    OPENS(open(NODE "/.", O_PATH));
    OPENS(open(NODE "/", O_PATH));
    OPENS(open(NODE, O_PATH | O_DIRECTORY));
    OPENS(open(LINK, O_RDONLY | O_NOFOLLOW));
    OPENS(open(FOLDER "/\xff\xfe", O_RDONLY));
    OPENS(open(CLASS "/\xc3\x28", O_RDONLY));
    OPENS(open(FOLDER, O_RDWR));
    OPENS(open(ATTRIBUTE "/x", O_RDONLY));
    memset(text, 'a', sizeof text);
    memcpy(text, "/dev/", 5);
    text[4999] = 0;
    say("open of 4999 letters", open(text, O_RDONLY));
    text[300] = 0;
    say("open of a name of 295 in /dev", open(text, O_RDONLY));
    memcpy(text, "/dev/vfio/", 10);
    say("open of a name of 290 in /dev/vfio", open(text, O_RDONLY));
    text[265] = 0;
    say("open of a name of 255 in /dev/vfio", open(text, O_RDONLY));
    OPENS(open((char *)8, O_RDONLY));
    OPENS(open("", O_RDONLY));
    OPENS(openat(0x7ffffff, "iommu", O_RDONLY));

    int fd = open(LINK, O_PATH | O_NOFOLLOW);
    struct stat status;
    memset(link_text, 0, sizeof link_text);
    printf("a link by O_PATH: %s, is a link: %d, reads: %d\n", outcome(fd), fstat(fd, &status) == 0 && S_ISLNK(status.st_mode),
        readlinkat(fd, "", link_text, sizeof link_text) > 0);
    SAY(read(fd, text, 1));
    SAY(fcntl(fd, F_GETFL) & O_PATH ? 0 : -1);
    close(fd);
    int class = open(CLASS, O_PATH | O_DIRECTORY);
    fd = openat(class, "vfio0", O_PATH | O_NOFOLLOW);
    printf("a link by O_PATH from its directory: %s, is a link: %d, reads: %d\n", outcome(fd),
        fstat(fd, &status) == 0 && S_ISLNK(status.st_mode), readlinkat(fd, "", link_text, sizeof link_text) > 0);
    close(fd), close(class);
    fd = open(NODE, O_PATH);
    printf("a node by O_PATH: %s, is a node: %d\n", outcome(fd), fstat(fd, &status) == 0 && S_ISCHR(status.st_mode));
    SAY(fcntl(fd, F_GETFL) & O_PATH ? 0 : -1);
    SAY(read(fd, text, 1));
    SAY(fchmod(fd, 0600));
    SAY(fchown(fd, -1, -1));
    SAY(fgetxattr(fd, "user.x", text, sizeof text));
    SAY(fchdir(fd));
    close(fd);

    SAY(symlink(NODE, "to-node"));
    SAY(symlink("/dev", "to-dev"));
    SAY(symlink("to-dev/vfio", "to-folder"));
    SAY(symlink(NODE, "to-node-2") | symlink("to-node-2", "to-node-3"));
    OPENS(open("to-node", O_PATH));
    OPENS(open("to-node-3", O_PATH));
    OPENS(open("to-dev/iommu", O_PATH));
    OPENS(open("to-folder/devices/vfio0", O_PATH));
    OPENS(open("to-node/", O_PATH));
    OPENS(open("to-dev/none", O_PATH));
    OPENS(open("to-folder/none", O_PATH));
    OPENS(open("to-node", O_RDONLY | O_NOFOLLOW));
    printf("stat through a link: %d, lstat: %d\n", stat("to-node", &status) == 0 && S_ISCHR(status.st_mode),
        lstat("to-node", &status) == 0 && S_ISLNK(status.st_mode));
    printf("realpath %s\n", realpath("to-folder/devices/vfio0", text) ? text : outcome(-1));
    SAY(unlink("to-node") | unlink("to-dev") | unlink("to-folder") | unlink("to-node-2") | unlink("to-node-3"));
}

int main(int count, char **arguments)
{
    is_root = count > 1 && !strcmp(arguments[1], "root");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!is_root && getuid() == 0 && (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)) return 2;
    const char *parent = getenv("TMPDIR");
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/ioasis-paths-XXXXXX", parent && *parent ? parent : P_tmpdir);
    if (!mkdtemp(folder) || chdir(folder) != 0) return 2;
    close(open("y", O_CREAT | O_WRONLY, 0600));
    permissions();
    attributes();
    filesystems();
    watches();
    changes();
    mounts();
    openat2s();
    walks();
    executions();
    places();
    if (chdir("/") != 0) return 2;
    char file[4200];
    snprintf(file, sizeof file, "%s/y", folder);
    unlink(file), rmdir(folder);
    return 0;
}
