/*
 * stuck [ADDRESS]
 *
 * Makes, one after the other, the mistakes that leave the author of a driver waiting: each once, and some very often. Ends well: what is
 * told of it is not its affair.
 */
#include "edu.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TIMES = 2000 };

int main(void) {
    static const uint16_t models[] = { EDU, 0 };
    struct device device;
    uint32_t ioas, table;
    struct stat found;
    must(open("/dev/vfio/devices/vfio7", O_RDWR) < 0, "a device that is not there");
    must(stat("/sys/bus/pci/devices/0000:00:12.0", &found) < 0, "an address that is not there");
    must(stat("/sys/bus/pci/devices/0000:00:10.0/no-such-attribute", &found) < 0, "an attribute that is not there");

    int iommufd = iommu_open();
    must(iommufd >= 0 && ioas_alloc(iommufd, &ioas) == 0, "an address space");
    must(device_open(NULL, models, &device) == 0, "open the device");
    table = ioas;
    must(device_attach(&device, &table) == -1, "attach before bind");
    must(device_bind(&device, iommufd) == 0 && device_attach(&device, &table) == 0 && device_regions(&device) == 0, "bind, attach");

    must(ioctl(device.fd, 0x40043b68, &table) == -1, "VFIO_GROUP_SET_CONTAINER with an encoding of its own, on a device");
    must(ioctl(device.fd, 0xc0103b6b, &table) == -1, "VFIO_DEVICE_GET_INFO with an encoding of its own");
    struct { uint32_t argsz, flags, index, start, count; int32_t data; } irq = { 24, 1 << 2 | 1 << 5, 2, 0, 1, -1 };
    must(ioctl(device.fd, 0x3b6e, &irq) == -1, "an interrupt index that edu lacks");
    struct { uint32_t argsz, flags; uint64_t data; } feature = { 16, 1 << 16 | 1 << 18 | 1, 0 };
    must(ioctl(device.fd, 0x3b75, &feature) == -1, "a probe of a feature that edu lacks");
    struct { uint32_t size, ioas, count, reserved; uint64_t ranges, alignment; } ranges = { 32, ioas, 0, 0, 0, 0 };
    must(ioctl(iommufd, 0x3b84, &ranges) == -1 && errno == EMSGSIZE, "how many ranges there are");

    uint8_t *page = pages(1);
    must(ioas_map(iommufd, ioas, page, PAGE, 0xfffffffffff000, MAP_READABLE) == -1, "beyond every aperture");
    for (int i = 0; i < TIMES; i++)
        if (ioas_unmap(iommufd, ioas, 0x1000, PAGE) != -1) return 2;

    int event = eventfd(0, EFD_CLOEXEC);
    must(irq_set(&device, 1, 1 << 2 | 1 << 5, 1, event) == 0, "MSI");
    write32(&device, EDU_IRQ_RAISE, 1);
    must(event_wait(event, 10) == 0, "no interrupt without bus mastering");
    bus_master(&device, true);
    read64(&device, EDU_FACTORIAL);
    read32(&device, 0x50);
    edu_run(&device, 0x100001000, EDU_BUFFER, 16, 0);
    edu_run(&device, EDU_BUFFER + 0x800, 0x2000, PAGE, EDU_DMA_TO_MEMORY);

    struct rlimit limit = { 3 * PAGE, 3 * PAGE };
    must(setrlimit(RLIMIT_MEMLOCK, &limit) == 0, "a limit of its own");
    ioas_map(iommufd, ioas, pages(4), 4 * PAGE, 0x100000, MAP_READABLE); /* who has CAP_IPC_LOCK has no limit */
    return verdict("stuck");
}
