#!/bin/bash
# Boots the guest in QEMU (software emulation) and prints what it says; the exit status is the guest's verdict.
#   run.sh [-q QEMU] [-t SECONDS] [-a APPEND] KERNEL INITRD -- EXTRA QEMU ARGUMENTS
# The reference: run.sh vmlinuz initrd.gz -- -device edu
# -q: the emulator's path   -t: time limit, 120 (then the status is 124)   -a: extra kernel command line
set -euo pipefail
qemu=qemu-system-x86_64 limit=120 append=
while getopts "q:t:a:" o; do case $o in q) qemu=$OPTARG ;; t) limit=$OPTARG ;; a) append=$OPTARG ;; *) exit 2 ;; esac; done
shift $((OPTIND - 1))
[ $# -ge 3 ] && [ "$3" = -- ] || { sed -n '2,6s/^# \?//p' "$0" >&2; exit 2; }
kernel=$1 initrd=$2
shift 3
log=$(mktemp); trap 'rm -f "$log"' EXIT
# no_timer_check: on a busy machine the kernel takes a late tick of the timer for a broken one, and gives up.
# 256 MiB, because edu reaches no further; no devices but those asked for, and no option ROMs: a short boot.
status=0
timeout "$limit" "$qemu" -accel tcg -M q35 -m 256M -nodefaults -no-user-config -no-reboot -display none -serial stdio \
    -kernel "$kernel" -initrd "$initrd" "$@" \
    -append "console=ttyS0 quiet panic=-1 rdinit=/init no_timer_check $append" < /dev/null 2>&1 | tee "$log" || status=$?
[ $status = 0 ] || exit $status
verdict=$(tr -d '\r' < "$log" | sed -n 's/.*GUEST-STATUS=\([0-9]*\).*/\1/p' | tail -1)
exit "${verdict:-125}"
