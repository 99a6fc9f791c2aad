#!/bin/bash
# Installs what the tests with real programs and the bench need, by apt and by name: a C compiler, gnuplot, what builds Linux's selftests, DPDK and driverctl with their scripts, QEMU 10 and
# what builds the guest's initramfs. Nothing happens when all of it is there. On Debian 12 QEMU 10 comes from bookworm-backports,
# which is added beside the sources that apt has, on the same mirror. Wants root, or sudo.
set -euo pipefail

sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
packages=(gcc make libc6-dev zlib1g-dev uuid-dev libcap-dev xz-utils pkg-config libdpdk-dev dpdk driverctl pciutils busybox-static cpio gnuplot-nox)

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# The major version in a Debian version such as 1:10.0.2+ds-2; 0 for none.
qemu_major() { sed -n 's/^[0-9]*:\([0-9]*\)\..*/\1/p;t;s/.*/0/p' <<< "$1"; }
installed_qemu() { qemu_major "$(dpkg-query -W -f '${Version}' qemu-system-x86 2>/dev/null || echo none)"; }
# The newest that any of apt's sources has, whatever its priority.
offered_version() { apt-cache madison qemu-system-x86 | awk -F'|' 'NR == 1 { gsub(/ /, "", $2); print $2 }'; }
offered_qemu() { qemu_major "$(offered_version)"; }

# The mirror that serves this release now serves its backports too: its address is asked of apt, never written down.
add_backports() {
    local codename mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg options=
    codename=$(. /etc/os-release; echo "${VERSION_CODENAME:-}")
    mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $codename" "Component: main" "Created-By: Packages" | sed -n 1p)
    [ -n "$mirror" ] || return 0
    [ ! -f "$keyring" ] || options="[signed-by=$keyring] "
    echo "deb $options$mirror $codename-backports main" |
        $sudo tee /etc/apt/sources.list.d/ioasis-backports.list >/dev/null
    $sudo apt-get -qq update
}

missing=()
for package in "${packages[@]}"; do installed "$package" || missing+=("$package"); done
[ "$(installed_qemu)" -ge 10 ] || missing+=(qemu-system-x86)
if [ ${#missing[@]} = 0 ]; then
    echo "install-ci: everything is there"
    exit 0
fi

echo "install-ci: missing ${missing[*]}"
$sudo apt-get -qq update
release=()
if [ "${missing[-1]}" = qemu-system-x86 ]; then
    [ "$(offered_qemu)" -ge 10 ] || add_backports
    if [ "$(offered_qemu)" -lt 10 ]; then
        echo "install-ci: neither apt's sources nor this release's backports have QEMU 10" >&2
        exit 1
    fi
    # Backports are of low priority, so that nothing comes from there unasked.
    case $(offered_version) in *~bpo*) release=(-t "$(. /etc/os-release; echo "$VERSION_CODENAME")-backports") ;; esac
fi
$sudo apt-get -qq install -y --no-install-recommends "${release[@]}" "${missing[@]}" >/dev/null
echo "install-ci: QEMU $(qemu-system-x86_64 --version | sed -n 's/.*version \([0-9.]*\).*/\1/p'), $(gcc --version | head -1)"
