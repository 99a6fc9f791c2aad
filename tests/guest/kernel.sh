#!/bin/bash
# Fetches the distribution's own kernel for the guest, by package name from the sources that apt has, into the cache;
# nothing is installed. Prints the kernel's path. The cloud variant is the smaller one and has all that the guest needs.
set -euo pipefail
cache=${IOASIS_CACHE:-$HOME/.cache/ioasis}/guest
mkdir -p "$cache"
kernel=$(find "$cache" -mindepth 2 -maxdepth 2 -path '*/linux-image-*/vmlinuz' | sort -V | tail -1)
if [ -z "$kernel" ]; then
    work=$(mktemp -d "$cache/work.XXXXXX"); trap 'rm -rf "$work"' EXIT
    # The named package is empty; the kernel is in the one that it depends on.
    fetch() {
        package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | awk '/Depends: linux-image-[0-9]/ { print $2 }')
        [ -n "$package" ] && (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$package" >&2)
    }
    # The lists may be missing, or older than the last security update, which takes the former package away.
    fetch 2>/dev/null || { apt-get -qq update >&2 && fetch; }
    mkdir "$work/$package"
    dpkg -x "$work/$package"_*.deb "$work/x"
    cp "$work"/x/boot/vmlinuz-* "$work/$package/vmlinuz"
    mv -T "$work/$package" "$cache/$package" 2>/dev/null || [ -d "$cache/$package" ] # another run may have been faster
    kernel=$cache/$package/vmlinuz
fi
echo "$kernel"
