/* Descriptors that pass to another process or program: by fork, by exec, over a socket. Modes of `lifetime`. */
#define _GNU_SOURCE
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- fork ---- */

/* Waits for the other side of a pipe to write a byte or to go. */
static void await(int fd) {
    char byte;
    while (read(fd, &byte, 1) < 0 && errno == EINTR) {}
}

static bool exited_well(pid_t child) {
    int status;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The child's side: its own page at the address that the parent has as well, seen by the device as the child has it. */
static int forked(struct session *session, uint8_t *page, int mapped, int moved) {
    fill(page, PAGE, SEED_CHILD);
    check(map(session, page, SECOND_IOVA), "the child maps its own page through the descriptor that it inherited");
    close(mapped);
    await(moved);
    check(filled(page, PAGE, SEED_PARENT), "the child has what the device wrote");
    return failed();
}

void forks(void) {
    struct session session;
    must(start(&session), "start");
    uint8_t *page = pages(1), *target = pages(1);
    fill(page, PAGE, SEED_PARENT);
    must(map(&session, page, FIRST_IOVA) && map(&session, target, THREAD_IOVA), "the parent maps two pages");
    int mapped[2], moved[2];
    must(!pipe2(mapped, O_CLOEXEC) && !pipe2(moved, O_CLOEXEC), "pipes");
    pid_t child = fork();
    if (child == 0) {
        close(mapped[0]), close(moved[1]);
        _exit(forked(&session, page, mapped[1], moved[0]));
    }
    close(mapped[1]), close(moved[0]);
    await(mapped[0]);
    check(copy_by_device(&session, SECOND_IOVA, THREAD_IOVA) && filled(target, PAGE, SEED_CHILD), "the device reads the child's page");
    check(copy_by_device(&session, FIRST_IOVA, SECOND_IOVA) && filled(page, PAGE, SEED_PARENT), "and writes to it");
    close(moved[1]);
    check(exited_well(child), "the child ends");
    check(unmap(&session, SECOND_IOVA), "the parent unmaps what the child had mapped");
    check(copy_by_device(&session, FIRST_IOVA, THREAD_IOVA) && filled(target, PAGE, SEED_PARENT), "the parent's pages are as they were");

    int closed[2];
    must(unmap(&session, FIRST_IOVA) && unmap(&session, THREAD_IOVA) && !pipe2(closed, O_CLOEXEC), "the parent unmaps all");
    child = fork();
    if (child == 0) {
        close(closed[1]);
        await(closed[0]);
        check(works(&session), "a child works with descriptors that its parent has closed");
        _exit(failed());
    }
    finish(&session);
    close(closed[1]);
    check(exited_well(child), "the child ends");
    must_be_free();
}

/* ---- exec ---- */

void exec_self(void) {
    struct session session;
    must(start(&session), "start");
    must(map(&session, pages(1), THREAD_IOVA), "map a page");
    fcntl(session.iommufd, F_SETFD, 0);
    fcntl(session.device.fd, F_SETFD, 0);
    int lost = iommu_open(); /* close-on-exec */
    char numbers[4][12];
    snprintf(numbers[0], sizeof numbers[0], "%d", session.iommufd);
    snprintf(numbers[1], sizeof numbers[1], "%" PRIu32, session.ioas);
    snprintf(numbers[2], sizeof numbers[2], "%d", session.device.fd);
    snprintf(numbers[3], sizeof numbers[3], "%d", lost);
    execl("/proc/self/exe", "lifetime", "execed", numbers[0], numbers[1], numbers[2], numbers[3], device_name, (char *)NULL);
    must(false, "exec");
}

void execed(char **numbers) {
    struct session session = { .iommufd = atoi(numbers[0]), .ioas = (uint32_t)atoi(numbers[1]) };
    session.device.fd = atoi(numbers[2]);
    check(fcntl(atoi(numbers[3]), F_GETFD) == -1 && errno == EBADF, "after exec the close-on-exec descriptor is gone");
    must(device_regions(&session.device) == 0, "the device's descriptor works");
    check(works(&session), "memory of the new program");
    check(unmap(&session, THREAD_IOVA), "unmap what the program before had mapped");
    finish(&session);
    must_be_free();
}

/* ---- SCM_RIGHTS ---- */

static bool send_both(int socket, struct session *session) {
    struct iovec data = { .iov_base = session, .iov_len = sizeof *session };
    union { struct cmsghdr header; char room[CMSG_SPACE(2 * sizeof(int))]; } control;
    memset(&control, 0, sizeof control);
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET, header->cmsg_type = SCM_RIGHTS, header->cmsg_len = CMSG_LEN(2 * sizeof(int));
    memcpy(CMSG_DATA(header), (int[]){ session->iommufd, session->device.fd }, 2 * sizeof(int));
    return sendmsg(socket, &message, 0) == sizeof *session;
}

static bool receive_both(int socket, struct session *session) {
    struct iovec data = { .iov_base = session, .iov_len = sizeof *session };
    union { struct cmsghdr header; char room[CMSG_SPACE(2 * sizeof(int))]; } control;
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != sizeof *session) return false;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(2 * sizeof(int))) return false;
    int received[2];
    memcpy(received, CMSG_DATA(header), sizeof received);
    session->iommufd = received[0], session->device.fd = received[1];
    return true;
}

/* The child was there before anything was opened, and the parent closes its own before the child receives: for a while
 * the descriptors are nowhere but in the socket. */
void sent(void) {
    int sockets[2], closed[2];
    must(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) && !pipe2(closed, O_CLOEXEC), "socket pair and pipe");
    struct session session;
    pid_t child = fork();
    if (child == 0) {
        close(sockets[0]), close(closed[1]);
        await(closed[0]);
        must(receive_both(sockets[1], &session), "the child receives two descriptors");
        check(works(&session), "and works with them, the sender having closed its own");
        _exit(failed());
    }
    close(sockets[1]);
    must(start(&session), "start");
    must(send_both(sockets[0], &session), "send both descriptors");
    finish(&session);
    close(closed[1]);
    check(exited_well(child), "the child ends");
    must_be_free();
}
