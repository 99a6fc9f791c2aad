/*
 * What every program here does with /dev/iommu and a VFIO device, one function a step. A step prints nothing; the
 * programs print what they saw through check() and must(), so that a run can be compared byte for byte: with the same
 * program on a real kernel, and with the last run.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include "abi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum { PAGE = 4096, WAIT_MS = 20000 };

enum { VENDOR = 0x1234, EDU = 0x11e8, DMATEST = 0x11e9 };

/* An open, bound device. A copy of the struct in another process, or after exec, works with the inherited descriptor. */
struct device {
    int fd;
    uint16_t model; /* EDU or DMATEST */
    uint32_t id;    /* its object in the iommufd */
    uint64_t bar0, config; /* the regions' offsets in fd */
};

/*
 * ---- verdicts: "ok   text" or "FAIL text" on stdout; must() ends the program on failure ----
 * Macros, so that the condition is evaluated before the values that the text shows, which it often fetches.
 */
#define check(condition, ...) do { bool ok_ = (condition); report(ok_, __VA_ARGS__); } while (0)
#define must(condition, ...) do { bool ok_ = (condition); report(ok_, __VA_ARGS__); if (!ok_) exit(1); } while (0)
void report(bool ok, const char *text, ...) __attribute__((format(printf, 2, 3)));
/* `result` is an ioctl's; wants -1 with `error` in errno. */
void check_error(int result, int error, const char *text);
/* Has any check failed in this process? For the exit status of a child. */
int failed(void);
/* The exit status for main: 0 only if no check has failed. Prints the last line. */
int verdict(const char *program);

/* ---- /dev/iommu ---- */
int iommu_open(void);
int ioas_alloc(int iommufd, uint32_t *id);
int ioas_map(int iommufd, uint32_t ioas, const void *memory, size_t length, uint64_t iova, uint32_t access);
/* Returns the bytes unmapped, or -1. */
int64_t ioas_unmap(int iommufd, uint32_t ioas, uint64_t iova, uint64_t length);
int object_destroy(int iommufd, uint32_t id);
/* Page-aligned zeroed private memory; ends the program when there is none. */
uint8_t *pages(size_t count);
void fill(uint8_t *memory, size_t length, uint8_t seed);
bool filled(const uint8_t *memory, size_t length, uint8_t seed);
bool constant(const uint8_t *memory, size_t length, uint8_t value);

/* ---- the VFIO device ---- */
/* `name`: a PCI address, the path of a character device, or NULL for the first one of these models that is bound to VFIO. */
int device_open(const char *name, const uint16_t *models, struct device *device);
int device_bind(struct device *device, int iommufd);
/* In: an IOAS or HWPT; out: what the device is attached to. */
int device_attach(struct device *device, uint32_t *table);
int device_detach(struct device *device);
/* Fills in the regions' offsets and the model; wants a bound device. */
int device_regions(struct device *device);
int region_info(struct device *device, uint32_t index, struct region_info *info);
uint32_t read32(struct device *device, uint64_t bar_offset);
uint64_t read64(struct device *device, uint64_t bar_offset);
void write32(struct device *device, uint64_t bar_offset, uint32_t value);
void write64(struct device *device, uint64_t bar_offset, uint64_t value);
uint16_t config16(struct device *device, uint64_t offset);
void bus_master(struct device *device, bool on);
bool bus_master_is_on(struct device *device);
int irq_set(struct device *device, uint32_t index, uint32_t flags, uint32_t count, int32_t data);
/* The eventfd's count once it is signalled, 0 if it is not within `ms`. */
uint64_t event_wait(int eventfd, int ms);
/* Waits until the bits are clear; false when they never are. */
bool wait_clear(struct device *device, uint64_t bar_offset, uint32_t bits);

/* ---- one whole page between memory and the device's own buffer, whichever model it is; false: never completed ---- */
bool dma_to_device(struct device *device, uint64_t iova);
bool dma_from_device(struct device *device, uint64_t iova);

#endif
