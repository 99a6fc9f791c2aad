/*
 * Registers of QEMU's educational device (1234:11e8, documented in QEMU's docs/specs/edu): 4 bytes wide below 0x80,
 * 4 or 8 from there on. DMA goes between memory and a buffer of 4,096 bytes that the device sees at 0x40000.
 */
#ifndef EDU_H
#define EDU_H

#include "client.h"

enum {
    EDU_IDENTIFICATION = 0x00,
    EDU_LIVENESS = 0x04,       /* reads as the inversion of what was written */
    EDU_FACTORIAL = 0x08,
    EDU_STATUS = 0x20,
    EDU_IRQ_STATUS = 0x24,
    EDU_IRQ_RAISE = 0x60,
    EDU_IRQ_ACKNOWLEDGE = 0x64,
    EDU_DMA_SOURCE = 0x80,
    EDU_DMA_DESTINATION = 0x88,
    EDU_DMA_COUNT = 0x90,
    EDU_DMA_COMMAND = 0x98,
    EDU_BUFFER = 0x40000,
};

enum { EDU_STATUS_COMPUTING = 1, EDU_STATUS_RAISE_WHEN_DONE = 0x80 };
enum { EDU_IRQ_FACTORIAL = 1, EDU_IRQ_DMA = 0x100 };
enum { EDU_DMA_RUN = 1, EDU_DMA_TO_MEMORY = 2, EDU_DMA_RAISE_WHEN_DONE = 4 };

/* One of source and destination is an IOVA, the other lies in EDU_BUFFER. False when the device never finishes. */
bool edu_run(struct device *device, uint64_t source, uint64_t destination, uint64_t count, uint32_t command);

#endif
