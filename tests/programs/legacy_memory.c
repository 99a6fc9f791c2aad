/* Map, unmap, dirty pages and information of type 1, both versions, on a container and on /dev/iommu. */
#define _GNU_SOURCE
#include "legacy.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { IOVA = 0x100000 };

static int container;
static uint8_t *memory; /* 16 pages */

static void mapped(const char *what, uint32_t flags, const void *from, uint64_t iova, uint64_t size) {
    show(what, dma_map(container, flags, from, iova, size));
}

static void unmapped(const char *what, uint32_t flags, uint64_t iova, uint64_t size) {
    show(what, dma_unmap(container, flags, iova, size));
}

static void mistakes(void) {
    struct dma_map little = { 31, BOTH, (uintptr_t)memory, IOVA, PAGE };
    show("map with too little room", ioctl(container, VFIO_IOMMU_MAP_DMA, &little));
    show("map without an argument", ioctl(container, VFIO_IOMMU_MAP_DMA, NULL));
    mapped("map with unknown flags", 8 | BOTH, memory, IOVA, PAGE);
    mapped("map nothing", BOTH, memory, IOVA, 0);
    mapped("map half a page", BOTH, memory, IOVA, PAGE / 2);
    mapped("map at half a page", BOTH, memory, IOVA + PAGE / 2, PAGE);
    mapped("map from half a page", BOTH, memory + PAGE / 2, IOVA, PAGE);
    mapped("map at the last page", BOTH, memory, -(uint64_t)PAGE, PAGE);
    mapped("map beyond the last page", BOTH, memory, -(uint64_t)PAGE, 2 * PAGE);
    mapped("map the last page of memory", BOTH, (void *)-(uintptr_t)PAGE, IOVA, PAGE);
    mapped("map memory beyond the last page", BOTH, (void *)-(uintptr_t)PAGE, IOVA, 2 * PAGE);
    mapped("map no memory", BOTH, (void *)(uintptr_t)PAGE, IOVA, PAGE);
    mapped("map at the interrupt messages", BOTH, memory, 0xfee00000, PAGE);
    mapped("map across them", BOTH, memory, 0xfee00000 - PAGE, 2 * PAGE);
    uint8_t *readonly = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mapped("map read-only memory for writing", BOTH, readonly, IOVA, PAGE);
    mapped("map read-only memory for reading", READ, readonly, IOVA, PAGE);
    unmapped("unmap it", 0, IOVA, PAGE);
    mapped("map for writing", WRITE, memory, IOVA, PAGE);
    unmapped("unmap it", 0, IOVA, PAGE);

    struct dma_unmap short_unmap = { .argsz = 23, .iova = IOVA, .size = PAGE };
    show("unmap with too little room", ioctl(container, VFIO_IOMMU_UNMAP_DMA, &short_unmap));
    show("unmap without an argument", ioctl(container, VFIO_IOMMU_UNMAP_DMA, NULL));
    unmapped("unmap with unknown flags", 8, IOVA, PAGE);
    unmapped("unmap nothing", 0, IOVA, 0);
    unmapped("unmap where nothing is", 0, IOVA, PAGE);
    unmapped("unmap half a page where nothing is", 0, IOVA, PAGE / 2);
    unmapped("unmap beyond the last page", 0, -(uint64_t)PAGE, 2 * PAGE);
    unmapped("unmap everything, with a size", UNMAP_ALL, 0, PAGE);
    unmapped("unmap everything, with an address", UNMAP_ALL, PAGE, 0);
    unmapped("unmap everything where nothing is", UNMAP_ALL, 0, 0);
}

