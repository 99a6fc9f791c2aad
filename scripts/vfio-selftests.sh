#!/bin/bash
# Builds Linux's own VFIO selftests, unmodified, from Debian's source package and runs them under `ioasis run`: every test of each
# program, in all five modes (containers with type 1 and version 2, the same on /dev/iommu, and iommufd) where a program has modes.
#   vfio-selftests.sh [-b] [IOASIS...]      -b: only build, and print the folder   IOASIS: the command (default: ../ioasis)
# One line a test (ok, SKIP with its reason, FAIL) and a sum; the status is 1 if anything failed, 4 if nothing could be built.
# Raises the number of huge pages for the time it runs where it may; where it may not, the tests that want them say that they skip.
# Packages: gcc make libc6-dev uuid-dev, and what kernel/get-source.sh needs
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
only_build=
[ "${1:-}" != -b ] || { only_build=1; shift; }
ioasis=("$@")
[ $# != 0 ] || ioasis=("$here/../ioasis")

cannot() { echo "vfio-selftests: $1" >&2; exit 4; }
for tool in gcc make; do command -v $tool >/dev/null || cannot "$tool is not installed"; done
[ -f /usr/include/uuid/uuid.h ] || cannot "uuid-dev is not installed"
src=$("$here/kernel/get-source.sh") || cannot "the source of Linux cannot be fetched"
headers=$("$here/linux-headers.sh") || cannot "the headers of Linux cannot be fetched"
out=${IOASIS_CACHE:-$HOME/.cache/ioasis}/vfio-selftests
mkdir -p "$out"
exec 9>"$out/lock"
flock 9 # two runs at once build them once
programs=(vfio_dma_mapping_test vfio_dma_mapping_mmio_test vfio_iommufd_setup_test vfio_pci_device_init_perf_test vfio_pci_device_test)
# The uAPI headers come with the architecture's own in a folder of their own.
make -s -C "$src/tools/testing/selftests/vfio" OUTPUT="$out" \
    KHDR_INCLUDES="-isystem $headers -isystem $headers/$(gcc -print-multiarch)" "${programs[@]/#/$out/}" >"$out/make.log" 2>&1 ||
    { cat "$out/make.log" >&2; cannot "the tests cannot be built"; }
exec 9>&-
[ -z "$only_build" ] || { echo "$out"; exit 0; }

# One huge page of 1 GiB and two of 2 MiB are all that the tests want; what was raised is put back.
restore=()
raise() {
    local file=/sys/kernel/mm/hugepages/$1/nr_hugepages now
    now=$(cat "$file" 2>/dev/null) || return 0
    [ "$now" -lt "$2" ] || return 0
    { echo "$2" > "$file"; } 2>/dev/null || return 0
    restore+=("$now:$file")
}
put_back() { for one in "${restore[@]}"; do echo "${one%%:*}" > "${one#*:}" || true; done; }
trap put_back EXIT
raise hugepages-2048kB 64
raise hugepages-1048576kB 1

# dmatest has the MSI-X that edu lacks, and can have memory that programs map.
address=0000:00:10.0 passed=0 skipped=0 failed=0
run() {
    local device=$1 program=$2 line log status=0
    log=$("${ioasis[@]}" run --device "$device,address=$address" -- "$out/$program" "$address" 2>&1) || status=$?
    while IFS= read -r line; do
        case $line in
            "ok "*"# SKIP"*) skipped=$((skipped + 1)); echo "SKIP ${device%%,*} $program $(sed 's/^ok [0-9]* //' <<< "$line")" ;;
            "ok "*) passed=$((passed + 1)); echo "ok   ${device%%,*} $program $(sed 's/^ok [0-9]* //' <<< "$line")" ;;
            "not ok "*) failed=$((failed + 1)); echo "FAIL ${device%%,*} $program $(sed 's/^not ok [0-9]* //' <<< "$line")" ;;
        esac
    done <<< "$log"
    if [ $status != 0 ] && ! grep -q '^not ok' <<< "$log"; then
        failed=$((failed + 1))
        echo "FAIL $device $program: status $status"
    fi
    [ $status = 0 ] || sed 's/^/    /' <<< "$log"
}
for program in "${programs[@]}"; do
    case $program in *_mmio_test) run dmatest,memory=64K $program ;; *) run edu $program ;; esac
done
run dmatest vfio_pci_device_test
echo "vfio-selftests: $passed passed, $skipped skipped, $failed failed"
[ $failed = 0 ]
