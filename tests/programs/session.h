/*
 * A session: an iommufd with one address space and one device attached to it, which is what every mode of `lifetime`
 * hands around. The struct may be copied to another process; its descriptors are then those that process holds.
 */
#ifndef SESSION_H
#define SESSION_H

#include "client.h"

/* Below 256 MiB, for edu. A thread's own addresses start at THREAD_IOVA * (its number + 1). */
enum { FIRST_IOVA = 0x100000, SECOND_IOVA = 0x200000, THREAD_IOVA = 0x1000000 };

enum { SEED_PARENT = 1, SEED_CHILD, SEED_AGAIN };

extern const char *device_name; /* as on the command line, NULL for the first device that is there */
extern const uint16_t session_models[];

struct session {
    int iommufd;
    uint32_t ioas;
    struct device device;
};

/* Open, allocate, bind, attach: nothing is printed, only whether it went. */
bool start(struct session *session);
void finish(struct session *session);
/* One page, readable and writeable. */
bool map(struct session *session, const void *page, uint64_t iova);
bool unmap(struct session *session, uint64_t iova);
/* A page from one IOVA to another through the device. */
bool copy_by_device(struct session *session, uint64_t from, uint64_t to);
/* The whole of a holder's rights: it maps memory of its own, the device carries a page between, it unmaps. */
bool works(struct session *session);
/* After the last holder is gone, the device must be free at once: no waiting, no second try. */
void must_be_free(void);

/* Descriptors handed to another process or program (handover.c). */
void forks(void);
void exec_self(void);
void execed(char **numbers);
void sent(void);

#endif
