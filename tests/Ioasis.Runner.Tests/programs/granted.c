/* granted: has no capability but the one that the runner was told to grant. */
#include "fake.h"

#include <linux/capability.h>
#include <sys/syscall.h>

int main(void) {
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct none[2] = { { 0 } };
    MUST(syscall(SYS_capset, &header, none) == 0);
    int fd = open_iommu();
    MUST(ioctl(fd, HAS_CAPABILITY, CAP_SYS_RESOURCE) == 1);
    MUST(ioctl(fd, HAS_CAPABILITY, CAP_IPC_LOCK) == 0 && ioctl(fd, HAS_CAPABILITY, CAP_SYS_ADMIN) == 0);
    puts("all as it should be");
    return 0;
}
