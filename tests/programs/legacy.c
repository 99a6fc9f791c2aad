/*
 * legacy groups | device | type1 | type1v2 | compat1 | compat2
 *
 * What programs older than /dev/iommu call, errno by errno: groups and containers; the rest of a VFIO device; type 1 of both
 * versions on a container (/dev/vfio/vfio) and on /dev/iommu in its place. Each line is one call and what came of it, with
 * nothing that differs between machines: a recording from a real kernel must equal ours byte for byte.
 */
#define _GNU_SOURCE
#include "legacy.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

char address[32], group_path[32];

void show(const char *what, long result) {
    if (result < 0) printf("%s: %s\n", what, strerrorname_np(errno));
    else printf("%s: %ld\n", what, result);
    fflush(stdout);
}

/* The first edu; its group is where its iommu_group leads. */
void find_edu(void) {
    const char *pci = "/sys/bus/pci/devices";
    DIR *entries = opendir(pci);
    must(entries, "list the PCI devices");
    for (struct dirent *entry; (entry = readdir(entries));) {
        char path[300], target[300];
        unsigned vendor = 0, model = 0;
        snprintf(path, sizeof path, "%s/%s/vendor", pci, entry->d_name);
        FILE *file = fopen(path, "re");
        if (!file || fscanf(file, "%x", &vendor) != 1) vendor = 0;
        if (file) fclose(file);
        snprintf(path, sizeof path, "%s/%s/device", pci, entry->d_name);
        file = fopen(path, "re");
        if (!file || fscanf(file, "%x", &model) != 1) model = 0;
        if (file) fclose(file);
        if (vendor != VENDOR || model != EDU) continue;
        snprintf(address, sizeof address, "%.31s", entry->d_name);
        snprintf(path, sizeof path, "%s/%s/iommu_group", pci, entry->d_name);
        ssize_t length = readlink(path, target, sizeof target - 1);
        must(length > 0, "the device has a group");
        target[length] = 0;
        snprintf(group_path, sizeof group_path, "/dev/vfio/%.20s", strrchr(target, '/') + 1);
        break;
    }
    closedir(entries);
    must(address[0], "find an edu");
}

int dma_map(int fd, uint32_t flags, const void *memory, uint64_t iova, uint64_t size) {
    struct dma_map map = { sizeof map, flags, (uintptr_t)memory, iova, size };
    return ioctl(fd, VFIO_IOMMU_MAP_DMA, &map);
}

long dma_unmap(int fd, uint32_t flags, uint64_t iova, uint64_t size) {
    struct dma_unmap unmap = { .argsz = 24, .flags = flags, .iova = iova, .size = size };
    return ioctl(fd, VFIO_IOMMU_UNMAP_DMA, &unmap) ? -1 : (long)unmap.size;
}

long dma_unmap_bitmap(int fd, uint64_t iova, uint64_t size, struct bitmap bitmap) {
    struct dma_unmap unmap = { sizeof unmap, UNMAP_BITMAP, iova, size, bitmap };
    return ioctl(fd, VFIO_IOMMU_UNMAP_DMA, &unmap) ? -1 : (long)unmap.size;
}

int dirty_pages(int fd, uint32_t flags, uint64_t iova, uint64_t size, struct bitmap bitmap) {
    struct dirty dirty = { sizeof dirty, flags, iova, size, bitmap };
    return ioctl(fd, VFIO_IOMMU_DIRTY_PAGES, &dirty);
}

int main(int argc, char **argv) {
    const char *mode = argc == 2 ? argv[1] : "";
    find_edu();
    if (!strcmp(mode, "groups")) groups();
    else if (!strcmp(mode, "device")) device_rest();
    else if (!strcmp(mode, "type1")) memory_calls("/dev/vfio/vfio", TYPE1);
    else if (!strcmp(mode, "type1v2")) memory_calls("/dev/vfio/vfio", TYPE1V2);
    else if (!strcmp(mode, "compat1")) memory_calls("/dev/iommu", TYPE1);
    else if (!strcmp(mode, "compat2")) memory_calls("/dev/iommu", TYPE1V2);
    else return 2;
    return verdict("legacy");
}
