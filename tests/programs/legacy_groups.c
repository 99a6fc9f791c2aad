/* Containers and groups: who may open what, in which order, and what stays alive how long. */
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

static int open_file(const char *path) {
    return open(path, O_RDWR | O_CLOEXEC);
}

/* A result that may be a descriptor, whose number is nobody's business: 0 for success. It is closed when `keep` is null. */
static long opened(int fd, int *keep) {
    if (keep) *keep = fd;
    else if (fd >= 0) close(fd);
    return fd < 0 ? -1 : 0;
}

/* All but cache coherence, which is a matter of the hardware. */
static void extensions(const char *what, int fd) {
    printf("%s:", what);
    for (unsigned long type = 0; type <= 11; type++) {
        if (type == DMA_CC) continue;
        int result = ioctl(fd, VFIO_CHECK_EXTENSION, type);
        if (result < 0) printf(" %s", strerrorname_np(errno));
        else printf(" %d", result);
    }
    printf("\n");
}

static void status(const char *what, int group) {
    struct group_status args = { .argsz = sizeof args };
    long result = ioctl(group, VFIO_GROUP_GET_STATUS, &args);
    show(what, result ? result : (long)args.flags);
}

static int device_by_path(struct device *device) {
    static const uint16_t models[] = { EDU, 0 };
    return device_open(address, models, device);
}

static void empty_container(int container) {
    show("API version", ioctl(container, VFIO_GET_API_VERSION));
    extensions("extensions of an empty container", container);
    show("cache coherence", ioctl(container, VFIO_CHECK_EXTENSION, DMA_CC));
    show("set type 1 without a group", ioctl(container, VFIO_SET_IOMMU, TYPE1));
    show("map without a type", dma_map(container, BOTH, address, 0, PAGE));
    show("unmap without a type", dma_unmap(container, 0, 0, PAGE));
    show("an unknown call without a type", ioctl(container, REQUEST(0x7f), 0));
    char bytes[8];
    show("read a container", read(container, bytes, sizeof bytes));
    errno = 0;
    void *memory = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, container, 0);
    show("map the container's file", memory == MAP_FAILED ? -1 : 0);
}

static void group_alone(int group, int container) {
    struct device device;
    show("open the group again", opened(open_file(group_path), NULL));
    show("open the device by its path", device_by_path(&device));
    int iommufd = iommu_open();
    show("bind it while the group is open", device_bind(&device, iommufd));
    close(device.fd);
    close(iommufd);
    status("status", group);
    struct group_status little = { .argsz = 7 };
    show("status with too little room", ioctl(group, VFIO_GROUP_GET_STATUS, &little));
    show("status without an argument", ioctl(group, VFIO_GROUP_GET_STATUS, NULL));
    show("an unknown call", ioctl(group, REQUEST(0x7f), 0));
    show("unset no container", ioctl(group, VFIO_GROUP_UNSET));
    show("get the device without a container", opened(ioctl(group, VFIO_GROUP_GET_DEVICE, address), NULL));
    int number = -1;
    show("set container -1", ioctl(group, VFIO_GROUP_SET, &number));
    number = 0;
    show("set standard input", ioctl(group, VFIO_GROUP_SET, &number));
    number = group;
    show("set the group itself", ioctl(group, VFIO_GROUP_SET, &number));
    show("set without an argument", ioctl(group, VFIO_GROUP_SET, NULL));
    show("set the container", ioctl(group, VFIO_GROUP_SET, &container));
    show("set it again", ioctl(group, VFIO_GROUP_SET, &container));
    status("status with a container", group);
    extensions("extensions with a group", container);
    show("get the device without a type", opened(ioctl(group, VFIO_GROUP_GET_DEVICE, address), NULL));
}

static void types(int container) {
    static const unsigned long wrong[] = { 0, 2, DMA_CC, 5, NESTING, 7, NOIOMMU, UNMAP_ALL_TYPE, UPDATE_VADDR, 11 };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char what[32];
        snprintf(what, sizeof what, "set type %lu", wrong[i]);
        show(what, ioctl(container, VFIO_SET_IOMMU, wrong[i]));
    }
    show("set type 1, version 2", ioctl(container, VFIO_SET_IOMMU, TYPE1V2));
    show("set a type again", ioctl(container, VFIO_SET_IOMMU, TYPE1));
    extensions("extensions with a type", container);
    show("an unknown call", ioctl(container, REQUEST(0x7f), 0));
}

