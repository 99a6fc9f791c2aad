/*
 * edu [PCI-ADDRESS | /dev/vfio/devices/vfioN]
 *
 * Everything that the educational device offers, through /dev/iommu: registers, interrupts (MSI and INTx) and DMA, with
 * what must not happen: DMA without bus mastering, to read-only memory, after unmap, after detach. It knows Linux only.
 * Its output has nothing that differs between machines: a recording from a real kernel must equal ours byte for byte.
 */
#define _GNU_SOURCE
#include "edu.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Below 256 MiB, which is all that the device can address, and clear of one another. */
enum { SOURCE_IOVA = 0x100000, TARGET_IOVA = 0x200000, READONLY_IOVA = 0x300000 };

/* The seeds of the patterns; each test has its own, so that no old bytes can pass for new ones. */
enum { SEED_FIRST = 1, SEED_OFFSET, SEED_SHORT, SEED_PLAIN, SEED_NO_MASTER, SEED_READONLY, SEED_UNMAPPED };

enum { NEVER_MS = 50 }; /* how long to look for an interrupt that must not come */

static int iommufd;
static uint32_t ioas;
static struct device edu;
static uint8_t *source, *target, *readonly_page; /* two pages, two pages, one page */

static void open_and_bind(const char *name) {
    static const uint16_t models[] = { EDU, 0 };
    must((iommufd = iommu_open()) >= 0, "open /dev/iommu");
    must(ioas_alloc(iommufd, &ioas) == 0, "allocate an address space: object %" PRIu32, ioas);
    must(device_open(name, models, &edu) == 0, "open the device");

    struct device_info info = { .argsz = sizeof info };
    check_error(ioctl(edu.fd, VFIO_DEVICE_GET_INFO, &info), EINVAL, "device information before it is bound");
    check_error(device_bind(&edu, -1), EINVAL, "bind to descriptor -1");
    check_error(device_bind(&edu, edu.fd), EBADFD, "bind to a descriptor that is no iommufd");
    must(device_bind(&edu, iommufd) == 0, "bind: object %" PRIu32, edu.id);
    check_error(device_bind(&edu, iommufd), EINVAL, "bind again");

    check(ioctl(edu.fd, VFIO_DEVICE_GET_INFO, &info) == 0 && (info.flags & DEVICE_IS_PCI), "a PCI device");
    check(info.num_regions == REGIONS && info.num_irqs == IRQS, "%" PRIu32 " regions, %" PRIu32 " interrupt indexes",
          info.num_regions, info.num_irqs);
}

static void show_regions(void) {
    struct region_info info;
    for (uint32_t index = 0; index < 6; index++) {
        must(region_info(&edu, index, &info) == 0, "BAR%" PRIu32 ": %" PRIu64 " bytes%s", index, info.size,
             info.flags & REGION_WRITE ? ", read and write" : "");
    }
    check_error(region_info(&edu, REGIONS, &info), EINVAL, "region 9");
    must(device_regions(&edu) == 0, "find the registers and the configuration space");
    must(config16(&edu, 0) == VENDOR && config16(&edu, 2) == EDU, "configuration space: %04x:%04x", config16(&edu, 0),
         config16(&edu, 2));
    check(!bus_master_is_on(&edu), "bus mastering is off");
}

static void show_interrupts(void) {
    static const char *const names[] = { "INTx", "MSI", "MSI-X" };
    for (uint32_t index = IRQ_INTX; index <= IRQ_MSIX; index++) {
        struct irq_info info = { .argsz = sizeof info, .index = index };
        check(ioctl(edu.fd, VFIO_DEVICE_GET_IRQ_INFO, &info) == 0, "%s: %" PRIu32 "%s%s%s%s", names[index], info.count,
              info.flags & IRQ_INFO_EVENTFD ? " eventfd" : "", info.flags & IRQ_INFO_MASKABLE ? " maskable" : "",
              info.flags & IRQ_INFO_AUTOMASKED ? " automasked" : "", info.flags & IRQ_INFO_NORESIZE ? " noresize" : "");
    }
}

