/*
 * dmatest [PCI-ADDRESS | /dev/vfio/devices/vfioN]
 *
 * The shortest whole way through /dev/iommu: open, bind, attach, map, a page through the device by DMA, unmap, and a
 * DMA after the unmap, which ends without a byte moved. For the device `dmatest` (1234:11e9).
 */
#include "client.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Addresses above 4 GiB: dmatest has all 64 bits, and a truncation must be seen. */
static const uint64_t source_iova = 0x1200000000, target_iova = 0x3400000000;

enum { SEED_COPY = 1, SEED_SECOND, SEED_UNMAPPED };

int main(int count, char **arguments) {
    static const uint16_t models[] = { DMATEST, 0 };
    struct device device;
    uint32_t ioas, table;
    int iommufd = iommu_open();
    must(iommufd >= 0, "open /dev/iommu");
    must(ioas_alloc(iommufd, &ioas) == 0, "allocate an address space: object %" PRIu32, ioas);
    must(device_open(count > 1 ? arguments[1] : NULL, models, &device) == 0, "open the device");
    must(device_bind(&device, iommufd) == 0, "bind: object %" PRIu32, device.id);
    table = ioas;
    must(device_attach(&device, &table) == 0, "attach: object %" PRIu32, table);

    struct region_info bar0;
    must(region_info(&device, REGION_BAR0, &bar0) == 0 && bar0.size == PAGE, "BAR0: %" PRIu64 " bytes", bar0.size);
    must(device_regions(&device) == 0 && device.model == DMATEST, "configuration space: %04x:%04x", config16(&device, 0),
         config16(&device, 2));

    uint8_t *source = pages(1), *target = pages(1);
    must(ioas_map(iommufd, ioas, source, PAGE, source_iova, MAP_READABLE) == 0, "map the source at 0x%" PRIx64, source_iova);
    must(ioas_map(iommufd, ioas, target, PAGE, target_iova, MAP_READABLE | MAP_WRITEABLE) == 0, "map the target at 0x%" PRIx64,
         target_iova);

    fill(source, PAGE, SEED_COPY);
    must(dma_to_device(&device, source_iova) && dma_from_device(&device, target_iova), "DMA without bus mastering ends");
    check(constant(target, PAGE, 0), "the target is unchanged");

    bus_master(&device, true);
    must(dma_to_device(&device, source_iova), "DMA memory to device");
    fill(source, PAGE, SEED_SECOND); /* what the device has must be its own copy */
    must(dma_from_device(&device, target_iova), "DMA device to memory");
    check(filled(target, PAGE, SEED_COPY), "every byte came through");
    must(dma_to_device(&device, source_iova) && dma_from_device(&device, target_iova), "DMA both ways again");
    check(filled(target, PAGE, SEED_SECOND), "the new bytes came through");
    must(dma_from_device(&device, source_iova), "DMA to memory mapped for reading ends");
    check(filled(source, PAGE, SEED_SECOND), "the memory is unchanged");

    fill(source, PAGE, SEED_UNMAPPED);
    int64_t length = ioas_unmap(iommufd, ioas, source_iova, PAGE);
    check(length == PAGE, "unmap the source: %" PRId64 " bytes", length);
    must(dma_to_device(&device, source_iova), "DMA from memory that was unmapped ends");
    must(dma_from_device(&device, target_iova), "DMA device to memory");
    check(!filled(target, PAGE, SEED_UNMAPPED), "none of the unmapped bytes came through");

    memset(target, 0xaa, PAGE);
    check(ioas_unmap(iommufd, ioas, target_iova, PAGE) == PAGE, "unmap the target");
    must(dma_from_device(&device, target_iova), "DMA to memory that was unmapped ends");
    check(constant(target, PAGE, 0xaa), "the memory is unchanged");

    check(device_detach(&device) == 0, "detach");
    check(object_destroy(iommufd, ioas) == 0, "destroy the address space");
    check(close(device.fd) == 0 && close(iommufd) == 0, "close both");
    return verdict("dmatest");
}