static void cuts(void) {
    mapped("map 4 pages", BOTH, memory, IOVA, 4 * PAGE);
    mapped("map over the first of them", BOTH, memory, IOVA, PAGE);
    mapped("map over the last of them", BOTH, memory, IOVA + 3 * PAGE, 2 * PAGE);
    mapped("map around them", BOTH, memory, IOVA - PAGE, 6 * PAGE);
    mapped("map behind them", BOTH, memory + 4 * PAGE, IOVA + 4 * PAGE, PAGE);
    unmapped("unmap the two in the middle", 0, IOVA + PAGE, 2 * PAGE);
    unmapped("unmap the last two", 0, IOVA + 2 * PAGE, 2 * PAGE);
    unmapped("unmap the first two", 0, IOVA, 2 * PAGE);
    unmapped("unmap what is left", 0, IOVA - PAGE, 16 * PAGE);
    mapped("map a page", BOTH, memory, IOVA, PAGE);
    mapped("map 2 pages, one further", BOTH, memory, IOVA + 2 * PAGE, 2 * PAGE);
    mapped("map 2 pages behind them", BOTH, memory, IOVA + 4 * PAGE, 2 * PAGE);
    unmapped("unmap from the first into the last", 0, IOVA, 5 * PAGE);
    unmapped("unmap from before into the first of two", 0, IOVA - PAGE, 4 * PAGE);
    unmapped("unmap everything", UNMAP_ALL, 0, 0);
    mapped("map 3 pages at 0", BOTH, memory, 0, 3 * PAGE);
    unmapped("unmap the first", 0, 0, PAGE);
    unmapped("unmap everything", UNMAP_ALL, 0, 0);
}

static void addresses(void) {
    mapped("map with a new address and permissions", BOTH | VADDR, memory, IOVA, PAGE);
    mapped("a new address where nothing is", VADDR, memory, IOVA, PAGE);
    mapped("map 2 pages", BOTH, memory, IOVA, 2 * PAGE);
    mapped("map 2 pages further on", BOTH, memory, IOVA + 4 * PAGE, 2 * PAGE);
    mapped("a new address for a valid one", VADDR, memory, IOVA, 2 * PAGE);
    unmapped("invalidate a part", UNMAP_VADDR, IOVA, PAGE);
    unmapped("invalidate the first", UNMAP_VADDR, IOVA, 2 * PAGE);
    unmapped("invalidate it again", UNMAP_VADDR, IOVA, 2 * PAGE);
    unmapped("invalidate everything", UNMAP_VADDR | UNMAP_ALL, 0, 0);
    mapped("a new address for a part", VADDR, memory, IOVA, PAGE);
    mapped("a new address", VADDR, memory + 2 * PAGE, IOVA, 2 * PAGE);
    mapped("a new address again", VADDR, memory, IOVA, 2 * PAGE);
    unmapped("invalidate everything", UNMAP_VADDR | UNMAP_ALL, 0, 0);
    mapped("map while addresses are invalid", BOTH, memory, IOVA + 8 * PAGE, PAGE);
    unmapped("unmap everything", UNMAP_ALL, 0, 0);
}

static void words(const char *what, const uint64_t *bits, size_t count) {
    printf("%s:", what);
    for (size_t i = 0; i < count; i++) printf(" %" PRIx64, bits[i]);
    printf("\n");
}