static void attach_and_map(void) {
    uint32_t table = ioas;
    must(device_attach(&edu, &table) == 0, "attach: object %" PRIu32, table);
    check_error(object_destroy(iommufd, ioas), EBUSY, "destroy the address space in use");

    struct iova_range ranges[64];
    struct iova_ranges_args args = { .size = sizeof args, .ioas_id = ioas, .ranges = (uintptr_t)ranges };
    check_error(ioctl(iommufd, IOMMU_IOAS_IOVA_RANGES, &args), EMSGSIZE, "ask for the usable addresses with no room");
    args.num_iovas = 64;
    must(ioctl(iommufd, IOMMU_IOAS_IOVA_RANGES, &args) == 0, "usable addresses in pieces of %" PRIu64, args.out_alignment);
    check(ranges[0].start == 0 && ranges[0].last >= (256 << 20) - 1, "the first 256 MiB are usable");

    source = pages(2), target = pages(2), readonly_page = pages(1);
    must(ioas_map(iommufd, ioas, source, 2 * PAGE, SOURCE_IOVA, MAP_READABLE) == 0, "map the source for reading");
    must(ioas_map(iommufd, ioas, target, 2 * PAGE, TARGET_IOVA, MAP_READABLE | MAP_WRITEABLE) == 0,
         "map the target for reading and writing");
    must(ioas_map(iommufd, ioas, readonly_page, PAGE, READONLY_IOVA, MAP_READABLE) == 0, "map a page for reading");
    check_error(ioas_map(iommufd, ioas, source, PAGE, SOURCE_IOVA + PAGE, MAP_READABLE), EEXIST, "map over a mapping");
    check_error(ioas_map(iommufd, ioas, NULL, PAGE, 0x400000, MAP_READABLE), EFAULT, "map memory that is not there");
}

static void registers(void) {
    uint32_t identification = read32(&edu, EDU_IDENTIFICATION);
    check(identification == 0x010000ed, "identification 0x%08" PRIx32, identification);
    write32(&edu, EDU_LIVENESS, 0x12345678);
    check(read32(&edu, EDU_LIVENESS) == 0xedcba987, "liveness: the inversion of what was written");
    check(read64(&edu, EDU_IDENTIFICATION) == UINT64_MAX, "a register of 4 bytes read as 8: all ones");
    check(read32(&edu, 0x200) == UINT32_MAX, "a register that is not there: all ones");
    write32(&edu, EDU_FACTORIAL, 10);
    check(wait_clear(&edu, EDU_STATUS, EDU_STATUS_COMPUTING), "the factorial is computed");
    check(read32(&edu, EDU_FACTORIAL) == 3628800, "10! = %" PRIu32, read32(&edu, EDU_FACTORIAL));
}

static void acknowledge(uint32_t wanted, const char *what) {
    uint32_t status = read32(&edu, EDU_IRQ_STATUS);
    write32(&edu, EDU_IRQ_ACKNOWLEDGE, status);
    check(status == wanted && read32(&edu, EDU_IRQ_STATUS) == 0, "%s: interrupt status 0x%" PRIx32 ", acknowledged", what, status);
}

static void interrupts_by_msi(int event) {
    check_error(irq_set(&edu, IRQ_MSI, IRQ_DATA_EVENTFD | IRQ_ACTION_TRIGGER, 2, event), EINVAL, "two MSIs of a device with one");
    check_error(irq_set(&edu, IRQ_MSIX, IRQ_DATA_EVENTFD | IRQ_ACTION_TRIGGER, 1, event), EINVAL, "MSI-X of a device without");
    must(irq_set(&edu, IRQ_MSI, IRQ_DATA_EVENTFD | IRQ_ACTION_TRIGGER, 1, event) == 0, "MSI to an eventfd");

    /* An MSI is a write by the device. */
    write32(&edu, EDU_IRQ_RAISE, 1);
    check(event_wait(event, NEVER_MS) == 0, "MSI without bus mastering: quiet");
    acknowledge(1, "raised");
    bus_master(&edu, true);
    check(bus_master_is_on(&edu), "bus mastering is on");

    write32(&edu, EDU_STATUS, EDU_STATUS_RAISE_WHEN_DONE);
    write32(&edu, EDU_FACTORIAL, 12);
    check(event_wait(event, WAIT_MS) == 1, "MSI when the factorial is computed");
    acknowledge(EDU_IRQ_FACTORIAL, "factorial");
    check(read32(&edu, EDU_FACTORIAL) == 479001600, "12! = %" PRIu32, read32(&edu, EDU_FACTORIAL));
    write32(&edu, EDU_STATUS, 0);

    write32(&edu, EDU_IRQ_RAISE, 2);
    check(event_wait(event, WAIT_MS) == 1, "MSI raised by hand");
    write32(&edu, EDU_IRQ_RAISE, 4);
    check(event_wait(event, WAIT_MS) == 1, "another, the first not acknowledged: MSI knows no level");
    acknowledge(6, "both");

    check(irq_set(&edu, IRQ_MSI, IRQ_DATA_NONE | IRQ_ACTION_TRIGGER, 1, 0) == 0 && event_wait(event, WAIT_MS) == 1,
          "MSI triggered by the system, not the device");
}

