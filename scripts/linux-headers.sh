#!/bin/bash
# Fetches the user-space API headers of Linux 7.3 (Debian's linux-libc-dev of trixie-backports; the newest there when 7.3 has gone)
# into a cache, for the tests that hold the structs of Ioasis.Abi against them. Nothing of them is committed.
# Prints the include folder. Needs apt and dpkg, not root; takes the mirror that this machine's apt already uses.
# Fails with one line that says why as the last on standard error.
set -euo pipefail
wanted=7.3
cache=${IOASIS_CACHE:-$HOME/.cache/ioasis}
headers=$cache/linux-headers-$wanted

die() { echo "$1" >&2; exit 1; }

if [ ! -d "$headers" ]; then
    command -v apt-get dpkg >/dev/null || die "there is no apt"
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/linux-headers.XXXXXX") # of our own, so that two runs at once do not meet
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$work/lists/partial" "$work/archives/partial"

    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | awk '/\/debian\/?$/ && !found++')
    [ -n "$mirror" ] || die "apt has no Debian mirror"
    echo "deb $mirror trixie-backports main" > "$work/sources.list"
    opts=(-o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
          -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work" -o Dir::Cache::archives="$work/archives"
          -o APT::Sandbox::User=root -o Acquire::Retries=0 -o Acquire::http::Timeout=30)
    apt-get -qq "${opts[@]}" update >&2

    versions=$(apt-cache "${opts[@]}" madison linux-libc-dev | awk '{ print $3 }' | sort -rV)
    [ -n "$versions" ] || die "apt cannot reach trixie-backports"
    version=$(grep -m1 "^${wanted//./\\.}[.~-]" <<< "$versions" || head -1 <<< "$versions")
    (cd "$work" && apt-get -qq "${opts[@]}" download "linux-libc-dev=$version" >&2) || die "apt cannot download linux-libc-dev $version"
    dpkg -x "$work"/linux-libc-dev_*.deb "$work/tree"
    mv -T "$work/tree" "$headers" 2>/dev/null || [ -d "$headers" ] # the other run may have been first
fi
echo "$headers/usr/include"
