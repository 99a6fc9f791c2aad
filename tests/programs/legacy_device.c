/* What a VFIO device has beside registers, messages and DMA: ERR and REQ, features, eventfds that write registers, bus resets. */
#define _GNU_SOURCE
#include "edu.h"
#include "legacy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { IRQ_ERR = 3, IRQ_REQ = 4 };
enum { GET = 1 << 16, SET = 1 << 17, PROBE = 1 << 18 }; /* flags of a feature, whose number is in the low bits */
enum { LOW_POWER_ENTRY = 3, LOW_POWER_WAKEUP = 4, LOW_POWER_EXIT = 5, DMA_BUF = 11, FEATURES = 14 };
enum { NEVER_MS = 20 };

static struct device edu;

struct feature { uint32_t argsz, flags; uint64_t data[4]; };

struct io_event { uint32_t argsz, flags; uint64_t offset, data; int32_t fd; uint32_t reserved; };

struct pasid_args { uint32_t argsz, flags, pt_id, pasid; };

struct hot_reset { uint32_t argsz, flags, count; int32_t groups[2]; };

static void notifications(uint32_t index, const char *name) {
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    printf("-- %s\n", name);
    struct irq_info info = { .argsz = sizeof info, .index = index };
    show("information", ioctl(edu.fd, VFIO_DEVICE_GET_IRQ_INFO, &info));
    printf("count %" PRIu32 ", flags %" PRIu32 "\n", info.count, info.flags);
    const uint32_t trigger = IRQ_ACTION_TRIGGER;
    show("trigger without an eventfd", irq_set(&edu, index, trigger | IRQ_DATA_NONE, 1, 0));
    show("switch off what is off", irq_set(&edu, index, trigger | IRQ_DATA_NONE, 0, 0));
    show("trigger by a byte without an eventfd", irq_set(&edu, index, trigger | IRQ_DATA_BOOL, 1, 1));
    show("no bytes", irq_set(&edu, index, trigger | IRQ_DATA_BOOL, 0, 1));
    show("no eventfds", irq_set(&edu, index, trigger | IRQ_DATA_EVENTFD, 0, event));
    show("two interrupts", irq_set(&edu, index, trigger | IRQ_DATA_NONE, 2, 0));
    show("mask", irq_set(&edu, index, IRQ_ACTION_MASK | IRQ_DATA_NONE, 1, 0));
    show("unmask", irq_set(&edu, index, IRQ_ACTION_UNMASK | IRQ_DATA_NONE, 1, 0));
    show("descriptor -2", irq_set(&edu, index, trigger | IRQ_DATA_EVENTFD, 1, -2));
    show("descriptor -1", irq_set(&edu, index, trigger | IRQ_DATA_EVENTFD, 1, -1));
    show("a descriptor that is no eventfd", irq_set(&edu, index, trigger | IRQ_DATA_EVENTFD, 1, edu.fd));
    show("a descriptor that is not open", irq_set(&edu, index, trigger | IRQ_DATA_EVENTFD, 1, 511));
    show("an eventfd", irq_set(&edu, index, trigger | IRQ_DATA_EVENTFD, 1, event));
    show("trigger", irq_set(&edu, index, trigger | IRQ_DATA_NONE, 1, 0));
    show("signals", (long)event_wait(event, WAIT_MS));
    show("trigger by a byte", irq_set(&edu, index, trigger | IRQ_DATA_BOOL, 1, 1));
    show("signals", (long)event_wait(event, WAIT_MS));
    show("trigger by a byte of 0", irq_set(&edu, index, trigger | IRQ_DATA_BOOL, 1, 0));
    show("signals", (long)event_wait(event, NEVER_MS));
    show("switch off by -1", irq_set(&edu, index, trigger | IRQ_DATA_EVENTFD, 1, -1));
    show("trigger", irq_set(&edu, index, trigger | IRQ_DATA_NONE, 1, 0));
    show("an eventfd", irq_set(&edu, index, trigger | IRQ_DATA_EVENTFD, 1, event));
    show("switch off", irq_set(&edu, index, trigger | IRQ_DATA_NONE, 0, 0));
    show("signals", (long)event_wait(event, NEVER_MS));
    close(event);
}