static void devices(int group, int container) {
    char name[128];
    static const char *const behind[] = { "0", "  ", " x", " vf_token=x", " vf_token=bd8d9d2b-5a5f-4f5a-a211-f591514ba1f3", "\n" };
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        snprintf(name, sizeof name, "%s%s", address, behind[i]);
        printf("the name and \"%s\"", strcmp(behind[i], "\n") ? behind[i] : "newline");
        show("", opened(ioctl(group, VFIO_GROUP_GET_DEVICE, name), NULL));
    }
    show("a name that is no device's", opened(ioctl(group, VFIO_GROUP_GET_DEVICE, "0000:ff:1f.7"), NULL));
    show("an empty name", opened(ioctl(group, VFIO_GROUP_GET_DEVICE, ""), NULL));
    show("no name", opened(ioctl(group, VFIO_GROUP_GET_DEVICE, NULL), NULL));

    struct device first = { 0 };
    int second;
    show("get the device", opened(ioctl(group, VFIO_GROUP_GET_DEVICE, address), &first.fd));
    show("it closes on exec", fcntl(first.fd, F_GETFD));
    show("get it again", opened(ioctl(group, VFIO_GROUP_GET_DEVICE, address), &second));
    struct device_info info = { .argsz = sizeof info };
    show("information", ioctl(first.fd, VFIO_DEVICE_GET_INFO, &info));
    uint32_t table = 1;
    show("attach", device_attach(&first, &table));
    show("detach", device_detach(&first));
    int iommufd = iommu_open();
    show("bind", device_bind(&first, iommufd));
    close(iommufd);
    show("its registers", device_regions(&first));
    bus_master(&first, true);
    show("unset the container", ioctl(group, VFIO_GROUP_UNSET));
    close(second);
    show("bus mastering after the second one is closed", bus_master_is_on(&first));
    show("unset the container", ioctl(group, VFIO_GROUP_UNSET));

    uint8_t *memory = pages(2);
    show("map", dma_map(container, BOTH, memory, 0x100000, 2 * PAGE));
    close(group);
    show("open the group, whose device is open", opened(open_file(group_path), NULL));
    close(container);
    fill(memory, PAGE, 1);
    show("the device reads memory after both are closed", dma_to_device(&first, 0x100000));
    show("and writes it", dma_from_device(&first, 0x100000 + PAGE));
    show("as it was", filled(memory + PAGE, PAGE, 1));
    close(first.fd);
}

static void order_of_leaving(void) {
    int container = open_file("/dev/vfio/vfio"), group;
    show("open the group, whose device is closed", opened(open_file(group_path), &group));
    show("set the container", ioctl(group, VFIO_GROUP_SET, &container));
    show("set type 1", ioctl(container, VFIO_SET_IOMMU, TYPE1));
    show("map", dma_map(container, BOTH, pages(1), 0x100000, PAGE));
    show("unset the container", ioctl(group, VFIO_GROUP_UNSET));
    show("map without a group", dma_map(container, BOTH, pages(1), 0x200000, PAGE));
    status("status", group);
    show("set the container again", ioctl(group, VFIO_GROUP_SET, &container));
    show("set type 1, version 2", ioctl(container, VFIO_SET_IOMMU, TYPE1V2));
    show("unmap everything: nothing is left", dma_unmap(container, UNMAP_ALL, 0, 0));
    close(group);
    show("map after the group was closed", dma_map(container, BOTH, pages(1), 0x200000, PAGE));
    close(container);

    struct device device;
    int iommufd = iommu_open();
    show("open the device by its path", device_by_path(&device));
    show("open the group", opened(open_file(group_path), &group));
    show("bind while the group is open", device_bind(&device, iommufd));
    close(group);
    show("bind", device_bind(&device, iommufd) ? -1 : 0);
    show("open the group while the device is bound", opened(open_file(group_path), NULL));
    close(device.fd);
    close(iommufd);
    show("and after", opened(open_file(group_path), NULL));
}

static void on_iommufd(void) {
    int iommufd = iommu_open(), group = open_file(group_path), device, number;
    struct vfio_ioas ioas = { .size = sizeof ioas };
    extensions("extensions of an iommufd", iommufd);
    show("cache coherence", ioctl(iommufd, VFIO_CHECK_EXTENSION, DMA_CC));
    show("its compatibility address space", ioctl(iommufd, IOMMU_VFIO_IOAS, &ioas));
    show("set the group to it", ioctl(group, VFIO_GROUP_SET, &iommufd));
    status("status", group);
    show("its compatibility address space", ioctl(iommufd, IOMMU_VFIO_IOAS, &ioas) ? -1 : (long)ioas.ioas_id);
    extensions("extensions with a group", iommufd);
    show("cache coherence with a group", ioctl(iommufd, VFIO_CHECK_EXTENSION, DMA_CC));
    struct vfio_ioas clear = { .size = sizeof clear, .op = 2 };
    show("clear it", ioctl(iommufd, IOMMU_VFIO_IOAS, &clear));
    show("get the device without it", opened(ioctl(group, VFIO_GROUP_GET_DEVICE, address), NULL));
    struct vfio_ioas set = { .size = sizeof set, .op = 1, .ioas_id = ioas.ioas_id };
    show("set it", ioctl(iommufd, IOMMU_VFIO_IOAS, &set));
    show("get the device", opened(ioctl(group, VFIO_GROUP_GET_DEVICE, address), &device));
    show("unset the container while the device is open", ioctl(group, VFIO_GROUP_UNSET));
    show("get the device again", opened(ioctl(group, VFIO_GROUP_GET_DEVICE, address), NULL));
    struct device_info info = { .argsz = sizeof info };
    show("information", ioctl(device, VFIO_DEVICE_GET_INFO, &info));
    number = open_file("/dev/vfio/vfio");
    show("set a container while the device is bound", ioctl(group, VFIO_GROUP_SET, &number));
    close(number);
    show("destroy the address space in use", object_destroy(iommufd, ioas.ioas_id));
    close(device);
    show("destroy it", object_destroy(iommufd, ioas.ioas_id));
    show("map without it", dma_map(iommufd, BOTH, address, 0, PAGE));
    close(group);
    close(iommufd);
}

void groups(void) {
    int container = open_file("/dev/vfio/vfio"), group;
    must(container >= 0, "open /dev/vfio/vfio");
    empty_container(container);
    show("open the group", opened(open_file(group_path), &group));
    group_alone(group, container);
    types(container);
    devices(group, container);
    order_of_leaving();
    on_iommufd();
}
