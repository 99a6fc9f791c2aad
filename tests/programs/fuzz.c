/*
 * fuzz SEED SECONDS: hostile clients beside a well-behaved one.
 *
 * Some processes at a time make calls at random: on descriptors of ours and of others, with structures that are right, nearly right and
 * garbage, in memory that vanishes, from threads and children, passing descriptors around; and are killed at any moment. One process
 * beside them does nothing but what works, on files of its own, and must not notice: it fails when a call of it fails.
 *
 * The last line is "fuzz: N clients, N killed, N rounds of the bystander". The bystander's device is vfio0; the others leave it alone.
 */
#define _GNU_SOURCE
#include "client.h"
#include "fuzz.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS = 4, LONGEST_LIFE_MS = 700 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* ---- the bystander ---- */

struct notes { volatile uint64_t rounds; volatile double slowest; volatile bool stop; };

/* One round: everything opened anew, memory moved through the device and back, everything closed. Ends the process when a step fails. */
static void round_trip(uint8_t *memory, uint8_t seed) {
    static const uint16_t models[] = { DMATEST, EDU, 0 };
    struct device device;
    uint32_t ioas;
    int iommufd = iommu_open();
    if (iommufd < 0) must(false, "bystander: open /dev/iommu: %s", strerror(errno));
    if (device_open("/dev/vfio/devices/vfio0", models, &device)) must(false, "bystander: open its device: %s", strerror(errno));
    if (device_bind(&device, iommufd)) must(false, "bystander: bind: %s", strerror(errno));
    if (ioas_alloc(iommufd, &ioas)) must(false, "bystander: IOAS: %s", strerror(errno));
    uint32_t table = ioas;
    if (device_attach(&device, &table)) must(false, "bystander: attach: %s", strerror(errno));
    if (device_regions(&device)) must(false, "bystander: regions: %s", strerror(errno));
    bus_master(&device, true);
    fill(memory, PAGE, seed);
    memset(memory + PAGE, 0, PAGE);
    if (ioas_map(iommufd, ioas, memory, 2 * PAGE, 0x100000, MAP_READABLE | MAP_WRITEABLE)) must(false, "bystander: map: %s", strerror(errno));
    if (!dma_to_device(&device, 0x100000) || !dma_from_device(&device, 0x100000 + PAGE)) must(false, "bystander: DMA");
    if (!filled(memory + PAGE, PAGE, seed)) must(false, "bystander: what the device wrote");
    if (ioas_unmap(iommufd, ioas, 0x100000, 2 * PAGE) != 2 * PAGE) must(false, "bystander: unmap: %s", strerror(errno));
    if (device_detach(&device)) must(false, "bystander: detach: %s", strerror(errno));
    close(device.fd);
    close(iommufd);
}

static void bystander(struct notes *notes) {
    uint8_t *memory = pages(2);
    while (!notes->stop) {
        double begin = now();
        round_trip(memory, (uint8_t)notes->rounds);
        double took = now() - begin;
        if (took > notes->slowest) notes->slowest = took;
        notes->rounds++;
    }
    exit(failed());
}

/* ---- the leader ---- */

static pid_t start_client(uint64_t seed) {
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        hostile_client(seed);
    }
    if (child > 0) setpgid(child, child);
    return child;
}

int main(int count, char **arguments) {
    must(count == 3, "fuzz SEED SECONDS");
    uint64_t seed = strtoull(arguments[1], NULL, 0);
    double end = now() + atof(arguments[2]);
    struct dice dice = { seed };
    struct notes *notes = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(notes != MAP_FAILED, "memory of the notes");
    pid_t good = fork();
    if (good == 0) bystander(notes);

    pid_t clients[CLIENTS] = { 0 };
    double deaths[CLIENTS];
    uint64_t started = 0, killed = 0;
    while (now() < end) {
        for (int i = 0; i < CLIENTS; i++) {
            if (clients[i] == 0) {
                clients[i] = start_client(seed ^ ++started << 20);
                deaths[i] = now() + below(&dice, LONGEST_LIFE_MS) * 1e-3;
                if (clients[i] < 0) clients[i] = 0;
            } else if (waitpid(clients[i], NULL, WNOHANG) == clients[i]) {
                kill(-clients[i], SIGKILL); /* what it left behind */
                clients[i] = 0;
            } else if (now() >= deaths[i]) {
                kill(-clients[i], SIGKILL);
                waitpid(clients[i], NULL, 0);
                clients[i] = 0;
                killed++;
            }
        }
        usleep(2000);
    }
    for (int i = 0; i < CLIENTS; i++)
        if (clients[i]) {
            kill(-clients[i], SIGKILL);
            waitpid(clients[i], NULL, 0);
        }
    notes->stop = true;
    int status = -1;
    waitpid(good, &status, 0);
    printf("fuzz: %llu clients, %llu killed, %llu rounds of the bystander, the slowest %.0f ms\n", (unsigned long long)started,
           (unsigned long long)killed, (unsigned long long)notes->rounds, notes->slowest * 1e3);
    return status != 0;
}