static int feature(uint32_t flags, uint32_t room, uint64_t first) {
    struct feature args = { 8 + room, flags, { first } };
    return ioctl(edu.fd, VFIO_DEVICE_FEATURE, &args);
}

static void features(void) {
    printf("-- features\n");
    for (uint32_t number = 0; number <= FEATURES; number++) {
        if (number == DMA_BUF) continue;
        printf("probe %" PRIu32, number);
        show("", feature(PROBE | number, 0, 0));
        printf("probe get of %" PRIu32, number);
        show("", feature(PROBE | GET | number, 0, 0));
        printf("probe set of %" PRIu32, number);
        show("", feature(PROBE | SET | number, 0, 0));
        printf("probe get and set of %" PRIu32, number);
        show("", feature(PROBE | SET | GET | number, 0, 0));
    }
    show("get and set", feature(GET | SET | LOW_POWER_ENTRY, 0, 0));
    show("an unknown flag", feature(1 << 19 | LOW_POWER_ENTRY, 0, 0));
    struct feature little = { 7, PROBE | LOW_POWER_ENTRY, { 0 } };
    show("too little room", ioctl(edu.fd, VFIO_DEVICE_FEATURE, &little));
    show("no argument", ioctl(edu.fd, VFIO_DEVICE_FEATURE, NULL));
    show("neither get nor set nor probe", feature(LOW_POWER_ENTRY, 0, 0));

    show("leave low power without having entered it", feature(SET | LOW_POWER_EXIT, 0, 0));
    show("enter low power", feature(SET | LOW_POWER_ENTRY, 0, 0));
    show("get low power", feature(GET | LOW_POWER_ENTRY, 0, 0));
    uint32_t value;
    show("read a register then", pread(edu.fd, &value, sizeof value, (off_t)edu.bar0));
    show("and configuration space", pread(edu.fd, &value, sizeof value, (off_t)edu.config));
    show("leave it", feature(SET | LOW_POWER_EXIT, 0, 0));
    show("read a register again", pread(edu.fd, &value, sizeof value, (off_t)edu.bar0));
    show("a wakeup with too little room", feature(SET | LOW_POWER_WAKEUP, 4, 0));
    show("a wakeup by descriptor -1", feature(SET | LOW_POWER_WAKEUP, 8, 0xffffffff));
    show("a wakeup by what is no eventfd", feature(SET | LOW_POWER_WAKEUP, 8, (uint32_t)edu.fd));
}

static int io_event(uint64_t offset, uint32_t flags, uint64_t data, int fd) {
    struct io_event args = { sizeof args, flags, offset, data, fd, 0 };
    return ioctl(edu.fd, VFIO_DEVICE_IOEVENTFD, &args);
}

