/*
 * dpdk_pci PCI-ADDRESS [EAL options]
 *
 * A driver on DPDK's PCI bus, for a dmatest with memory. The bus finds the device in sysfs, sets it up through VFIO and maps its BARs;
 * then the driver uses the memory BAR as it was mapped, registers where DPDK 22.11 takes them to be (region n at n << 40, whatever
 * REGION_INFO says), DMA, and an interrupt through DPDK's interrupt thread.
 *
 * BARs that VFIO says cannot be mapped DPDK leaves out (mem_resource[n].addr is NULL): a driver gets at their registers by pread and
 * pwrite on the device's descriptor only.
 */
#define _GNU_SOURCE
#include "client.h"

#include <linux/vfio.h>
#include <string.h>
#include <unistd.h>

#include <rte_bus_pci.h>
#include <rte_eal.h>
#include <rte_interrupts.h>
#include <rte_malloc.h>

/* What drivers outside of DPDK's own tree are not given a header for, as of DPDK 22.11 (its ABI 23). */
struct link { void *next, **previous; };
struct bus_device { struct link all; const char *name, *bus_info; const void *driver, *bus; int numa_node; void *devargs; };
struct rte_pci_device {
    struct link all;
    struct bus_device device;
    struct rte_pci_addr addr;
    struct rte_pci_id id;
    struct { uint64_t physical, length; void *addr; } mem_resource[6];
    struct rte_intr_handle *interrupt;
};
struct rte_pci_driver {
    struct link all;
    struct { struct link all; const char *name, *alias; } driver;
    int (*probe)(struct rte_pci_driver *, struct rte_pci_device *);
    int (*remove)(struct rte_pci_device *);
    void *dma_map, *dma_unmap;
    const struct rte_pci_id *ids;
    uint32_t flags;
};
enum { NEED_MAPPING = 1 };
void rte_pci_register(struct rte_pci_driver *driver);
int rte_intr_dev_fd_get(const struct rte_intr_handle *handle);

enum { MEMORY_BAR = 2, MEMORY = 64 << 10, CONFIG = 7, RAISE_WHEN_MOVED = 4 };
enum { ADDRESS_LOW = 0, ADDRESS_HIGH = 4, COMMAND = 8, STATUS = 0xc, VECTOR = 0x10 };
enum { RUN = 1, FROM_MEMORY = 2 };

static struct rte_pci_device *found;
static volatile int interrupts;

static int probe(struct rte_pci_driver *driver, struct rte_pci_device *device) {
    (void)driver;
    found = device;
    return 0;
}

static int forget(struct rte_pci_device *device) {
    (void)device;
    found = NULL;
    return 0;
}

static const struct rte_pci_id ids[] = {
    { .class_id = RTE_CLASS_ANY_ID, .vendor_id = VENDOR, .device_id = DMATEST, .subsystem_vendor_id = RTE_PCI_ANY_ID, .subsystem_device_id = RTE_PCI_ANY_ID },
    { 0 },
};
static struct rte_pci_driver driver = {
    .driver = { .name = "test_dmatest" }, .probe = probe, .remove = forget, .ids = ids, .flags = NEED_MAPPING,
};

static void interrupted(void *unused) {
    (void)unused;
    interrupts++;
}

static uint64_t place(int region, uint64_t at) { return ((uint64_t)region << 40) + at; }

static uint32_t get(int fd, uint64_t at) {
    uint32_t value = 0;
    must(pread(fd, &value, sizeof value, place(0, at)) == sizeof value, "read register 0x%x", (unsigned)at);
    return value;
}

static void put(int fd, uint64_t at, uint32_t value) {
    if (pwrite(fd, &value, sizeof value, place(0, at)) != sizeof value) must(false, "write register 0x%x", (unsigned)at);
}

static void move(int fd, uint64_t iova, uint32_t direction) {
    int before = interrupts;
    put(fd, ADDRESS_LOW, (uint32_t)iova);
    put(fd, ADDRESS_HIGH, (uint32_t)(iova >> 32));
    put(fd, VECTOR, 0);
    put(fd, COMMAND, RUN | direction | RAISE_WHEN_MOVED);
    for (int waited = 0; interrupts == before && waited < WAIT_MS; waited++) usleep(1000);
    check(interrupts == before + 1, "the interrupt arrives");
    check(get(fd, STATUS) == 0, "the DMA is done");
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    argv[1] = argv[0];
    rte_pci_register(&driver);
    must(rte_eal_init(argc - 1, argv + 1) >= 0, "start DPDK");
    must(found != NULL, "the PCI bus finds the device");
    must(found->id.vendor_id == VENDOR && found->id.device_id == DMATEST, "it is a dmatest");

    uint16_t config[2];
    check(rte_pci_read_config(found, config, sizeof config, 0) == sizeof config && config[0] == VENDOR, "read configuration space");
    check(found->mem_resource[0].length == PAGE && found->mem_resource[0].addr == NULL, "registers are not mapped");
    must(found->mem_resource[MEMORY_BAR].length == MEMORY && found->mem_resource[MEMORY_BAR].addr != NULL, "memory is mapped");

    int fd = rte_intr_dev_fd_get(found->interrupt);
    volatile uint8_t *bar = found->mem_resource[MEMORY_BAR].addr;
    bar[MEMORY - 1] = 0x5a;
    uint8_t byte = 0;
    check(pread(fd, &byte, 1, place(MEMORY_BAR, MEMORY - 1)) == 1 && byte == 0x5a, "a write to the mapping is a write to the BAR");
    byte = 0xa5;
    check(pwrite(fd, &byte, 1, place(MEMORY_BAR, 1)) == 1 && bar[1] == 0xa5, "and the other way round");

    check(rte_intr_callback_register(found->interrupt, interrupted, NULL) == 0 && rte_intr_enable(found->interrupt) == 0, "enable interrupts");
    check(rte_pci_set_bus_master(found, true) == 0, "enable DMA");
    uint8_t *memory = rte_malloc(NULL, 2 * PAGE, PAGE);
    must(memory != NULL, "allocate");
    fill(memory, PAGE, 1);
    uint64_t iova = rte_malloc_virt2iova(memory);
    move(fd, iova, FROM_MEMORY);
    move(fd, iova + PAGE, 0);
    check(filled(memory + PAGE, PAGE, 1), "the device has copied the page");
    check(rte_intr_disable(found->interrupt) == 0 && rte_intr_callback_unregister(found->interrupt, interrupted, NULL) == 1, "disable interrupts");
    check(rte_eal_cleanup() == 0, "end DPDK");
    check(found == NULL, "the bus has taken the device away");
    return verdict("dpdk_pci");
}
