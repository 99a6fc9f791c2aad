/* /dev/iommu: address spaces and the memory in them. */
#define _GNU_SOURCE
#include "client.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

int iommu_open(void) {
    return open("/dev/iommu", O_RDWR | O_CLOEXEC);
}

int ioas_alloc(int iommufd, uint32_t *id) {
    struct ioas_alloc_args args = { .size = sizeof args };
    int result = ioctl(iommufd, IOMMU_IOAS_ALLOC, &args);
    *id = args.out_ioas_id;
    return result;
}

int ioas_map(int iommufd, uint32_t ioas, const void *memory, size_t length, uint64_t iova, uint32_t access) {
    struct map_args args = {
        .size = sizeof args, .flags = MAP_FIXED_IOVA | access, .ioas_id = ioas,
        .user_va = (uintptr_t)memory, .length = length, .iova = iova,
    };
    return ioctl(iommufd, IOMMU_IOAS_MAP, &args);
}

int64_t ioas_unmap(int iommufd, uint32_t ioas, uint64_t iova, uint64_t length) {
    struct unmap_args args = { .size = sizeof args, .ioas_id = ioas, .iova = iova, .length = length };
    return ioctl(iommufd, IOMMU_IOAS_UNMAP, &args) ? -1 : (int64_t)args.length;
}

int object_destroy(int iommufd, uint32_t id) {
    struct destroy_args args = { .size = sizeof args, .id = id };
    return ioctl(iommufd, IOMMU_DESTROY, &args);
}

uint8_t *pages(size_t count) {
    void *memory = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return memory;
}

/* The pattern's period is no divisor of a page, so that a copy from or to a wrong offset is seen. */
static uint8_t pattern(size_t index, uint8_t seed) {
    return (uint8_t)(index % 251 * 7 + seed);
}

void fill(uint8_t *memory, size_t length, uint8_t seed) {
    for (size_t i = 0; i < length; i++) memory[i] = pattern(i, seed);
}

bool filled(const uint8_t *memory, size_t length, uint8_t seed) {
    for (size_t i = 0; i < length; i++)
        if (memory[i] != pattern(i, seed)) return false;
    return true;
}

bool constant(const uint8_t *memory, size_t length, uint8_t value) {
    for (size_t i = 0; i < length; i++)
        if (memory[i] != value) return false;
    return true;
}