static void io_events(void) {
    printf("-- eventfds that write\n");
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), other = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    uint64_t factorial = edu.bar0 + EDU_FACTORIAL;
    struct io_event little = { .argsz = 27, .flags = 4, .offset = factorial, .fd = event };
    show("too little room", ioctl(edu.fd, VFIO_DEVICE_IOEVENTFD, &little));
    show("no argument", ioctl(edu.fd, VFIO_DEVICE_IOEVENTFD, NULL));
    show("no size", io_event(factorial, 0, 5, event));
    show("two sizes", io_event(factorial, 12, 5, event));
    show("an unknown flag", io_event(factorial, 16 | 4, 5, event));
    show("descriptor -2", io_event(factorial, 4, 5, -2));
    show("in configuration space", io_event(edu.config, 4, 5, event));
    show("beyond the registers", io_event(edu.bar0 + (1 << 20) - 2, 4, 5, event));
    show("a region that is not there", io_event((uint64_t)20 << 40, 4, 5, event));
    show("take away what is not there", io_event(factorial, 4, 5, -1));
    show("what is no eventfd", io_event(factorial, 4, 5, edu.fd));
    show("what is not open", io_event(factorial, 4, 5, 511));
    show("write 5", io_event(factorial, 4, 5, event));
    show("write 5 again", io_event(factorial, 4, 5, other));
    show("write 4 on another", io_event(factorial, 4, 4, other));
    uint64_t one = 1;
    must(write(event, &one, sizeof one) == sizeof one, "signal");
    int ms = 0;
    while (read32(&edu, EDU_FACTORIAL) != 120 && ms++ < WAIT_MS) usleep(1000);
    show("the register", read32(&edu, EDU_FACTORIAL));
    must(write(other, &one, sizeof one) == sizeof one, "signal the other");
    for (ms = 0; read32(&edu, EDU_FACTORIAL) != 24 && ms < WAIT_MS; ms++) usleep(1000);
    show("the register", read32(&edu, EDU_FACTORIAL));
    show("take 4 away", io_event(factorial, 4, 4, -1));
    show("take it away again", io_event(factorial, 4, 4, -1));
    show("another size is another", io_event(factorial, 2, 5, -1));
    close(event);
    close(other);
}

static void resets(void) {
    printf("-- bus reset, on a root bus\n");
    struct hot_reset reset = { .argsz = sizeof reset };
    show("information", ioctl(edu.fd, VFIO_HOT_RESET_INFO, &reset));
    reset.argsz = 11;
    show("information with too little room", ioctl(edu.fd, VFIO_HOT_RESET_INFO, &reset));
    show("reset with too little room", ioctl(edu.fd, VFIO_HOT_RESET, &reset));
    reset.argsz = sizeof reset;
    show("reset", ioctl(edu.fd, VFIO_HOT_RESET, &reset));
    reset.flags = 1;
    show("reset with a flag", ioctl(edu.fd, VFIO_HOT_RESET, &reset));
    reset = (struct hot_reset){ .argsz = sizeof reset, .count = 1 };
    show("reset with a group", ioctl(edu.fd, VFIO_HOT_RESET, &reset));
}

static void pasids(uint32_t ioas) {
    printf("-- PASIDs\n");
    struct pasid_args args = { 12, 1, ioas, 1 };
    show("attach with too little room", ioctl(edu.fd, VFIO_DEVICE_ATTACH, &args));
    args.argsz = sizeof args;
    args.flags = 2;
    show("attach with an unknown flag", ioctl(edu.fd, VFIO_DEVICE_ATTACH, &args));
    uint32_t detach[] = { 8, 1, 1 };
    show("detach with too little room", ioctl(edu.fd, VFIO_DEVICE_DETACH, detach));
    detach[0] = 12;
    show("detach what is not attached", ioctl(edu.fd, VFIO_DEVICE_DETACH, detach));
}

void device_rest(void) {
    static const uint16_t models[] = { EDU, 0 };
    int iommufd = iommu_open();
    uint32_t ioas;
    must(ioas_alloc(iommufd, &ioas) == 0 && device_open(address, models, &edu) == 0, "open both");
    must(device_bind(&edu, iommufd) == 0 && device_regions(&edu) == 0, "bind");
    notifications(IRQ_ERR, "ERR");
    notifications(IRQ_REQ, "REQ");
    features();
    io_events();
    resets();
    pasids(ioas);
    struct region_info info;
    printf("-- regions\n");
    for (uint32_t index = 5; index < 10; index++) {
        long result = region_info(&edu, index, &info);
        if (index == REGION_CONFIG) info.size = 0; /* 256 bytes or 4,096, as the hardware is */
        show("information", result ? result : (long)info.size);
    }
    close(edu.fd);
    close(iommufd);
}
