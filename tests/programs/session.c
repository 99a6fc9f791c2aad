/* One iommufd, one address space, one attached device: see session.h. */
#include "session.h"

#include <unistd.h>

const char *device_name;
const uint16_t session_models[] = { DMATEST, EDU, 0 };

bool start(struct session *session) {
    session->iommufd = iommu_open();
    if (session->iommufd < 0 || ioas_alloc(session->iommufd, &session->ioas)) return false;
    if (device_open(device_name, session_models, &session->device) || device_bind(&session->device, session->iommufd)) return false;
    uint32_t table = session->ioas;
    if (device_attach(&session->device, &table) || device_regions(&session->device)) return false;
    bus_master(&session->device, true);
    return true;
}

void finish(struct session *session) {
    close(session->device.fd);
    close(session->iommufd);
}

bool map(struct session *session, const void *page, uint64_t iova) {
    return ioas_map(session->iommufd, session->ioas, page, PAGE, iova, MAP_READABLE | MAP_WRITEABLE) == 0;
}

bool unmap(struct session *session, uint64_t iova) {
    return ioas_unmap(session->iommufd, session->ioas, iova, PAGE) == PAGE;
}

bool copy_by_device(struct session *session, uint64_t from, uint64_t to) {
    return dma_to_device(&session->device, from) && dma_from_device(&session->device, to);
}

bool works(struct session *session) {
    uint8_t *from = pages(1), *to = pages(1);
    fill(from, PAGE, SEED_AGAIN);
    bool ok = map(session, from, FIRST_IOVA) && map(session, to, SECOND_IOVA) &&
              copy_by_device(session, FIRST_IOVA, SECOND_IOVA) && filled(to, PAGE, SEED_AGAIN);
    return unmap(session, FIRST_IOVA) && unmap(session, SECOND_IOVA) && ok;
}

void must_be_free(void) {
    struct session session;
    must(start(&session), "the device is free again, at once");
    check(works(&session), "and works");
    finish(&session);
}
