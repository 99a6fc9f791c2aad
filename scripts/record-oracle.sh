#!/bin/bash
# Runs the static test programs on a real Linux with a real /dev/iommu, in QEMU, and writes what they print to
# tests/oracle/: the yardstick that our own /dev/iommu is held to, byte for byte. The kernel is built when it is absent.
#   record-oracle.sh [-k KERNEL] [-c]     -k: another bzImage   -c: only compare, write nothing
# Packages: those of kernel/build-kernel.sh and kernel/run-kernel.sh, gcc, libc6-dev
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
oracle=$here/../tests/oracle
kernel=${IOASIS_CACHE:-$HOME/.cache/ioasis}/kernel/bzImage compare=
while getopts "k:c" o; do case $o in k) kernel=$OPTARG ;; c) compare=1 ;; *) exit 2 ;; esac; done
[ -f "$kernel" ] || "$here/kernel/build-kernel.sh" >/dev/null
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

"$here/../tests/programs/build.sh" "$work/programs"
mkdir "$work/root"
cp "$work/programs/edu-static" "$work/programs/lifetime-static" "$work/programs/legacy-static" "$work/programs/paths-static" "$work/root/"
# The second serial port takes the recording: the first one has the kernel's messages, DMA faults among them.
cat > "$work/root/test.sh" <<'GUEST'
#!/bin/sh
vfio-bind 0000:00:05.0
exec > /dev/ttyS1
failed=0
begin() { echo "#### $1"; }
begin kernel; uname -srm
begin edu; /edu-static || failed=1
begin lifetime-die; /lifetime-static die # what it leaves behind, the next ones would stumble over
for mode in threads signals dup fork exec scm; do
    begin "lifetime-$mode"; /lifetime-static $mode || failed=1
done
for mode in groups device type1 type1v2 compat1 compat2; do
    begin "legacy-$mode"; /legacy-static $mode || failed=1
done
chmod 666 /dev/iommu # as ours is: everybody's
for mode in nobody root; do
    begin "paths-$mode"; /paths-static $mode || failed=1
done
begin end
exit $failed
GUEST
chmod +x "$work/root/test.sh"

# Both kinds of page table that VT-d has, because what differs between them is no part of the ABI's behaviour.
for iommu in intel-fs intel-ss; do
    echo "$iommu: booting" >&2
    "$here/kernel/run-kernel.sh" -k "$kernel" -i "$iommu" -t 300 -o "$work/$iommu" "$work/root" > "$work/log" || {
        cat "$work/log" "$work/$iommu" >&2
        exit 1
    }
    mkdir "$work/$iommu.d"
    awk -v folder="$work/$iommu.d" '/^####/ { file = folder "/" $2 ".txt"; next } { print > file }' "$work/$iommu"
done
diff -r "$work/intel-fs.d" "$work/intel-ss.d" >&2 || { echo "first-stage and second-stage tables differ" >&2; exit 1; }
echo "QEMU $(qemu-system-x86_64 --version | sed -n 's/.*version \([0-9.]*\).*/\1/p'), VT-d, first and second stage" \
    >> "$work/intel-fs.d/kernel.txt"

if [ -n "$compare" ]; then
    diff -r -x README.md -x conformance "$oracle" "$work/intel-fs.d" && echo "the recording holds"
else
    mkdir -p "$oracle"
    cp "$work/intel-fs.d"/*.txt "$oracle/"
    cat "$oracle/kernel.txt"
fi