static void dma_with_interrupt(int event) {
    fill(source, PAGE, SEED_FIRST);
    edu_run(&edu, SOURCE_IOVA, EDU_BUFFER, PAGE, EDU_DMA_RAISE_WHEN_DONE);
    check(event_wait(event, WAIT_MS) == 1, "DMA memory to device: MSI on completion");
    acknowledge(EDU_IRQ_DMA, "DMA");
    edu_run(&edu, EDU_BUFFER, TARGET_IOVA, PAGE, EDU_DMA_TO_MEMORY | EDU_DMA_RAISE_WHEN_DONE);
    check(event_wait(event, WAIT_MS) == 1, "DMA device to memory: MSI on completion");
    acknowledge(EDU_IRQ_DMA, "DMA");
    check(filled(target, PAGE, SEED_FIRST), "every byte came back");
    check(constant(target + PAGE, PAGE, 0), "and none beside them");
}

/* A page from memory to the device, and what the device then has to the target's first page, which is cleared before. */
static void through_device(uint64_t iova) {
    memset(target, 0, PAGE);
    bool done = dma_to_device(&edu, iova) && dma_from_device(&edu, TARGET_IOVA);
    if (!done) must(done, "DMA ends");
}

static void dma_at_odd_places(void) {
    fill(source + 0x800, PAGE, SEED_OFFSET);
    through_device(SOURCE_IOVA + 0x800);
    check(filled(target, PAGE, SEED_OFFSET), "DMA across a page boundary");

    fill(source, PAGE, SEED_SHORT);
    memset(target, 0, PAGE);
    edu_run(&edu, SOURCE_IOVA, EDU_BUFFER + 100, 7, 0);
    edu_run(&edu, EDU_BUFFER + 100, TARGET_IOVA + 33, 7, EDU_DMA_TO_MEMORY);
    check(filled(target + 33, 7, SEED_SHORT) && constant(target, 33, 0) && constant(target + 40, PAGE - 40, 0),
          "DMA of 7 bytes changes 7 bytes");
}

static void dma_without_bus_master(void) {
    fill(source, PAGE, SEED_PLAIN);
    through_device(SOURCE_IOVA);
    check(filled(target, PAGE, SEED_PLAIN), "a page through the device");
    memset(target, 0, PAGE);
    bus_master(&edu, false);
    check(dma_from_device(&edu, TARGET_IOVA), "DMA to memory without bus mastering ends");
    check(constant(target, PAGE, 0), "the memory is unchanged");

    fill(source, PAGE, SEED_NO_MASTER);
    check(dma_to_device(&edu, SOURCE_IOVA), "DMA to the device without bus mastering ends");
    bus_master(&edu, true);
    check(dma_from_device(&edu, TARGET_IOVA) && !filled(target, PAGE, SEED_NO_MASTER), "the device has none of the bytes");
}

static void dma_to_readonly_memory(void) {
    fill(source, PAGE, SEED_READONLY);
    through_device(SOURCE_IOVA);
    check(filled(target, PAGE, SEED_READONLY), "a page through the device");
    check(dma_from_device(&edu, READONLY_IOVA), "DMA to memory mapped for reading ends");
    check(constant(readonly_page, PAGE, 0), "the memory is unchanged");
}

