#!/bin/bash
# Fetches the distribution's own kernel for the guest, by package name from the sources that apt has, into the cache;
# nothing is installed. Prints the kernel's path. Its modules lie in lib/modules beside it.
# The cloud variant is the smaller one and has all that the guest needs.
set -euo pipefail
cache=${IOASIS_CACHE:-$HOME/.cache/ioasis}/guest
meta=linux-image-cloud-$(dpkg --print-architecture)
package=$(apt-cache depends "$meta" | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
[ -n "$package" ] || { echo "kernel.sh: apt knows no $meta; apt-get update?" >&2; exit 1; }
folder=$cache/$package
if [ ! -d "$folder" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/work.XXXXXX"); trap 'rm -rf "$work"' EXIT
    (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$package" >&2)
    mkdir "$work/x" "$work/kernel"
    dpkg -x "$work/$package"_*.deb "$work/x"
    cp "$work"/x/boot/vmlinuz-* "$work/kernel/vmlinuz"
    # vfio and what it needs, for guests that hand the device on; the rest of the modules would only fill the cache.
    [ -d "$work/x/lib" ] || ln -s usr/lib "$work/x/lib"
    (cd "$work/x" && find lib/modules/ \( -path '*/drivers/vfio/*' -o -name 'irqbypass.ko*' \) -type f |
        cpio --quiet -pdm "$work/kernel")
    mv -T "$work/kernel" "$folder" 2>/dev/null || [ -d "$folder" ] # somebody else may have been faster
fi
echo "$folder/vmlinuz"
