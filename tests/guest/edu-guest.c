/*
 * Runs as root in a Linux guest and drives the educational device from there, as a driver would: finds it by its PCI
 * IDs, reads and writes its registers, lets it do DMA to and from guest-physical memory, and programs its MSI by hand.
 *
 * The message goes to a vector that the guest's kernel does not use. The kernel says so ("No irq handler for" with
 * processor and vector), and that line is the proof that the very vector in the message's data has reached it.
 */
#define _GNU_SOURCE
#include "../programs/edu.h"
#include "guest.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Free in a small guest: the kernel hands vectors out from 0x21 upwards, and its own start at 0xec. */
enum { FIRST_VECTOR = 0xa1, SECOND_VECTOR = 0xb2 };

enum { SEED_COPY = 1 };

static volatile uint8_t *bar0;

static uint32_t get32(uint32_t offset) { return *(volatile uint32_t *)(bar0 + offset); }
static void put32(uint32_t offset, uint32_t value) { *(volatile uint32_t *)(bar0 + offset) = value; }
static void put64(uint32_t offset, uint64_t value) { *(volatile uint64_t *)(bar0 + offset) = value; }

static bool clears(uint32_t offset, uint32_t bits) {
    for (int ms = 0; ms < WAIT_MS; ms++) {
        if (!(get32(offset) & bits)) return true;
        usleep(1000);
    }
    return false;
}

static bool run(uint64_t source, uint64_t destination, uint32_t command) {
    put64(EDU_DMA_SOURCE, source);
    put64(EDU_DMA_DESTINATION, destination);
    put64(EDU_DMA_COUNT, PAGE);
    put64(EDU_DMA_COMMAND, EDU_DMA_RUN | command);
    return clears(EDU_DMA_COMMAND, EDU_DMA_RUN);
}

static void registers(void) {
    must(get32(EDU_IDENTIFICATION) == 0x010000ed, "identification 0x%08" PRIx32, get32(EDU_IDENTIFICATION));
    put32(EDU_LIVENESS, 0x12345678);
    check(get32(EDU_LIVENESS) == 0xedcba987, "liveness: the inversion of what was written");
    put32(EDU_FACTORIAL, 10);
    check(clears(EDU_STATUS, EDU_STATUS_COMPUTING) && get32(EDU_FACTORIAL) == 3628800, "10! = %" PRIu32, get32(EDU_FACTORIAL));
}

/* ---- MSI ---- */

enum { MSI_CAPABILITY = 5, MSI_ENABLE = 1, MSI_64_BITS = 0x80 };

/* Physical destination, APIC 0, fixed delivery, edge: the data is the vector. */
static void program_msi(struct pci_device *device, uint8_t vector) {
    unsigned at = capability(device, MSI_CAPABILITY);
    if (!at) must(false, "MSI capability");
    unsigned control = config_read(device, at + 2, 2), data = at + (control & MSI_64_BITS ? 12 : 8);
    config_write(device, at + 4, 4, 0xfee00000);
    if (control & MSI_64_BITS) config_write(device, at + 8, 4, 0);
    config_write(device, data, 2, vector);
    config_write(device, at + 2, 2, control | MSI_ENABLE);
    check(config_read(device, at + 4, 4) == 0xfee00000 && config_read(device, data, 2) == vector &&
          (config_read(device, at + 2, 2) & MSI_ENABLE), "MSI address 0xfee00000, data 0x%04x", vector);
}

/* The log's reader stands behind the last record, so that only what the kernel says from now on counts. */
static int kernel_log(void) {
    int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    must(log >= 0 && lseek(log, 0, SEEK_END) >= 0, "read the kernel's log");
    return log;
}

static bool arrives(int log, uint8_t vector) {
    char where[8], record[2048];
    snprintf(where, sizeof where, "0.%u", vector); /* processor and vector, before or after the words: releases differ */
    struct pollfd wait = { .fd = log, .events = POLLIN };
    while (poll(&wait, 1, WAIT_MS) == 1) {
        ssize_t length = read(log, record, sizeof record - 1);
        if (length < 0) continue;
        record[length] = 0;
        if (strstr(record, "No irq handler for") && strstr(record, where)) return true;
    }
    return false;
}

static void acknowledge(uint32_t wanted) {
    uint32_t status = get32(EDU_IRQ_STATUS);
    put32(EDU_IRQ_ACKNOWLEDGE, status);
    check(status == wanted, "interrupt status 0x%" PRIx32, status);
}

static void interrupts(struct pci_device *device, int log) {
    program_msi(device, FIRST_VECTOR);
    put32(EDU_IRQ_RAISE, 1);
    check(arrives(log, FIRST_VECTOR), "the message arrives as vector %d at processor 0", FIRST_VECTOR);
    acknowledge(1);
    program_msi(device, SECOND_VECTOR);
    put32(EDU_IRQ_RAISE, 2);
    check(arrives(log, SECOND_VECTOR), "with new data it arrives as vector %d", SECOND_VECTOR);
    acknowledge(2);
}

/* ---- DMA ---- */

static void dma(struct pci_device *device, int log) {
    uint8_t *source = pages(1), *target = pages(1);
    fill(source, PAGE, SEED_COPY);
    must(memset(target, 0, PAGE) && mlock(source, PAGE) == 0 && mlock(target, PAGE) == 0, "touch and lock two pages");
    uint64_t from = physical(source), to = physical(target);
    must(from && to && from < 256 << 20 && to < 256 << 20, "both lie below 256 MiB of guest memory");

    must(run(from, EDU_BUFFER, EDU_DMA_RAISE_WHEN_DONE), "DMA guest memory to device");
    check(arrives(log, SECOND_VECTOR), "its completion arrives as vector %d", SECOND_VECTOR);
    acknowledge(EDU_IRQ_DMA);
    memset(source, 0, PAGE);
    must(run(EDU_BUFFER, to, EDU_DMA_TO_MEMORY | EDU_DMA_RAISE_WHEN_DONE), "DMA device to guest memory");
    check(arrives(log, SECOND_VECTOR), "its completion arrives as vector %d", SECOND_VECTOR);
    acknowledge(EDU_IRQ_DMA);
    check(filled(target, PAGE, SEED_COPY), "every byte came through");

    memset(target, 0, PAGE);
    bus_master_of(device, false);
    check(run(EDU_BUFFER, to, EDU_DMA_TO_MEMORY) && constant(target, PAGE, 0), "without bus mastering no byte comes");
    bus_master_of(device, true);
    check(run(EDU_BUFFER, to, EDU_DMA_TO_MEMORY) && filled(target, PAGE, SEED_COPY), "with it they come again");
    check(physical(source) == from && physical(target) == to, "the pages are where they were");
}

int main(void) {
    struct pci_device device;
    must(pci_find(VENDOR, EDU, &device), "found 1234:11e8");
    bus_master_of(&device, true);
    bar0 = map_bar0(&device);
    must(bar0 != NULL, "map BAR0");
    registers();
    int log = kernel_log();
    interrupts(&device, log);
    dma(&device, log);
    config_write(&device, capability(&device, MSI_CAPABILITY) + 2, 2, 0);
    return verdict("edu-guest");
}
