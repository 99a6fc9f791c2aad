// Closes a file while another thread is inside a call on it.
#include "fake.h"
#include <pthread.h>
static int file;
static void *inside(void *unused) { (void)unused; ioctl(file, WAIT, 0); return NULL; }
int main(void)
{
    pthread_t thread;
    file = open("/dev/iommu", O_RDWR);
    if (file < 0 || pthread_create(&thread, NULL, inside, NULL))
        return 1;
    usleep(200000); // the call has begun; if not, it begins on a closed file, and the test does not reach the device
    close(file);
    int other = open("/dev/vfio/devices/vfio0", O_RDWR); // a call after the close: news of it have been taken
    if (other < 0)
        return 2;
    close(other);
    dprintf(1, "closed\n");
    pthread_join(thread, NULL);
    dprintf(1, "ended\n");
    return 0;
}