static void interrupts_by_intx(int event) {
    must(irq_set(&edu, IRQ_MSI, IRQ_DATA_NONE | IRQ_ACTION_TRIGGER, 0, 0) == 0, "MSI off");
    must(irq_set(&edu, IRQ_INTX, IRQ_DATA_EVENTFD | IRQ_ACTION_TRIGGER, 1, event) == 0, "INTx to an eventfd");

    write32(&edu, EDU_IRQ_RAISE, 1);
    check(event_wait(event, WAIT_MS) == 1, "INTx raised");
    write32(&edu, EDU_IRQ_RAISE, 2);
    check(event_wait(event, NEVER_MS) == 0, "masked by its delivery: no second one");
    check(irq_set(&edu, IRQ_INTX, IRQ_DATA_NONE | IRQ_ACTION_UNMASK, 1, 0) == 0 && event_wait(event, WAIT_MS) == 1,
          "unmasked while the line is still raised: delivered again");
    acknowledge(3, "both");
    check(irq_set(&edu, IRQ_INTX, IRQ_DATA_BOOL | IRQ_ACTION_UNMASK, 1, 1) == 0 && event_wait(event, NEVER_MS) == 0,
          "unmasked with the line lowered: quiet");
    check(irq_set(&edu, IRQ_INTX, IRQ_DATA_NONE | IRQ_ACTION_MASK, 1, 0) == 0, "mask");
    write32(&edu, EDU_IRQ_RAISE, 4);
    check(event_wait(event, NEVER_MS) == 0, "raised while masked: quiet");
    check(irq_set(&edu, IRQ_INTX, IRQ_DATA_NONE | IRQ_ACTION_UNMASK, 1, 0) == 0 && event_wait(event, WAIT_MS) == 1,
          "delivered when unmasked");
    acknowledge(4, "INTx");

    check(irq_set(&edu, IRQ_INTX, IRQ_DATA_NONE | IRQ_ACTION_TRIGGER, 0, 0) == 0, "INTx off");
    write32(&edu, EDU_IRQ_RAISE, 1);
    check(event_wait(event, NEVER_MS) == 0, "raised with INTx off: quiet");
    acknowledge(1, "raised");
}

static void dma_after_unmap(void) {
    fill(source, PAGE, SEED_UNMAPPED);
    check(ioas_unmap(iommufd, ioas, SOURCE_IOVA, PAGE) == -1 && errno == ENOENT, "unmap a part of the source: ENOENT");
    int64_t length = ioas_unmap(iommufd, ioas, SOURCE_IOVA, 2 * PAGE);
    check(length == 2 * PAGE, "unmap the source: %" PRId64 " bytes", length);
    check_error((int)ioas_unmap(iommufd, ioas, SOURCE_IOVA, 2 * PAGE), ENOENT, "unmap it again");
    through_device(SOURCE_IOVA);
    check(!filled(target, PAGE, SEED_UNMAPPED), "DMA from memory that was unmapped delivers none of it");

    memset(target, 0, PAGE);
    check(ioas_unmap(iommufd, ioas, TARGET_IOVA, 2 * PAGE) == 2 * PAGE, "unmap the target");
    check(dma_from_device(&edu, TARGET_IOVA), "DMA to memory that was unmapped ends");
    check(constant(target, 2 * PAGE, 0), "the memory is unchanged");
}

static void dma_after_detach(void) {
    must(ioas_map(iommufd, ioas, target, PAGE, TARGET_IOVA, MAP_READABLE | MAP_WRITEABLE) == 0, "map the target again");
    check(dma_from_device(&edu, TARGET_IOVA) && !filled(target, PAGE, SEED_UNMAPPED), "DMA reaches it");
    memset(target, 0, PAGE);
    check(device_detach(&edu) == 0, "detach");
    check(dma_from_device(&edu, TARGET_IOVA), "DMA of a detached device ends");
    check(constant(target, PAGE, 0), "the memory is unchanged");
    check(device_detach(&edu) == 0, "detach again");
}

static void close_everything(void) {
    check_error(object_destroy(iommufd, edu.id), EBUSY, "destroy the device's object while its descriptor is open");
    check(object_destroy(iommufd, ioas) == 0, "destroy the address space");
    check(close(edu.fd) == 0, "close the device");
    check_error(object_destroy(iommufd, edu.id), ENOENT, "the device's object is gone");
    check(close(iommufd) == 0, "close /dev/iommu");
}

int main(int count, char **arguments) {
    open_and_bind(count > 1 ? arguments[1] : NULL);
    show_regions();
    show_interrupts();
    attach_and_map();
    registers();
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    must(event >= 0, "eventfd");
    interrupts_by_msi(event);
    dma_with_interrupt(event);
    dma_at_odd_places();
    dma_without_bus_master();
    dma_to_readonly_memory();
    interrupts_by_intx(event);
    dma_after_unmap();
    dma_after_detach();
    close_everything();
    return verdict("edu");
}
