#!/bin/bash
# Builds the C programs of the tests: build.sh OUTDIR gives OUTDIR/NAME (dynamic) and OUTDIR/NAME-static.
# Packages: gcc libc6-dev
set -euo pipefail
[ $# = 1 ] || { echo "usage: build.sh OUTDIR" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
flags=(-std=c99 -O2 -D_FILE_OFFSET_BITS=64 -Wall -Wextra -Werror -pthread)
for name in edu dmatest lifetime legacy; do
    sources=("$here/$name.c" "$here/verdict.c" "$here/iommu.c" "$here/device.c" "$here/dma.c")
    [ $name != lifetime ] || sources+=("$here/session.c" "$here/handover.c")
    [ $name != legacy ] || sources+=("$here/legacy_groups.c" "$here/legacy_memory.c" "$here/legacy_device.c")
    gcc "${flags[@]}" -o "$1/$name" "${sources[@]}"
    gcc "${flags[@]}" -static -o "$1/$name-static" "${sources[@]}"
done
