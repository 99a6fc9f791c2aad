#!/bin/bash
# The README's example with QEMU, whole: a Linux guest boots in Debian's QEMU, finds a PCI device of ours, and a program in it does DMA both
# ways through the guest's memory and sees an interrupt arrive. Anybody can run it, with no rights. Ends with the guest's verdict.
#   examples/qemu.sh [IOASIS...]     IOASIS: the command (default: ./ioasis)
# GUEST: a folder with vmlinuz and initrd.gz, made by tests/guest/build.sh; made here where there is none.
# Packages: qemu-system-x86 (10.0 or later) and what tests/guest/build.sh needs; scripts/install-ci.sh installs them
set -euo pipefail
cd "$(dirname "$0")/.."
ioasis=("$@")
[ $# != 0 ] || ioasis=(./ioasis)
guest=${GUEST:-}
if [ -z "$guest" ]; then
    guest=$(mktemp -d)
    trap 'rm -rf "$guest"' EXIT
    tests/guest/build.sh "$guest"
fi
run() {
    # [example]
    "${ioasis[@]}" run --device edu,address=0000:00:10.0 -- qemu-system-x86_64 \
        -accel tcg -M q35 -m 256M -nodefaults -no-user-config -no-reboot -display none -serial stdio \
        -kernel "$guest/vmlinuz" -initrd "$guest/initrd.gz" -append "console=ttyS0 quiet panic=-1 no_timer_check rdinit=/init" \
        -object iommufd,id=iommufd0 -device vfio-pci,host=0000:00:10.0,iommufd=iommufd0
    # [/example]
}
log=$(mktemp)
trap 'rm -f "$log"; [ -n "${GUEST:-}" ] || rm -rf "$guest"' EXIT
status=0
run < /dev/null | tee "$log" || status=$?
[ $status = 0 ] || exit $status
verdict=$(tr -d '\r' < "$log" | sed -n 's/.*GUEST-STATUS=\([0-9]*\).*/\1/p' | tail -1)
exit "${verdict:-125}"
