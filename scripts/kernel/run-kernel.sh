#!/bin/bash
# Boots a real Linux with /dev/iommu in QEMU (software emulation, about 3 s) and runs DIR/test.sh in it as root.
#   run-kernel.sh [options] DIR        DIR is laid over the root of a busybox initramfs; programs in it must be static
#   -i IOMMU   intel-fs (default: scalable mode, first stage, device TLB) | intel-ss | intel-legacy | amd | virtio | none
#   -I         count instructions: -icount shift=0, so that one guest nanosecond is one guest instruction
#   -k KERNEL  bzImage (default: the one that build-kernel.sh made, in the cache)   -m MEM (2G)   -s CPUS (1)   -t SECONDS (600)
#   -a APPEND  extra kernel command line   -x DIR  share DIR at /host (9p)   -o FILE  what the guest writes to /dev/ttyS1
# Devices: edu 1234:11e8 at 0000:00:05.0, igb 8086:10c9 at 0000:01:00.0. In the guest: vfio-bind BDF...
# The exit status is test.sh's (124 at the time limit). amd wants -a noapic; amd and virtio want
# -a 'iommufd.allow_unsafe_interrupts=1 vfio_iommu_type1.allow_unsafe_interrupts=1' before a bind works.
# Packages (Debian bookworm-backports or later): qemu-system-x86 (10.0 or later), busybox-static, cpio
# no_timer_check: on a busy machine the kernel takes a late tick of the timer for a broken one, and gives up.
set -euo pipefail
kernel=${IOASIS_CACHE:-$HOME/.cache/ioasis}/kernel/bzImage mem=2G cpus=1 limit=600 iommu=intel-fs append= share= count= uart=/dev/null
while getopts "i:Ik:m:s:t:a:x:o:" o; do case $o in
    i) iommu=$OPTARG ;; I) count="-icount shift=0,sleep=off" ;; k) kernel=$OPTARG ;; m) mem=$OPTARG ;; s) cpus=$OPTARG ;;
    t) limit=$OPTARG ;; a) append=$OPTARG ;; x) share=$OPTARG ;; o) uart=$OPTARG ;; *) exit 2 ;;
esac; done
shift $((OPTIND - 1))
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root"/{bin,dev,etc,host,proc,root,sys,tmp}
cp "$(command -v busybox)" "$work/root/bin/busybox"
cat > "$work/root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/sbin:/usr/bin HOME=/root
mount -t proc p /proc; mount -t sysfs s /sys; mount -t devtmpfs d /dev 2>/dev/null
mkdir -p /dev/pts /dev/shm; mount -t devpts d /dev/pts; mount -t tmpfs t /dev/shm; mount -t tmpfs t /tmp
mount -t debugfs d /sys/kernel/debug
ln -sf /proc/self/fd /dev/fd; ip link set lo up 2>/dev/null
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' > /etc/passwd
printf 'root:x:0:\nnogroup:x:65534:\n' > /etc/group
mount -t 9p -o trans=virtio,version=9p2000.L,msize=131072 host /host 2>/dev/null
stty -F /dev/ttyS1 raw -echo 2>/dev/null
cat > /bin/vfio-bind <<'BIND'
#!/bin/sh
for b in "$@"; do d=/sys/bus/pci/devices/$b; echo vfio-pci > $d/driver_override
[ -e $d/driver ] && echo $b > $d/driver/unbind; echo $b > /sys/bus/pci/drivers/vfio-pci/bind; done
BIND
chmod +x /bin/vfio-bind
/test.sh; echo "GUEST-STATUS=$?"
sync; poweroff -f
INIT
chmod +x "$work/root/init"
cp -a "$1/." "$work/root/"
(cd "$work/root" && find . | cpio -o -H newc 2>/dev/null | gzip -1) > "$work/initrd.gz"
machine="-M q35" dev=
case $iommu in
    intel-fs) machine="-M q35,kernel-irqchip=split"; dev="-device intel-iommu,x-scalable-mode=on,x-flts=on,device-iotlb=on,intremap=on" ;;
    intel-ss) machine="-M q35,kernel-irqchip=split"; dev="-device intel-iommu,x-scalable-mode=on,x-flts=off,device-iotlb=off,intremap=on,x-pasid-mode=on" ;;
    intel-legacy) dev="-device intel-iommu,device-iotlb=on,intremap=on" ;;
    amd) dev="-device amd-iommu,intremap=on,device-iotlb=on" ;;
    virtio) dev="-device virtio-iommu-pci" ;;
esac
[ -n "$share" ] && share="-virtfs local,path=$share,mount_tag=host,security_model=none"
status=0
timeout "$limit" qemu-system-x86_64 -accel tcg $machine -cpu max -m "$mem" -smp "$cpus" $count -nodefaults -no-user-config \
    -display none -no-reboot -serial stdio -serial "file:$uart" $dev -device edu,addr=05.0 \
    -device pcie-root-port,id=rp1,chassis=1,addr=06.0 -device igb,bus=rp1 $share -kernel "$kernel" -initrd "$work/initrd.gz" \
    -append "console=ttyS0 quiet rdinit=/init panic=-1 iommu.strict=1 intel_iommu=on,sm_on no_timer_check $append" \
    < /dev/null 2>&1 | tee "$work/log" || status=$?
[ $status = 0 ] || exit $status
exit "$(tr -d '\r' < "$work/log" | sed -n 's/.*GUEST-STATUS=\([0-9]*\).*/\1/p' | tail -1)"
