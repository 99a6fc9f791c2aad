/* A whole page between memory and the device's own buffer. Addresses are IOVAs; edu reaches only those below 256 MiB. */
#include "client.h"
#include "edu.h"

enum { DMATEST_ADDRESS = 0, DMATEST_COMMAND = 8, DMATEST_RUN = 1, DMATEST_TO_DEVICE = 2 };

static bool dmatest_run(struct device *device, uint64_t iova, uint32_t direction) {
    write64(device, DMATEST_ADDRESS, iova);
    write32(device, DMATEST_COMMAND, DMATEST_RUN | direction);
    return wait_clear(device, DMATEST_COMMAND, DMATEST_RUN);
}

bool edu_run(struct device *device, uint64_t source, uint64_t destination, uint64_t count, uint32_t command) {
    write64(device, EDU_DMA_SOURCE, source);
    write64(device, EDU_DMA_DESTINATION, destination);
    write64(device, EDU_DMA_COUNT, count);
    write64(device, EDU_DMA_COMMAND, EDU_DMA_RUN | command);
    return wait_clear(device, EDU_DMA_COMMAND, EDU_DMA_RUN);
}

bool dma_to_device(struct device *device, uint64_t iova) {
    if (device->model == EDU) return edu_run(device, iova, EDU_BUFFER, PAGE, 0);
    return dmatest_run(device, iova, DMATEST_TO_DEVICE);
}

bool dma_from_device(struct device *device, uint64_t iova) {
    if (device->model == EDU) return edu_run(device, EDU_BUFFER, iova, PAGE, EDU_DMA_TO_MEMORY);
    return dmatest_run(device, iova, 0);
}
