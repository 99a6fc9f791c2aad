/* KVM's VFIO pseudo device is told of an emulated device, as QEMU does with -accel kvm. Ends with 77 where there is no KVM. */
#include "fake.h"

#include <linux/kvm.h>

#ifndef KVM_DEV_VFIO_FILE
#define KVM_DEV_VFIO_FILE KVM_DEV_VFIO_GROUP
#define KVM_DEV_VFIO_FILE_ADD KVM_DEV_VFIO_GROUP_ADD
#define KVM_DEV_VFIO_FILE_DEL KVM_DEV_VFIO_GROUP_DEL
#endif

static int set(int device, uint64_t what, int *file) {
    struct kvm_device_attr attribute = { .group = KVM_DEV_VFIO_FILE, .attr = what, .addr = (uintptr_t)file };
    return ioctl(device, KVM_SET_DEVICE_ATTR, &attribute);
}

int main(void) {
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    int machine = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);
    struct kvm_create_device create = { .type = KVM_DEV_TYPE_VFIO };
    if (machine < 0 || ioctl(machine, KVM_CREATE_DEVICE, &create) != 0) {
        puts("no KVM, or none with the VFIO device");
        return 77;
    }

    int device = (int)create.fd, ours = open(VFIO, O_RDWR), iommu = open(IOMMU, O_RDWR), host = open("/dev/null", O_RDWR), none = 12345;
    MUST(ours >= 0 && iommu >= 0 && host >= 0);
    MUST(set(device, KVM_DEV_VFIO_FILE_ADD, &ours) == 0);
    MUST(set(device, KVM_DEV_VFIO_FILE_DEL, &ours) == 0);
    MUST(set(device, KVM_DEV_VFIO_FILE_ADD, &iommu) == -1 && errno == EINVAL);
    MUST(set(device, KVM_DEV_VFIO_FILE_ADD, &host) == -1 && errno == EINVAL);
    MUST(set(device, KVM_DEV_VFIO_FILE_ADD, &none) == -1 && errno == EBADF);
    MUST(set(device, KVM_DEV_VFIO_FILE_ADD, NULL) == -1 && errno == EFAULT);
    MUST(set(device, 99, &ours) == -1 && errno == ENXIO);
    MUST(set(host, KVM_DEV_VFIO_FILE_ADD, &ours) == -1 && errno == ENOTTY);
    puts("all as it should be");
    return 0;
}
