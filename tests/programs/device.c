/* The VFIO device: finding it, binding and attaching it, its registers by pread and pwrite, its interrupts by eventfd. */
#define _GNU_SOURCE
#include "client.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *const pci = "/sys/bus/pci/devices";

static unsigned sysfs_number(const char *address, const char *file) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s/%s", pci, address, file);
    unsigned value = 0;
    FILE *stream = fopen(path, "re");
    if (!stream) return 0;
    if (fscanf(stream, "%x", &value) != 1) value = 0;
    fclose(stream);
    return value;
}

/* The character device of a PCI device that is bound to VFIO: named by the only directory in its vfio-dev. */
static bool cdev_path(const char *address, char *path, size_t size) {
    char folder[300];
    snprintf(folder, sizeof folder, "%s/%s/vfio-dev", pci, address);
    DIR *entries = opendir(folder);
    if (!entries) return false;
    bool found = false;
    for (struct dirent *entry; !found && (entry = readdir(entries));)
        if (!strncmp(entry->d_name, "vfio", 4)) {
            snprintf(path, size, "/dev/vfio/devices/%s", entry->d_name);
            found = true;
        }
    closedir(entries);
    return found;
}

static bool first_of(const uint16_t *models, char *path, size_t size) {
    DIR *entries = opendir(pci);
    if (!entries) return false;
    bool found = false;
    for (struct dirent *entry; !found && (entry = readdir(entries));) {
        if (entry->d_name[0] == '.' || sysfs_number(entry->d_name, "vendor") != VENDOR) continue;
        unsigned id = sysfs_number(entry->d_name, "device");
        for (const uint16_t *model = models; *model && !found; model++)
            found = *model == id && cdev_path(entry->d_name, path, size);
    }
    closedir(entries);
    return found;
}

int device_open(const char *name, const uint16_t *models, struct device *device) {
    char path[300];
    memset(device, 0, sizeof *device);
    errno = ENODEV;
    if (!name && !first_of(models, path, sizeof path)) return -1;
    if (name && name[0] != '/' && !cdev_path(name, path, sizeof path)) return -1;
    device->fd = open(name && name[0] == '/' ? name : path, O_RDWR | O_CLOEXEC);
    return device->fd < 0 ? -1 : 0;
}

int device_bind(struct device *device, int iommufd) {
    struct bind_args args = { .argsz = sizeof args, .iommufd = iommufd };
    int result = ioctl(device->fd, VFIO_DEVICE_BIND_IOMMUFD, &args);
    if (!result) device->id = args.out_devid;
    return result;
}

int device_attach(struct device *device, uint32_t *table) {
    struct attach_args args = { .argsz = sizeof args, .pt_id = *table };
    int result = ioctl(device->fd, VFIO_DEVICE_ATTACH, &args);
    *table = args.pt_id;
    return result;
}

int device_detach(struct device *device) {
    struct detach_args args = { .argsz = sizeof args };
    return ioctl(device->fd, VFIO_DEVICE_DETACH, &args);
}

int region_info(struct device *device, uint32_t index, struct region_info *info) {
    *info = (struct region_info){ .argsz = sizeof *info, .index = index };
    return ioctl(device->fd, VFIO_DEVICE_GET_REGION_INFO, info);
}

int device_regions(struct device *device) {
    struct region_info info;
    if (region_info(device, REGION_BAR0, &info)) return -1;
    device->bar0 = info.offset;
    if (region_info(device, REGION_CONFIG, &info)) return -1;
    device->config = info.offset;
    device->model = config16(device, 2);
    return 0;
}

/* A register that cannot be read or written whole is a defect of the device's descriptor: the program ends there. */
static void access_register(bool ok, const char *what, uint64_t offset) {
    if (!ok) must(false, "%s register 0x%llx", what, (unsigned long long)offset);
}

uint32_t read32(struct device *device, uint64_t offset) {
    uint32_t value;
    access_register(pread(device->fd, &value, sizeof value, device->bar0 + offset) == sizeof value, "read", offset);
    return value;
}

uint64_t read64(struct device *device, uint64_t offset) {
    uint64_t value;
    access_register(pread(device->fd, &value, sizeof value, device->bar0 + offset) == sizeof value, "read", offset);
    return value;
}

void write32(struct device *device, uint64_t offset, uint32_t value) {
    access_register(pwrite(device->fd, &value, sizeof value, device->bar0 + offset) == sizeof value, "write", offset);
}

void write64(struct device *device, uint64_t offset, uint64_t value) {
    access_register(pwrite(device->fd, &value, sizeof value, device->bar0 + offset) == sizeof value, "write", offset);
}

uint16_t config16(struct device *device, uint64_t offset) {
    uint16_t value;
    access_register(pread(device->fd, &value, sizeof value, device->config + offset) == sizeof value, "read config", offset);
    return value;
}

enum { CONFIG_COMMAND = 4, COMMAND_BUS_MASTER = 4 };

void bus_master(struct device *device, bool on) {
    uint16_t value = config16(device, CONFIG_COMMAND);
    value = on ? value | COMMAND_BUS_MASTER : value & ~COMMAND_BUS_MASTER;
    access_register(pwrite(device->fd, &value, sizeof value, device->config + CONFIG_COMMAND) == sizeof value,
                    "write config", CONFIG_COMMAND);
}

bool bus_master_is_on(struct device *device) {
    return config16(device, CONFIG_COMMAND) & COMMAND_BUS_MASTER;
}

int irq_set(struct device *device, uint32_t index, uint32_t flags, uint32_t count, int32_t data) {
    struct irq_set args = { .argsz = IRQ_SET_HEADER, .flags = flags, .index = index, .count = count, .data = data };
    if (flags & IRQ_DATA_EVENTFD) args.argsz += sizeof(int32_t);
    if (flags & IRQ_DATA_BOOL) args.argsz += 1;
    return ioctl(device->fd, VFIO_DEVICE_SET_IRQS, &args);
}

uint64_t event_wait(int eventfd, int ms) {
    struct pollfd wait = { .fd = eventfd, .events = POLLIN };
    uint64_t count = 0;
    if (poll(&wait, 1, ms) != 1 || read(eventfd, &count, sizeof count) != sizeof count) return 0;
    return count;
}

bool wait_clear(struct device *device, uint64_t offset, uint32_t bits) {
    for (int ms = 0; ms < WAIT_MS; ms++) {
        if (!(read32(device, offset) & bits)) return true;
        usleep(1000);
    }
    return false;
}