static void dirty(void) {
    static uint64_t bits[4];
    struct bitmap all = { PAGE, sizeof bits, (uintptr_t)bits };
    mapped("map 2 pages", BOTH, memory, IOVA, 2 * PAGE);
    mapped("map 2 pages, 68 further", BOTH, memory, IOVA + 70 * PAGE, 2 * PAGE);
    show("dirty pages before the start", dirty_pages(container, DIRTY_GET, IOVA, 128 * PAGE, all));
    show("unmap with them before the start", dma_unmap_bitmap(container, IOVA, 2 * PAGE, all));
    struct dirty little = { .argsz = 7, .flags = DIRTY_START };
    show("start with too little room", ioctl(container, VFIO_IOMMU_DIRTY_PAGES, &little));
    show("without an argument", ioctl(container, VFIO_IOMMU_DIRTY_PAGES, NULL));
    show("start and stop", dirty_pages(container, DIRTY_START | DIRTY_STOP, 0, 0, all));
    show("no flag", dirty_pages(container, 0, 0, 0, all));
    show("an unknown flag", dirty_pages(container, 8, 0, 0, all));
    show("stop before the start", dirty_pages(container, DIRTY_STOP, 0, 0, all));
    show("start", dirty_pages(container, DIRTY_START, 0, 0, all));
    show("start again", dirty_pages(container, DIRTY_START, 0, 0, all));

    memset(bits, 0, sizeof bits);
    bits[1] = 0x8000000000000001;
    bits[2] = 5;
    show("dirty pages", dirty_pages(container, DIRTY_GET, IOVA, 128 * PAGE, all));
    words("the bits", bits, 4);
    memset(bits, 0, sizeof bits);
    show("dirty pages from before", dirty_pages(container, DIRTY_GET, IOVA - 63 * PAGE, 128 * PAGE, all));
    words("the bits", bits, 4);
    show("cutting a mapping at the start", dirty_pages(container, DIRTY_GET, IOVA + PAGE, 16 * PAGE, all));
    show("cutting a mapping at the end", dirty_pages(container, DIRTY_GET, IOVA, 71 * PAGE, all));
    show("nothing", dirty_pages(container, DIRTY_GET, IOVA, 0, all));
    show("half a page", dirty_pages(container, DIRTY_GET, IOVA, PAGE / 2, all));
    show("a page and a half", dirty_pages(container, DIRTY_GET, IOVA, PAGE * 3 / 2, all));
    show("at half a page", dirty_pages(container, DIRTY_GET, IOVA + PAGE / 2, PAGE, all));
    show("beyond the last page", dirty_pages(container, DIRTY_GET, -(uint64_t)PAGE, 2 * PAGE, all));
    show("for larger pages", dirty_pages(container, DIRTY_GET, IOVA, 1 << 21, (struct bitmap){ 1 << 21, 8, (uintptr_t)bits }));
    show("a bitmap that is too small", dirty_pages(container, DIRTY_GET, IOVA, 128 * PAGE, (struct bitmap){ PAGE, 15, (uintptr_t)bits }));
    show("no bitmap", dirty_pages(container, DIRTY_GET, IOVA, 128 * PAGE, (struct bitmap){ PAGE, 0, (uintptr_t)bits }));
    show("a bitmap that is too large", dirty_pages(container, DIRTY_GET, IOVA, 128 * PAGE, (struct bitmap){ PAGE, (1 << 28) + 1, (uintptr_t)bits }));
    show("a bitmap in no memory", dirty_pages(container, DIRTY_GET, IOVA, 128 * PAGE, (struct bitmap){ PAGE, 16, PAGE }));
    show("a bitmap in the kernel", dirty_pages(container, DIRTY_GET, IOVA, 128 * PAGE, (struct bitmap){ PAGE, 16, -(uint64_t)PAGE }));

    /* Mapped anew, because Linux has by now set bits of its own behind those of the mappings. */
    unmapped("unmap everything", UNMAP_ALL, 0, 0);
    mapped("map 2 pages", BOTH, memory, IOVA, 2 * PAGE);
    mapped("map 2 pages, 68 further", BOTH, memory, IOVA + 70 * PAGE, 2 * PAGE);
    memset(bits, 0, sizeof bits);
    show("unmap with dirty pages", dma_unmap_bitmap(container, IOVA, 128 * PAGE, all));
    words("the bits", bits, 4);
    mapped("map 2 pages while tracking", BOTH, memory, IOVA, 2 * PAGE);
    show("unmap with a bitmap in no memory", dma_unmap_bitmap(container, IOVA, 2 * PAGE, (struct bitmap){ PAGE, 8, PAGE }));
    unmapped("unmap everything, with dirty pages", UNMAP_ALL | UNMAP_BITMAP, 0, 0);
    show("stop", dirty_pages(container, DIRTY_STOP, 0, 0, all));
    unmapped("unmap everything", UNMAP_ALL, 0, 0);
}

