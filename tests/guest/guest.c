/* See guest.h. */
#define _GNU_SOURCE
#include "guest.h"

#include "../programs/client.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const pci = "/sys/bus/pci/devices";

enum { VENDOR_ID = 0, DEVICE_ID = 2, COMMAND = 4, STATUS = 6, CAPABILITIES = 0x34 };
enum { COMMAND_MEMORY = 2, COMMAND_BUS_MASTER = 4, COMMAND_INTX_OFF = 0x400, STATUS_CAPABILITIES = 0x10 };

static int open_in(struct pci_device *device, const char *file, int flags) {
    char path[400];
    snprintf(path, sizeof path, "%s/%s", device->folder, file);
    return open(path, flags | O_CLOEXEC);
}

bool pci_find(unsigned vendor, unsigned id, struct pci_device *device) {
    DIR *entries = opendir(pci);
    if (!entries) return false;
    bool found = false;
    for (struct dirent *entry; !found && (entry = readdir(entries));) {
        if (entry->d_name[0] == '.') continue;
        snprintf(device->folder, sizeof device->folder, "%s/%s", pci, entry->d_name);
        device->config = open_in(device, "config", O_RDWR);
        if (device->config < 0) continue;
        found = config_read(device, VENDOR_ID, 2) == vendor && config_read(device, DEVICE_ID, 2) == id;
        if (!found) close(device->config);
    }
    closedir(entries);
    if (found) config_write(device, COMMAND, 2, config_read(device, COMMAND, 2) | COMMAND_MEMORY | COMMAND_INTX_OFF);
    return found;
}

volatile uint8_t *map_bar0(struct pci_device *device) {
    int file = open_in(device, "resource0", O_RDWR | O_SYNC);
    struct stat size;
    if (file < 0 || fstat(file, &size)) return NULL;
    void *memory = mmap(NULL, size.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return memory == MAP_FAILED ? NULL : memory;
}

uint32_t config_read(struct pci_device *device, unsigned offset, unsigned size) {
    uint32_t value = 0;
    if (pread(device->config, &value, size, offset) != (ssize_t)size) must(false, "read configuration at 0x%x", offset);
    return value;
}

void config_write(struct pci_device *device, unsigned offset, unsigned size, uint32_t value) {
    if (pwrite(device->config, &value, size, offset) != (ssize_t)size) must(false, "write configuration at 0x%x", offset);
}

unsigned capability(struct pci_device *device, unsigned number) {
    if (!(config_read(device, STATUS, 2) & STATUS_CAPABILITIES)) return 0;
    unsigned offset = config_read(device, CAPABILITIES, 1);
    for (int left = 48; offset && left; left--) { /* 48 are all that fit: a list that goes round ends there */
        if (config_read(device, offset, 1) == number) return offset;
        offset = config_read(device, offset + 1, 1);
    }
    return 0;
}

void bus_master_of(struct pci_device *device, bool on) {
    uint32_t command = config_read(device, COMMAND, 2);
    config_write(device, COMMAND, 2, on ? command | COMMAND_BUS_MASTER : command & ~COMMAND_BUS_MASTER);
}

/* /proc/self/pagemap has 8 bytes a page: bit 63 is "present", bits 0 to 54 are the frame's number. */
uint64_t physical(const void *page) {
    uint64_t entry = 0;
    int map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    ssize_t length = pread(map, &entry, sizeof entry, (uintptr_t)page / PAGE * sizeof entry);
    close(map);
    return length == sizeof entry && entry >> 63 ? (entry & ((UINT64_C(1) << 55) - 1)) * PAGE : 0;
}
