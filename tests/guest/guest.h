/* A PCI device as root finds it in sysfs, without a driver; and where a page of this process is in physical memory. */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stdint.h>

struct pci_device {
    char folder[300]; /* in sysfs */
    int config;       /* descriptor of its configuration space */
};

/* The first device with these IDs; its memory decoding is switched on, its INTx off. */
bool pci_find(unsigned vendor, unsigned id, struct pci_device *device);
volatile uint8_t *map_bar0(struct pci_device *device);
/* `size` bytes, 1 to 4, at an offset in the configuration space. */
uint32_t config_read(struct pci_device *device, unsigned offset, unsigned size);
void config_write(struct pci_device *device, unsigned offset, unsigned size, uint32_t value);
/* The offset of a capability, 0 when the device has none of this number. */
unsigned capability(struct pci_device *device, unsigned number);
void bus_master_of(struct pci_device *device, bool on);

/* The physical address of a locked page of ours; 0 when the system does not tell. */
uint64_t physical(const void *page);

#endif