/* The chain with each size of room: argsz and cap_offset afterwards, and which capabilities were filled in. */
static void information(void) {
    struct iommu_info little = { .argsz = 15 };
    show("information with too little room", ioctl(container, VFIO_IOMMU_GET_INFO, &little));
    show("without an argument", ioctl(container, VFIO_IOMMU_GET_INFO, NULL));
    for (uint32_t argsz = 16; argsz <= 144; argsz += 8) {
        uint8_t room[256];
        memset(room, 0xee, sizeof room);
        struct iommu_info info = { .argsz = argsz };
        memcpy(room, &info, 16);
        long result = ioctl(container, VFIO_IOMMU_GET_INFO, room);
        memcpy(&info, room, sizeof info);
        printf("information in %" PRIu32 " bytes: %ld, argsz %" PRIu32 ", flags %" PRIu32 ", 4 KiB pages %d, capabilities at %" PRIu32 ",",
               argsz, result, info.argsz, info.flags, (int)(info.page_sizes >> 12 & 1), argsz < 20 ? 0 : info.cap_offset);
        for (uint32_t at = 24; at < 256; at += 8) {
            struct capability capability;
            memcpy(&capability, room + at, sizeof capability);
            if (capability.id <= 3 && capability.version == 1)
                printf(" %" PRIu16 " at %" PRIu32 " before %" PRIu32, capability.id, at, capability.next);
        }
        printf("\n");
    }
    uint8_t room[256] = { 0 };
    *(uint32_t *)room = sizeof room;
    mapped("map a page", BOTH, memory, IOVA, PAGE);
    ioctl(container, VFIO_IOMMU_GET_INFO, room);
    for (uint32_t at = ((struct iommu_info *)room)->cap_offset; at; at = ((struct capability *)(room + at))->next) {
        uint16_t id = ((struct capability *)(room + at))->id;
        uint32_t first = *(uint32_t *)(room + at + 8);
        if (id == 1) printf("%" PRIu32 " ranges, the first from %" PRIx64 " to %" PRIx64 "\n", first, *(uint64_t *)(room + at + 16), *(uint64_t *)(room + at + 24));
        if (id == 2) printf("pages of %" PRIu64 ", bitmaps of %" PRIu64 " bytes\n", *(uint64_t *)(room + at + 16), *(uint64_t *)(room + at + 24));
        if (id == 3) printf("%" PRIu32 " mappings left\n", first);
    }
    unmapped("unmap everything", UNMAP_ALL, 0, 0);
}

static void limit(void) {
    long made = 0;
    while (made < 70000 && !dma_map(container, READ, memory, IOVA + (uint64_t)made * PAGE, PAGE)) made++;
    printf("mappings until %s: %ld\n", made == 70000 ? "enough" : strerrorname_np(errno), made);
    unmapped("unmap all of them", UNMAP_ALL, 0, 0);
}

void memory_calls(const char *path, unsigned long type) {
    int group = open(group_path, O_RDWR | O_CLOEXEC);
    container = open(path, O_RDWR | O_CLOEXEC);
    must(group >= 0 && container >= 0, "open %s and the group", path);
    memory = pages(16);
    show("set the type without a group", ioctl(container, VFIO_SET_IOMMU, type));
    mapped("map without a group", BOTH, memory, IOVA, PAGE);
    unmapped("unmap without a group", 0, IOVA, PAGE);
    show("put the group into it", ioctl(group, VFIO_GROUP_SET, &container));
    if (!strcmp(path, "/dev/iommu")) mapped("map without a type", BOTH, memory, IOVA, PAGE);
    if (!strcmp(path, "/dev/iommu")) unmapped("unmap it", 0, IOVA, PAGE);
    show("set the type", ioctl(container, VFIO_SET_IOMMU, type));
    struct device device = { 0 };
    device.fd = ioctl(group, VFIO_GROUP_GET_DEVICE, address);
    show("get the device", device.fd < 0 ? -1 : 0);
    must(device_regions(&device) == 0, "find its registers");
    mistakes();
    mapped("map without permissions", 0, memory, IOVA, PAGE);
    unmapped("unmap it", 0, IOVA, PAGE);
    cuts();
    addresses();
    dirty();
    information();
    if (type == TYPE1V2) limit();

    bus_master(&device, true);
    mapped("map 2 pages", BOTH, memory, IOVA, 2 * PAGE);
    fill(memory, PAGE, 1);
    show("the device reads memory", dma_to_device(&device, IOVA));
    show("and writes it", dma_from_device(&device, IOVA + PAGE));
    show("as it was", filled(memory + PAGE, PAGE, 1));
    unmapped("unmap the second page", 0, IOVA + PAGE, PAGE);
    memset(memory + PAGE, 0, PAGE);
    show("the device writes it", dma_from_device(&device, IOVA + PAGE));
    show("whether that came there", filled(memory + PAGE, PAGE, 1));
    fill(memory, PAGE, 2);
    show("the device reads the first", dma_to_device(&device, IOVA));
    show("and writes it", (memset(memory, 0, PAGE), dma_from_device(&device, IOVA)));
    show("as it was", filled(memory, PAGE, 2));
    close(device.fd);
    close(group);
    close(container);
}
