#!/bin/bash
# Plays the conformance cases on a real Linux with a real /dev/iommu, in QEMU, and writes each outcome to
# tests/oracle/conformance/: what our own /dev/iommu is compared with, line by line. The kernel is built when it is absent.
#   record-conformance.sh [-k KERNEL] [-c] [-n] [-p PROGRAM -o OUTPUT]
#   -k: another bzImage   -c: only compare, write nothing   -n: the tool is built already   -p: play a compiled program instead, and keep what it prints in OUTPUT
# Packages: those of kernel/build-kernel.sh and kernel/run-kernel.sh, gcc, libc6-dev; the .NET SDK
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/..
oracle=$root/tests/oracle/conformance cases=$root/tests/Ioasis.Conformance.Tests/cases
kernel=${IOASIS_CACHE:-$HOME/.cache/ioasis}/kernel/bzImage compare= program= output= program_built=
while getopts "k:cnp:o:" o; do case $o in k) kernel=$OPTARG ;; c) compare=1 ;; n) program_built=1 ;; p) program=$OPTARG ;; o) output=$OPTARG ;; *) exit 2 ;; esac; done
[ -f "$kernel" ] || "$here/kernel/build-kernel.sh" >/dev/null
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
tool() { "$root/artifacts/bin/Ioasis.Conformance/debug/Ioasis.Conformance" "$@"; }
[ -n "$program$program_built" ] || dotnet build "$root/tests/Ioasis.Conformance" -v quiet -nologo >&2

mkdir "$work/root" "$work/share"
"$root/tests/programs/build.sh" "$work/programs" player
cp "$work/programs/player-static" "$work/root/"
if [ -n "$program" ]; then cp "$program" "$work/root/program"; else tool compile "$cases" "$work/root/program"; fi
# The shared folder takes the recording: a serial line would be slow.
cat > "$work/root/test.sh" <<'GUEST'
#!/bin/sh
vfio-bind 0000:00:05.0
echo 64 > /proc/sys/vm/nr_hugepages
uname -srm > /host/kernel
/player-static /program > /host/output
GUEST
chmod +x "$work/root/test.sh"
"$here/kernel/run-kernel.sh" -k "$kernel" -t 3000 -x "$work/share" "$work/root" > "$work/log" || { cat "$work/log" >&2; exit 1; }
if grep -q -E 'BUG:|WARNING:|Oops' "$work/log"; then
    echo "the kernel complained:" >&2
    grep -E -A 12 'BUG:|WARNING:|Oops' "$work/log" >&2
fi

if [ -n "$program" ]; then
    cp "$work/share/output" "$output"
    exit
fi
tool record "$cases" "$work/share/output" "$work/record"
{ cat "$work/share/kernel"; echo "QEMU $(qemu-system-x86_64 --version | sed -n 's/.*version \([0-9.]*\).*/\1/p'), VT-d, first stage; IOMMUFD_TEST"; } > "$work/record/kernel"
if [ -n "$compare" ]; then
    diff -r -x README.md "$oracle" "$work/record" && echo "the recording holds"
else
    mkdir -p "$oracle"
    rm -f "$oracle"/*.txt
    cp "$work/record"/* "$oracle/"
    cat "$oracle/kernel"
fi
