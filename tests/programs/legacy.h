/*
 * The legacy half of VFIO that `legacy` uses: containers, groups, and type 1's calls, which /dev/iommu understands too.
 * Numbers and layouts are those of Linux 7.3 (linux/vfio.h); the rest is in abi.h.
 */
#ifndef LEGACY_H
#define LEGACY_H

#include "client.h"

#define VFIO_GET_API_VERSION   REQUEST(100)
#define VFIO_CHECK_EXTENSION   REQUEST(101)
#define VFIO_SET_IOMMU         REQUEST(102)
#define VFIO_GROUP_GET_STATUS  REQUEST(103)
#define VFIO_GROUP_SET         REQUEST(104)
#define VFIO_GROUP_UNSET       REQUEST(105)
#define VFIO_GROUP_GET_DEVICE  REQUEST(106)
#define VFIO_DEVICE_RESET      REQUEST(111)
#define VFIO_IOMMU_GET_INFO    REQUEST(112)
#define VFIO_HOT_RESET_INFO    REQUEST(112)
#define VFIO_IOMMU_MAP_DMA     REQUEST(113)
#define VFIO_HOT_RESET         REQUEST(113)
#define VFIO_IOMMU_UNMAP_DMA   REQUEST(114)
#define VFIO_DEVICE_IOEVENTFD  REQUEST(116)
#define VFIO_IOMMU_DIRTY_PAGES REQUEST(117)
#define VFIO_DEVICE_FEATURE    REQUEST(117)
#define IOMMU_VFIO_IOAS        REQUEST(0x88)

enum { TYPE1 = 1, TYPE1V2 = 3, DMA_CC = 4, NESTING = 6, NOIOMMU = 8, UNMAP_ALL_TYPE = 9, UPDATE_VADDR = 10 };

enum { READ = 1, WRITE = 2, BOTH = 3, VADDR = 4 };             /* flags of a map */
enum { UNMAP_BITMAP = 1, UNMAP_ALL = 2, UNMAP_VADDR = 4 };     /* flags of an unmap */
enum { DIRTY_START = 1, DIRTY_STOP = 2, DIRTY_GET = 4 };

struct group_status { uint32_t argsz, flags; };

struct dma_map { uint32_t argsz, flags; uint64_t vaddr, iova, size; };

struct bitmap { uint64_t page_size, size, data; };

struct dma_unmap { uint32_t argsz, flags; uint64_t iova, size; struct bitmap bitmap; };

struct dirty { uint32_t argsz, flags; uint64_t iova, size; struct bitmap bitmap; };

struct iommu_info { uint32_t argsz, flags; uint64_t page_sizes; uint32_t cap_offset, pad; };

struct capability { uint16_t id, version; uint32_t next; };

struct vfio_ioas { uint32_t size, ioas_id; uint16_t op, reserved; };

/* One line: what was called and what it returned, a number or the name of an error. */
void show(const char *what, long result);

/* ---- the machine: an edu and its group ---- */
extern char address[32];     /* 0000:00:05.0 */
extern char group_path[32];  /* /dev/vfio/N */
void find_edu(void);

/* ---- type 1, on a container or an iommufd ---- */
int dma_map(int fd, uint32_t flags, const void *memory, uint64_t iova, uint64_t size);
/* Returns the bytes unmapped, or -1. */
long dma_unmap(int fd, uint32_t flags, uint64_t iova, uint64_t size);
long dma_unmap_bitmap(int fd, uint64_t iova, uint64_t size, struct bitmap bitmap);
int dirty_pages(int fd, uint32_t flags, uint64_t iova, uint64_t size, struct bitmap bitmap);

/* ---- the modes ---- */
void groups(void);
void device_rest(void);
void memory_calls(const char *container, unsigned long type);

#endif
