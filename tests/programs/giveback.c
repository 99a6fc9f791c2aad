/*
 * giveback
 *
 * Maps hundreds of thousands of areas, closes the descriptor, and sees whether the supervisor (our parent) gives the memory for them back within some
 * seconds: twice, as the second time may be different. Prints what the supervisor held, in KiB, and "given back".
 */
#define _DEFAULT_SOURCE
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { AREAS = 320000, ROUNDS = 2, LOOKS = 300 };

static long resident(void) {
    char path[64], line[256];
    long kilobytes = 0;
    snprintf(path, sizeof path, "/proc/%d/status", getppid());
    FILE *status = fopen(path, "r");
    while (status && fgets(line, sizeof line, status)) sscanf(line, "VmRSS: %ld", &kilobytes);
    if (status) fclose(status);
    return kilobytes;
}

int main(void) {
    void *page = pages(1);
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t ioas;
        int iommufd = iommu_open();
        if (iommufd < 0 || ioas_alloc(iommufd, &ioas)) return 2;
        long before = resident();
        for (uint64_t i = 0; i < AREAS; i++)
            if (ioas_map(iommufd, ioas, page, PAGE, i * 2 * PAGE, MAP_READABLE)) return 2;
        long mapped = resident(), after = mapped;
        close(iommufd);
        for (int look = 0; look < LOOKS && after - before > (mapped - before) / 4; look++) {
            usleep(100000);
            after = resident();
        }
        printf("%ld, %ld with %d areas, %ld after the close\n", before, mapped, AREAS, after);
        if (after - before > (mapped - before) / 4) return 1;
    }
    printf("given back\n");
    return 0;
}
