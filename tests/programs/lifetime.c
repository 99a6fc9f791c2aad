/*
 * lifetime MODE [PCI-ADDRESS | /dev/vfio/devices/vfioN]
 *
 * Who holds a descriptor, and whose memory a device then sees: threads, signals, dup, fork, exec, descriptors sent over
 * a socket, and death. For `edu` or `dmatest`, whichever is there; the output does not tell which.
 *
 *   threads  signals  dup  fork  exec  scm    print their steps and end
 *   die      kills itself with mappings, pins and a bound device, one thread in the middle of its ioctls
 *   hold     the same state, then waits to be killed
 *   churn    sets everything up and closes it again, until killed: for a kill at any moment
 */
#define _GNU_SOURCE
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* ---- threads ---- */

enum { THREADS = 4, ROUNDS = 100 };

struct worker {
    struct session *session;
    uint64_t iova;
    int mapped;
};

/* Maps and unmaps in the shared address space; in every tenth round also in one of its own. */
static void *work(void *argument) {
    struct worker *worker = argument;
    uint8_t *page = pages(1);
    for (int round = 0; round < ROUNDS; round++) {
        if (!map(worker->session, page, worker->iova) || !unmap(worker->session, worker->iova)) return NULL;
        worker->mapped++;
        if (round % 10) continue;
        struct session own = { .iommufd = iommu_open() };
        bool ok = own.iommufd >= 0 && ioas_alloc(own.iommufd, &own.ioas) == 0 && own.ioas == 1 && map(&own, page, worker->iova);
        if (close(own.iommufd) || !ok) return NULL;
    }
    return NULL;
}

static void threads(void) {
    struct session session;
    must(start(&session), "start");
    pthread_t ids[THREADS];
    struct worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){ .session = &session, .iova = THREAD_IOVA * (i + 1) };
        must(pthread_create(&ids[i], NULL, work, &workers[i]) == 0, "thread %d", i);
    }
    check(works(&session), "DMA while %d threads map and unmap", THREADS);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(ids[i], NULL);
        check(workers[i].mapped == ROUNDS, "thread %d: %d times", i, workers[i].mapped);
    }
    check(ioas_unmap(session.iommufd, session.ioas, 0, UINT64_MAX) == 0, "nothing is left in the address space");
    finish(&session);
    must_be_free();
}

/* ---- signals ---- */

static volatile sig_atomic_t alarms;

static void on_alarm(int signal) {
    (void)signal;
    alarms++;
}

/*
 * A call that a signal interrupts must be neither lost nor done twice: a second map would be EEXIST, a lost one ENOENT.
 * On Linux these calls are not interrupted at all. An emulator that is told of calls by seccomp cannot keep a signal from
 * ending a call that it has not been told of yet: EINTR is allowed, if it means that nothing was done.
 */
static bool insist(bool (*call)(struct session *), struct session *session) {
    bool done;
    do errno = 0, done = call(session);
    while (!done && errno == EINTR);
    return done;
}

static uint8_t *signals_page;
static bool map_once(struct session *session) { return map(session, signals_page, FIRST_IOVA); }
static bool unmap_once(struct session *session) { return unmap(session, FIRST_IOVA); }

static void signals(void) {
    struct session session;
    must(start(&session), "start");
    struct sigaction action = { .sa_handler = on_alarm };
    struct itimerval every = { { 0, 500 }, { 0, 500 } }, never = { { 0, 0 }, { 0, 0 } };
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
    signals_page = pages(1);
    int round = 0;
    while ((round < 1000 || alarms < 100) && insist(map_once, &session) && insist(unmap_once, &session)) round++;
    setitimer(ITIMER_REAL, &never, NULL);
    check(round >= 1000 && alarms >= 100, "1000 maps and unmaps under 100 signals, each done once");
    check(works(&session), "the device works");
    finish(&session);
}

/* ---- dup ---- */

static void duplicates(void) {
    struct session session, other;
    must(start(&session), "start");
    must((other.iommufd = iommu_open()) >= 0 && device_open(device_name, session_models, &other.device) == 0, "open both again");
    check_error(device_bind(&other.device, other.iommufd), EINVAL, "bind a device that is bound already");
    finish(&other);

    struct session copy = session;
    copy.iommufd = dup(session.iommufd);
    copy.device.fd = fcntl(session.device.fd, F_DUPFD_CLOEXEC, 100);
    must(copy.iommufd >= 0 && copy.device.fd >= 100, "dup one, F_DUPFD_CLOEXEC the other");
    finish(&session);
    check(works(&copy), "the copies work when the first ones are closed");
    must(dup2(copy.iommufd, 50) == 50 && dup3(copy.device.fd, 51, O_CLOEXEC) == 51, "dup2 and dup3 to low numbers");
    finish(&copy);
    copy.iommufd = 50, copy.device.fd = 51;
    check(works(&copy), "these work when the others are closed");
    check(dup2(STDOUT_FILENO, 50) == 50 && dup2(STDOUT_FILENO, 51) == 51, "dup2 over them, which closes them");
    must_be_free();
}

/* ---- death ---- */

static void *churn_mappings(void *argument) {
    uint8_t *page = pages(1);
    for (;;) {
        map(argument, page, THREAD_IOVA);
        unmap(argument, THREAD_IOVA);
    }
    return NULL;
}

static void hold(bool then_die) {
    struct session session;
    must(start(&session), "start");
    uint8_t *page = pages(1);
    must(map(&session, page, FIRST_IOVA) && copy_by_device(&session, FIRST_IOVA, FIRST_IOVA), "map a page and let the device use it");
    pthread_t thread;
    must(pthread_create(&thread, NULL, churn_mappings, &session) == 0, "a thread that maps and unmaps");
    usleep(20000);
    check(true, then_die ? "now die" : "holding");
    if (then_die) kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void churn(void) {
    check(true, "churning");
    for (;;) {
        struct session session;
        if (!start(&session) || !works(&session)) must(false, "a round");
        finish(&session);
    }
}

int main(int count, char **arguments) {
    const char *mode = count > 1 ? arguments[1] : "";
    bool after_exec = !strcmp(mode, "execed") && count >= 6;
    if (after_exec) device_name = count > 6 ? arguments[6] : NULL;
    else device_name = count > 2 ? arguments[2] : NULL;

    if (after_exec) execed(arguments + 2);
    else if (!strcmp(mode, "threads")) threads();
    else if (!strcmp(mode, "signals")) signals();
    else if (!strcmp(mode, "dup")) duplicates();
    else if (!strcmp(mode, "fork")) forks();
    else if (!strcmp(mode, "exec")) exec_self();
    else if (!strcmp(mode, "scm")) sent();
    else if (!strcmp(mode, "die")) hold(true);
    else if (!strcmp(mode, "hold")) hold(false);
    else if (!strcmp(mode, "churn")) churn();
    else {
        fprintf(stderr, "usage: lifetime threads|signals|dup|fork|exec|scm|die|hold|churn [DEVICE]\n");
        return 2;
    }
    return verdict(after_exec ? "exec" : mode);
}
