/* Every kind of path call on the tree of the sandbox, and beside it. Ends with 0 when all is as Linux has it. */
#include "fake.h"

#include <dirent.h>
#include <linux/openat2.h>
#include <limits.h>
#include <sys/statfs.h>

#define FUNCTION "/sys/bus/pci/devices/0000:00:10.0"
#define TARGET "/sys/devices/pci0000:00/0000:00:10.0"

static int is_device(const struct stat *status, unsigned minor_number) {
    return S_ISCHR(status->st_mode) && (status->st_mode & 0777) == 0660 && minor(status->st_rdev) == minor_number && status->st_size == 0;
}

static void nodes(void) {
    struct stat status;
    MUST(stat(IOMMU, &status) == 0 && is_device(&status, 124) && major(status.st_rdev) == 10);
    MUST(lstat(IOMMU, &status) == 0 && is_device(&status, 124));
    MUST(syscall(SYS_newfstatat, AT_FDCWD, "/dev//./iommu", &status, 0) == 0 && is_device(&status, 124));
    MUST(syscall(SYS_stat, VFIO, &status) == 0 && is_device(&status, 300) && status.st_rdev == makedev(511, 300));
    MUST(syscall(SYS_lstat, "/dev/vfio/../vfio/devices/vfio0", &status) == 0 && is_device(&status, 300));
    struct statx extended;
    MUST(statx(AT_FDCWD, VFIO, 0, STATX_BASIC_STATS, &extended) == 0 && S_ISCHR(extended.stx_mode));
    MUST(extended.stx_rdev_major == 511 && extended.stx_rdev_minor == 300);

    MUST(access(IOMMU, R_OK | W_OK) == 0 && faccessat(AT_FDCWD, IOMMU, F_OK, AT_EACCESS) == 0);
    FAILS(access(IOMMU, X_OK), EACCES);
    FAILS(access(IOMMU, 64), EINVAL);
    FAILS(open(IOMMU "/", O_RDWR), ENOTDIR);
    FAILS(open(IOMMU "/x", O_RDWR), ENOTDIR);
    FAILS(open(IOMMU, O_RDONLY | O_DIRECTORY), ENOTDIR);
    FAILS(open(IOMMU, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    char text[64];
    FAILS(readlink(IOMMU, text, sizeof text), EINVAL);

    int created = open(IOMMU, O_RDWR | O_CREAT | O_TRUNC | O_NONBLOCK, 0600);
    MUST(created >= 0 && increments(created) && (fcntl(created, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == (O_RDWR | O_NONBLOCK));
    MUST(!(fcntl(created, F_GETFD) & FD_CLOEXEC));
    MUST(close(created) == 0);
    created = creat(IOMMU, 0600);
    MUST(created >= 0 && close(created) == 0);
    struct open_how how = { .flags = O_RDWR | O_CLOEXEC };
    int second = syscall(SYS_openat2, AT_FDCWD, IOMMU, &how, sizeof how);
    MUST(second >= 0 && increments(second) && (fcntl(second, F_GETFD) & FD_CLOEXEC) && close(second) == 0);
}

static void descriptors(void) {
    int fd = open_iommu();
    struct stat status;
    MUST(fstat(fd, &status) == 0 && is_device(&status, 124));
    MUST(syscall(SYS_fstat, fd, &status) == 0 && is_device(&status, 124));
    MUST(fstatat(fd, "", &status, AT_EMPTY_PATH) == 0 && is_device(&status, 124));
    struct statx extended;
    MUST(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &extended) == 0 && S_ISCHR(extended.stx_mode));

    char name[64], text[64] = "";
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    MUST(readlink(name, text, sizeof text) == 10 && !memcmp(text, IOMMU, 10));
    MUST(readlink(name, text, 4) == 4);
    FAILS(readlink(name, text, 0), EINVAL);
    MUST(stat(name, &status) == 0 && is_device(&status, 124));
    MUST(lstat(name, &status) == 0 && S_ISLNK(status.st_mode));
    int again = open(name, O_RDWR);
    MUST(again >= 0 && again != fd && increments(again) && close(again) == 0);
    snprintf(name, sizeof name, "/proc/%d/fd/%d", getpid(), fd);
    MUST(readlink(name, text, sizeof text) == 10);
    snprintf(name, sizeof name, "/dev/fd/%d", fd);
    MUST(stat(name, &status) == 0 && is_device(&status, 124));

    int only_path = open(IOMMU, O_PATH);
    MUST(only_path >= 0 && fstat(only_path, &status) == 0 && is_device(&status, 124));
    FAILS(ioctl(only_path, COUNT), EBADF);
    snprintf(name, sizeof name, "/proc/self/fd/%d", only_path);
    MUST(readlink(name, text, sizeof text) == 10);
    MUST((again = open(name, O_RDWR)) >= 0 && increments(again) && close(again) == 0);
    close(only_path), close(fd);
}

static void links_and_texts(void) {
    char text[PATH_MAX] = "";
    struct stat status;
    MUST(readlink(FUNCTION, text, sizeof text) == 40 && !strncmp(text, "../../../devices/pci0000:00/0000:00:10.0", 40) && text[40] == 0);
    memset(text, 0, sizeof text);
    MUST(lstat(FUNCTION, &status) == 0 && S_ISLNK(status.st_mode));
    MUST(stat(FUNCTION, &status) == 0 && S_ISDIR(status.st_mode));
    MUST(realpath(FUNCTION, text) && !strcmp(text, TARGET));
    MUST(realpath(FUNCTION "/subsystem", text) && !strcmp(text, "/sys/bus/pci"));
    FAILS(open(FUNCTION, O_RDONLY | O_NOFOLLOW), ELOOP);

    FILE *file = fopen(FUNCTION "/vfio-dev/vfio0/dev", "r");
    unsigned major_number, minor_number;
    MUST(file && fscanf(file, "%u:%u", &major_number, &minor_number) == 2 && fclose(file) == 0);
    MUST(stat(VFIO, &status) == 0 && status.st_rdev == makedev(major_number, minor_number));
    MUST(access(FUNCTION "/vendor", R_OK) == 0);
    FAILS(access(FUNCTION "/no-such", F_OK), ENOENT);
    FAILS(open(FUNCTION "/vendor/x", O_RDONLY), ENOTDIR);
    FAILS(open(FUNCTION, O_RDWR), EISDIR);
    FAILS(stat("/sys/bus/pci/drivers/none", &status), ENOENT); /* the host's bus is not there */
}

static int has(const char *path, const char *name, int kind) {
    DIR *directory = opendir(path);
    MUST(directory);
    int found = 0;
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (!strcmp(entry->d_name, name)) found = kind < 0 || entry->d_type == kind;
    }
    closedir(directory);
    return found;
}

static void directories(void) {
    MUST(has("/sys/bus/pci/devices", "0000:00:10.0", DT_LNK));
    MUST(has(FUNCTION "/vfio-dev", "vfio0", DT_DIR));
    MUST(has("/dev/vfio/devices", "vfio0", DT_CHR));
    MUST(has("/dev", "null", DT_CHR)); /* the host's */
    MUST(has("/dev", "iommu", DT_CHR) && has("/dev", "vfio", DT_DIR)); /* and ours beside them */
    DIR *dev = opendir("/dev");
    long ours = -1;
    int count = 0, again = 0;
    for (struct dirent *entry; (entry = readdir(dev)); count++) {
        if (!strcmp(entry->d_name, "iommu")) ours = telldir(dev);
    }
    rewinddir(dev);
    while (readdir(dev)) again++;
    MUST(again == count && ours != -1);
    seekdir(dev, ours);
    struct dirent *after = readdir(dev);
    MUST(after && !strcmp(after->d_name, "vfio") && !readdir(dev) && !readdir(dev));
    closedir(dev);
    int small = open("/dev", O_RDONLY | O_DIRECTORY); /* one entry at a time */
    char room[40];
    for (again = 0; syscall(SYS_getdents64, small, room, sizeof room) > 0;) again++;
    MUST(close(small) == 0);

    int directory = open(FUNCTION "/vfio-dev", O_RDONLY | O_DIRECTORY);
    MUST(directory >= 0 && directory < 700); /* like any other directory */
    int text = openat(directory, "vfio0/dev", O_RDONLY);
    char content[16];
    MUST(text >= 0 && read(text, content, sizeof content) == 8 && close(text) == 0);
    struct stat status;
    MUST(fstatat(directory, "..", &status, 0) == 0 && S_ISDIR(status.st_mode));
    text = openat(directory, "../vendor", O_RDONLY);
    MUST(text >= 0 && lseek(text, 2, SEEK_SET) == 2 && read(text, content, 4) == 4 && !memcmp(content, "1234", 4) && close(text) == 0);

    char name[64], link[PATH_MAX] = "";
    snprintf(name, sizeof name, "/proc/self/fd/%d", directory);
    MUST(readlink(name, link, sizeof link) > 0 && !strcmp(link, TARGET "/vfio-dev"));
    close(directory);

    directory = open("/dev/vfio/devices", O_RDONLY | O_DIRECTORY);
    int vfio = openat(directory, "vfio0", O_RDWR);
    MUST(vfio >= 0 && increments(vfio) && fstatat(directory, "vfio0", &status, 0) == 0 && is_device(&status, 300));
    MUST(close(vfio) == 0);

    MUST(chdir("/dev") == 0);
    MUST(stat("iommu", &status) == 0 && is_device(&status, 124) && stat("vfio/devices/vfio0", &status) == 0);
    MUST(stat("./../dev/iommu", &status) == 0 && is_device(&status, 124));
    MUST(fchdir(directory) == 0 && stat("vfio0", &status) == 0 && is_device(&status, 300));
    MUST(stat("../../iommu", &status) == 0 && is_device(&status, 124));
    MUST(chdir("/") == 0 && close(directory) == 0);
}

static void the_host(void) {
    struct stat status;
    MUST(stat("/dev/null", &status) == 0 && S_ISCHR(status.st_mode) && stat("/etc/passwd", &status) == 0);
    FAILS(stat("/dev/no-such-device", &status), ENOENT);
    FAILS(stat("/no/such/path", &status), ENOENT);
    FAILS(stat("", &status), ENOENT);
    FAILS(stat((char *)8, &status), EFAULT);
    FAILS(stat(IOMMU, (struct stat *)8), EFAULT);
    char *path = malloc(6000);
    memset(path, 'x', 6000);
    path[5999] = 0;
    FAILS(open(path, O_RDONLY), ENAMETOOLONG);
    /* Up to the end of a page, and across one. */
    char *pages = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(munmap(pages + 8192, 4096) == 0);
    char *last = strcpy(pages + 8192 - sizeof IOMMU, IOMMU);
    MUST(stat(last, &status) == 0 && is_device(&status, 124));
    char *across = strcpy(pages + 4096 - 5, IOMMU);
    MUST(stat(across, &status) == 0 && is_device(&status, 124));
    FAILS(stat(memset(pages + 8192 - 3, '/', 3), &status), EFAULT);
    FAILS(openat(12345, "iommu", O_RDWR), EBADF);
    int file = open("/etc/passwd", O_RDONLY);
    FAILS(openat(file, "iommu", O_RDWR), ENOTDIR);
    close(file);
}

int main(void) {
    nodes();
    descriptors();
    links_and_texts();
    directories();
    the_host();
    puts("all as it should be");
    return 0;
}
