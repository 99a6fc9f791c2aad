/* Runs a program as a container with the usual profile does (Docker's and Podman's default, Kubernetes' RuntimeDefault): without
 * CAP_SYS_PTRACE and CAP_SYS_ADMIN, and with the calls refused that those profiles refuse to who lacks them.
 *
 *     container [-m] PROGRAM ARGS      -m: process_vm_readv and process_vm_writev are refused too, as older profiles do
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif

enum { NEW_NAMESPACES = 0x7e020080 }; /* CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET */

static const int refused[] = {
    SYS_pidfd_getfd, SYS_kcmp, SYS_process_madvise, SYS_userfaultfd, SYS_bpf, SYS_perf_event_open, SYS_open_by_handle_at, SYS_name_to_handle_at,
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_keyctl, SYS_add_key, SYS_request_key,
    SYS_fanotify_init, SYS_quotactl, SYS_swapon, SYS_swapoff, SYS_syslog, SYS_vhangup, SYS_acct, SYS_reboot, SYS_init_module,
    SYS_process_vm_readv, SYS_process_vm_writev, /* the last two: with -m only */
};

static struct sock_filter lines[128];
static unsigned short count;

static void add(unsigned short code, unsigned value, unsigned char yes, unsigned char no) {
    lines[count++] = (struct sock_filter){ code, yes, no, value };
}

static void answer(unsigned action) { add(BPF_RET | BPF_K, action, 0, 0); }

static void load(size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0); }

/* Refuses the call when what was loaded is its number. */
static void refuse(unsigned number, int error) {
    add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
    answer(SECCOMP_RET_ERRNO | (unsigned)error);
}

static void drop(int capability) {
    prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); /* fails for who has nothing to drop */
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct sets[2];
    if (syscall(SYS_capget, &header, sets) != 0)
        return;
    unsigned keep = ~(1u << (capability & 31));
    struct __user_cap_data_struct *set = &sets[capability >> 5];
    set->effective &= keep, set->permitted &= keep, set->inheritable &= keep;
    syscall(SYS_capset, &header, sets);
}

int main(int argc, char **argv) {
    int first = argc > 1 && !strcmp(argv[1], "-m") ? 2 : 1;
    if (argc <= first) {
        fprintf(stderr, "usage: container [-m] PROGRAM ARGS\n");
        return 2;
    }

    drop(CAP_SYS_PTRACE), drop(CAP_SYS_ADMIN);
    load(offsetof(struct seccomp_data, nr));
    size_t number = sizeof refused / sizeof *refused - (first == 2 ? 0 : 2);
    for (size_t i = 0; i < number; i++)
        refuse((unsigned)refused[i], EPERM);
    refuse(SYS_clone3, ENOSYS); /* its flags are in memory, where no filter sees them */
    add(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3);
    load(offsetof(struct seccomp_data, args));
    add(BPF_JMP | BPF_JSET | BPF_K, NEW_NAMESPACES, 0, 1);
    answer(SECCOMP_RET_ERRNO | EPERM);
    answer(SECCOMP_RET_ALLOW);

    struct sock_fprog program = { count, lines };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        perror("container: seccomp");
        return 2;
    }

    execvp(argv[first], argv + first);
    perror(argv[first]);
    return 127;
}
