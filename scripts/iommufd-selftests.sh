#!/bin/bash
# Builds Linux's own iommufd selftests, unmodified, from Debian's source package and runs them under `ioasis run --iommu mock`: iommufd, and
# iommufd_fail_nth, which makes every allocation of a call fail in turn.
#   iommufd-selftests.sh [-b] [IOASIS...]      -b: only build, and print the folder   IOASIS: the command (default: ../ioasis)
# One line a test (ok, SKIP with its reason, FAIL), a sum of each program and one of both; the status is 1 if anything failed, 4 if nothing
# could be built. Raises the number of huge pages for the time it runs where it may; where there are too few, the tests that map them are
# not run, but named and counted as skipped.
# Packages: gcc make libc6-dev libcap-dev, and what kernel/get-source.sh needs
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
only_build=
[ "${1:-}" != -b ] || { only_build=1; shift; }
ioasis=("$@")
[ $# != 0 ] || ioasis=("$here/../ioasis")

cannot() { echo "iommufd-selftests: $1" >&2; exit 4; }
for tool in gcc make; do command -v $tool >/dev/null || cannot "$tool is not installed"; done
[ -f /usr/include/sys/capability.h ] || cannot "libcap-dev is not installed"
src=$("$here/kernel/get-source.sh") || cannot "the source of Linux cannot be fetched"
headers=$("$here/linux-headers.sh") || cannot "the headers of Linux cannot be fetched"
out=${IOASIS_CACHE:-$HOME/.cache/ioasis}/iommufd-selftests
mkdir -p "$out"
exec 9>"$out/lock"
flock 9 # two runs at once build them once
programs=(iommufd iommufd_fail_nth)
# The uAPI headers come with the architecture's own in a folder of their own.
make -s -C "$src/tools/testing/selftests/iommu" OUTPUT="$out" \
    KHDR_INCLUDES="-isystem $headers -isystem $headers/$(gcc -print-multiarch)" "${programs[@]/#/$out/}" >"$out/make.log" 2>&1 ||
    { cat "$out/make.log" >&2; cannot "the tests cannot be built"; }
exec 9>&-
[ -z "$only_build" ] || { echo "$out"; exit 0; }

# The largest variant maps 64 huge pages of 2 MiB; what was raised is put back.
huge=/sys/kernel/mm/hugepages/hugepages-2048kB wanted=64
before=$(cat "$huge/nr_hugepages" 2>/dev/null || echo 0)
put_back() { echo "$before" > "$huge/nr_hugepages"; }
if [ "$before" -lt $wanted ] && { echo $wanted > "$huge/nr_hugepages"; } 2>/dev/null; then trap put_back EXIT; fi
few=
[ "$(cat "$huge/free_hugepages" 2>/dev/null || echo 0)" -ge $wanted ] || few=1

# What maps huge pages and so cannot pass where there are too few.
maps_huge_pages() {
    case $1 in
        *_hugepage.* | *_huge.* | *.huge_map | *.access_domain_destory) return 0 ;;
        *) return 1 ;;
    esac
}

# The tests pin 128 MiB, and those of change_process give CAP_IPC_LOCK up to see what is charged. So who has not got it is granted it for
# all the others, unless the limit is high enough.
may_pin() {
    local limit
    limit=$(ulimit -l)
    [ "$limit" = unlimited ] || [ "$limit" -ge $((256 << 10)) ] ||
        [ $((0x$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status) >> 14 & 1)) = 1 ]
}

# SYS_RESOURCE: even root may lack it in a container, and the tests change how pages are charged.
start() {
    local grants=CAP_SYS_RESOURCE$1 program=$2
    shift 2
    "${ioasis[@]}" run --iommu mock --memlock host --grant-cap "$grants" -- "$out/$program" "$@" 2>&1
}
start_all() {
    if [ "$1" != iommufd ] || may_pin; then
        start "" "$1"
    else
        local status=0
        start "" "$1" -f change_process || status=$?
        start ,CAP_IPC_LOCK "$1" -F change_process || status=$?
        return $status
    fi
}

all_passed=0 all_skipped=0 all_failed=0
run() {
    local program=$1 line log name status=0 passed=0 skipped=0 failed=0 without=0
    log=$(start_all "$program") || status=$?
    while IFS= read -r line; do
        name=$(sed -E 's/^(not )?ok [0-9]* //' <<< "$line")
        case $line in
            "ok "*"# SKIP"*) skipped=$((skipped + 1)); echo "SKIP $name" ;;
            "ok "*) passed=$((passed + 1)); echo "ok   $name" ;;
            *)  if [ -n "$few" ] && maps_huge_pages "$name"; then
                    skipped=$((skipped + 1)) without=$((without + 1))
                    echo "SKIP $name # SKIP fewer than $wanted huge pages"
                else
                    failed=$((failed + 1))
                    echo "FAIL $name"
                fi ;;
        esac
    done < <(grep -E '^(not )?ok [0-9]' <<< "$log")
    if [ $status != 0 ] && [ $((failed + without)) = 0 ]; then
        failed=$((failed + 1))
        echo "FAIL $program: status $status"
    fi
    [ $failed = 0 ] || sed 's/^/    /' <<< "$log"
    echo "$program: $passed passed, $skipped skipped, $failed failed"
    all_passed=$((all_passed + passed)) all_skipped=$((all_skipped + skipped)) all_failed=$((all_failed + failed))
}
for program in "${programs[@]}"; do run "$program"; done
echo "iommufd-selftests: $all_passed passed, $all_skipped skipped, $all_failed failed"
[ $all_failed = 0 ]
