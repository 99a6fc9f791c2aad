#!/bin/bash
# Builds the test kernel (Linux 7.3 with /dev/iommu, IOMMUFD_TEST, VFIO; about 10 minutes on two cores) and installs the
# uAPI headers, all in the cache; what is there already is not made again. Prints the folder with bzImage and include/.
# Packages: build-essential flex bison bc libelf-dev libssl-dev rsync
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
src=$("$here/get-source.sh")
out=${IOASIS_CACHE:-$HOME/.cache/ioasis}/kernel
mkdir -p "$out/build"
if [ ! -f "$out/include/linux/iommufd.h" ]; then
    make -s -C "$src" O="$out/build" headers_install INSTALL_HDR_PATH="$out" >&2
fi
if [ "${1:-}" != headers ] && [ ! -f "$out/bzImage" ]; then
    make -s -C "$src" O="$out/build" KCONFIG_ALLCONFIG="$here/kernel.config" allnoconfig >&2
    make -s -C "$src" O="$out/build" -j"$(nproc)" bzImage >&2
    cp "$out/build/arch/x86/boot/bzImage" "$out/bzImage"
fi
echo "$out"
