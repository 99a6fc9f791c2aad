/*
 * The parts of the /dev/iommu and VFIO device ABI that our test programs use, declared here so that they compile on any
 * Debian: an old libc-dev knows no iommufd. Numbers and layouts are those of Linux 7.3; every length is in bytes, every
 * `last` is inclusive. All of the requests carry type byte ';' and no size.
 */
#ifndef ABI_H
#define ABI_H

#include <stdint.h>

#define REQUEST(number) (0x3b00u | (number))

/* ---- /dev/iommu: the first word of each argument is its own size ---- */

#define IOMMU_DESTROY          REQUEST(0x80)
#define IOMMU_IOAS_ALLOC       REQUEST(0x81)
#define IOMMU_IOAS_IOVA_RANGES REQUEST(0x84)
#define IOMMU_IOAS_MAP         REQUEST(0x85)
#define IOMMU_IOAS_UNMAP       REQUEST(0x86)

#define MAP_FIXED_IOVA 1u
#define MAP_WRITEABLE  2u
#define MAP_READABLE   4u

struct destroy_args { uint32_t size, id; };

struct ioas_alloc_args { uint32_t size, flags, out_ioas_id; };

struct iova_range { uint64_t start, last; };

struct iova_ranges_args {
    uint32_t size, ioas_id, num_iovas, reserved; /* num_iovas: room on the way in, ranges on the way out */
    uint64_t ranges;                             /* address of an array of struct iova_range */
    uint64_t out_alignment;
};

struct map_args {
    uint32_t size, flags, ioas_id, reserved;
    uint64_t user_va, length, iova; /* iova: out, unless MAP_FIXED_IOVA */
};

struct unmap_args {
    uint32_t size, ioas_id;
    uint64_t iova, length; /* length: out, the bytes unmapped */
};

/* ---- /dev/vfio/devices/vfioN: the first word of each argument is argsz, the room that the caller has ---- */

#define VFIO_DEVICE_GET_INFO        REQUEST(107)
#define VFIO_DEVICE_GET_REGION_INFO REQUEST(108)
#define VFIO_DEVICE_GET_IRQ_INFO    REQUEST(109)
#define VFIO_DEVICE_SET_IRQS        REQUEST(110)
#define VFIO_DEVICE_BIND_IOMMUFD    REQUEST(118)
#define VFIO_DEVICE_ATTACH          REQUEST(119)
#define VFIO_DEVICE_DETACH          REQUEST(120)

#define DEVICE_IS_PCI 2u

struct device_info { uint32_t argsz, flags, num_regions, num_irqs, cap_offset, pad; };

enum { REGION_BAR0 = 0, REGION_CONFIG = 7, REGIONS = 9 };

#define REGION_READ  1u
#define REGION_WRITE 2u

struct region_info {
    uint32_t argsz, flags, index, cap_offset;
    uint64_t size, offset; /* offset: where pread and pwrite on the device's descriptor find the region */
};

enum { IRQ_INTX = 0, IRQ_MSI = 1, IRQ_MSIX = 2, IRQS = 5 };

#define IRQ_INFO_EVENTFD    1u
#define IRQ_INFO_MASKABLE   2u
#define IRQ_INFO_AUTOMASKED 4u
#define IRQ_INFO_NORESIZE   8u

struct irq_info { uint32_t argsz, flags, index, count; };

#define IRQ_DATA_NONE      1u
#define IRQ_DATA_BOOL      2u
#define IRQ_DATA_EVENTFD   4u
#define IRQ_ACTION_MASK    8u
#define IRQ_ACTION_UNMASK  16u
#define IRQ_ACTION_TRIGGER 32u

/* On the wire the data follow `count`: one byte or one int32_t for each interrupt. Our devices need one of either. */
struct irq_set { uint32_t argsz, flags, index, start, count; int32_t data; };

#define IRQ_SET_HEADER 20u

/* The short form of 16 bytes, which every existing client passes; Linux 7.3's own has 24. */
struct bind_args { uint32_t argsz, flags; int32_t iommufd; uint32_t out_devid; };

struct attach_args { uint32_t argsz, flags, pt_id; };

struct detach_args { uint32_t argsz, flags; };

#endif
