#!/bin/bash
# Builds the C programs of the tests: build.sh OUTDIR [NAME…] gives OUTDIR/NAME (dynamic) and OUTDIR/NAME-static.
# Packages: gcc libc6-dev
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: build.sh OUTDIR [NAME…]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
out=$1
shift
[ $# != 0 ] || set -- edu dmatest lifetime legacy player fuzz regions stuck late giveback container paths
mkdir -p "$out"
flags=(-std=c99 -O2 -D_FILE_OFFSET_BITS=64 -Wall -Wextra -Werror -pthread)
for name; do
    sources=("$here/$name.c" "$here/verdict.c" "$here/iommu.c" "$here/device.c" "$here/dma.c")
    [ $name != lifetime ] || sources+=("$here/session.c" "$here/handover.c")
    [ $name != legacy ] || sources+=("$here/legacy_groups.c" "$here/legacy_memory.c" "$here/legacy_device.c")
    [ $name != fuzz ] || sources+=("$here/fuzz_client.c")
    [ $name != paths ] || sources=("$here/paths.c")
    [ $name != late ] || sources=("$here/late.c")
    [ $name != player ] || sources=("$here/player.c")
    [ $name != container ] || sources=("$here/container.c")
    gcc "${flags[@]}" -o "$out/$name" "${sources[@]}"
    gcc "${flags[@]}" -static -o "$out/$name-static" "${sources[@]}"
done
