/*
 * regions
 *
 * Where a device's regions lie, as programs take it for granted that never ask: region n at n << 40. Then what becomes of accesses with
 * memory space off, and of an eventfd for unmasking that its owner closes. For a `dmatest` and an `edu`.
 */
#define _POSIX_C_SOURCE 200809L
#include "client.h"
#include "edu.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { DMATEST_ADDRESS = 0, LOW_NUMBER = 9, MSIX_BAR = 1, PENDING = 0x800, SECOND_PLACE = 15 };
enum { INTX = 0, DATA_EVENTFD = 4, ACTION_UNMASK = 16, ACTION_TRIGGER = 32 };

static uint64_t place(uint32_t region, uint64_t at) { return ((uint64_t)region << 40) + at; }

static void places(struct device *device) {
    for (uint32_t region = 0; region <= 7; region++) {
        struct region_info info;
        check(region_info(device, region, &info) == 0 && info.offset == place(region, 0), "region %" PRIu32 " is at %" PRIu32 " << 40", region, region);
    }
    uint16_t vendor = 0;
    check(pread(device->fd, &vendor, 2, place(7, 0)) == 2 && vendor == VENDOR, "configuration space is there");
    uint32_t written = 0x12345678, read = 0;
    check(pwrite(device->fd, &written, 4, place(0, DMATEST_ADDRESS)) == 4, "write a register at 0 << 40");
    check(pread(device->fd, &read, 4, place(0, DMATEST_ADDRESS)) == 4 && read == written, "read it there");
    read = 0;
    check(pread(device->fd, &read, 4, place(SECOND_PLACE, DMATEST_ADDRESS)) == 4 && read == written, "and at the second place of BAR0");
}

/* A descriptor with a number as any other file has it: what is announced for it works. */
static void low_number(struct device *device) {
    struct device low = *device;
    low.fd = dup2(device->fd, LOW_NUMBER);
    must(low.fd == LOW_NUMBER, "a duplicate with a low number");
    must(device_regions(&low) == 0, "its regions");
    check(read32(&low, DMATEST_ADDRESS) == 0x12345678, "the register is the same");
    write32(&low, DMATEST_ADDRESS, 0x9abcdef0);
    check(read32(device, DMATEST_ADDRESS) == 0x9abcdef0, "also when written");
    close(low.fd);
}

static void memory_off(struct device *device) {
    uint16_t command = 0, old = config16(device, 4);
    uint8_t bytes[16] = { 0 };
    static const uint8_t ones[] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 };
    must(pwrite(device->fd, &command, 2, device->config + 4) == 2, "memory space off");
    check(pread(device->fd, bytes, 16, place(MSIX_BAR, 0)) == 16 && memcmp(bytes, ones, 16) == 0, "the MSI-X table reads ones");
    check(pwrite(device->fd, bytes, 4, place(MSIX_BAR, 4)) == 4, "and drops writes");
    check(pread(device->fd, bytes, 8, place(MSIX_BAR, PENDING)) == -1 && errno == EIO, "its pending bits: EIO");
    check(pread(device->fd, bytes, 4, place(0, 0)) == -1 && errno == EIO, "a register: EIO");
    check(pwrite(device->fd, bytes, 4, place(0, 0)) == -1 && errno == EIO, "to write it: EIO");
    must(pwrite(device->fd, &old, 2, device->config + 4) == 2, "memory space on");
    check(pread(device->fd, bytes, 4, place(0, 0)) == 4, "a register answers");
}

static void unmask_eventfd(struct device *device) {
    int trigger = eventfd(0, 0), first = eventfd(0, 0), second = eventfd(0, 0), copy = dup(first);
    must(irq_set(device, INTX, DATA_EVENTFD | ACTION_TRIGGER, 1, trigger) == 0, "enable INTx");
    check(irq_set(device, INTX, DATA_EVENTFD | ACTION_UNMASK, 1, first) == 0, "an eventfd that unmasks");
    check_error(irq_set(device, INTX, DATA_EVENTFD | ACTION_UNMASK, 1, second), EBUSY, "a second one");
    close(first);
    check_error(irq_set(device, INTX, DATA_EVENTFD | ACTION_UNMASK, 1, second), EBUSY, "as long as the first has a duplicate");
    close(copy);
    check(irq_set(device, INTX, DATA_EVENTFD | ACTION_UNMASK, 1, second) == 0, "after the first was closed");
}

int main(void) {
    static const uint16_t dmatest[] = { DMATEST, 0 }, edu[] = { EDU, 0 };
    struct device one, other;
    int iommufd = iommu_open();
    must(iommufd >= 0, "open /dev/iommu");
    must(device_open(NULL, dmatest, &one) == 0 && device_bind(&one, iommufd) == 0 && device_regions(&one) == 0, "a dmatest");
    places(&one);
    low_number(&one);
    memory_off(&one);
    must(device_open(NULL, edu, &other) == 0 && device_bind(&other, iommufd) == 0 && device_regions(&other) == 0, "an edu");
    unmask_eventfd(&other);
    return verdict("regions");
}
