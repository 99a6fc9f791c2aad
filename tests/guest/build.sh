#!/bin/bash
# Builds what the guest boots: build.sh OUTDIR gives OUTDIR/vmlinuz (the distribution's) and OUTDIR/initrd.gz.
# Packages: gcc libc6-dev busybox-static cpio (see scripts/install-ci.sh)
set -euo pipefail
[ $# = 1 ] || { echo "usage: build.sh OUTDIR" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
programs=$here/../programs
mkdir -p "$1"
kernel=$("$here/kernel.sh")
cp "$kernel" "$1/vmlinuz"

root=$(mktemp -d); trap 'rm -rf "$root"' EXIT
mkdir "$root"/{bin,dev,proc,sys}
cp "$(command -v busybox)" "$root/bin/busybox"
gcc -std=c99 -O2 -D_FILE_OFFSET_BITS=64 -Wall -Wextra -Werror -static -o "$root/edu-guest" \
    "$here/edu-guest.c" "$here/guest.c" "$programs/verdict.c" "$programs/iommu.c"
install -m 755 "$here/init" "$here/test.sh" "$root/"
(cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) > "$1/initrd.gz"
