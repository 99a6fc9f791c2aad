/*
 * dpdk PCI-ADDRESS [EAL options]
 *
 * DPDK, as Debian has it, sets up an edu through its group and a container, in its own way: it maps all of its memory, finds the
 * registers and copies a string through the device. What is ours here is only which calls of DPDK's public interface are made.
 */
#define _GNU_SOURCE
#include "client.h"
#include "edu.h"

#include <linux/vfio.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_malloc.h>
#include <rte_vfio.h>

enum { BIG = 2 << 20 };
static const uint64_t far_iova = 1ull << 40;

int main(int argc, char **argv) {
    static const char *const pci = "/sys/bus/pci/devices";
    if (argc < 2) return 2;
    const char *address = argv[1];
    argv[1] = argv[0];
    must(rte_eal_init(argc - 1, argv + 1) >= 0, "start DPDK");
    check(rte_vfio_is_enabled("vfio_pci") == 1, "VFIO is there");
    check(rte_vfio_noiommu_is_enabled() == 0, "devices without an IOMMU are not");

    struct device edu = { 0 };
    struct vfio_device_info info = { .argsz = sizeof info };
    must(rte_vfio_setup_device(pci, address, &edu.fd, &info) == 0, "set up the device");
    check(info.num_regions == REGIONS && info.num_irqs == IRQS, "its information");
    must(device_regions(&edu) == 0 && edu.model == EDU, "find its registers");
    bus_master(&edu, true);

    uint8_t *memory = rte_malloc(NULL, 2 * PAGE, PAGE);
    must(memory != NULL, "allocate");
    uint64_t iova = rte_malloc_virt2iova(memory);
    fill(memory, PAGE, 1);
    check(dma_to_device(&edu, iova) && dma_from_device(&edu, iova + PAGE), "the device copies a page");
    check(filled(memory + PAGE, PAGE, 1), "and it is the same");

    void *own = NULL;
    must(posix_memalign(&own, BIG, BIG) == 0, "memory of our own");
    check(rte_vfio_container_dma_map(RTE_VFIO_DEFAULT_CONTAINER_FD, (uintptr_t)own, far_iova, BIG) == 0, "map it");
    check(rte_vfio_container_dma_unmap(RTE_VFIO_DEFAULT_CONTAINER_FD, (uintptr_t)own, far_iova, BIG) == 0, "unmap it");
    check(rte_vfio_release_device(pci, address, edu.fd) == 0, "release the device");
    check(rte_eal_cleanup() == 0, "end DPDK");
    return verdict("dpdk");
}
