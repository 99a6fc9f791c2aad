#!/bin/sh
# Hostile programs beside one that behaves well, under one supervisor: it must not notice them, and nothing of them may be left at the
# end. tests/Ioasis.Runner.Tests/Fuzz is what runs, tests/programs/fuzz.c and fuzz_client.c are the programs.
#
#   scripts/fuzz.sh [--seconds N] [--seed N]     60 seconds and a new seed when nothing is said; hours are welcome
set -eu
cd "$(dirname "$0")/.."
export IOASIS_FUZZ_SECONDS=60
usage() {
    echo "usage: scripts/fuzz.sh [--seconds N] [--seed N]" >&2
    exit 2
}
while [ $# -ne 0 ]; do
    [ $# -ge 2 ] || usage
    case $1 in
        --seconds) IOASIS_FUZZ_SECONDS=$2 ;;
        --seed) export IOASIS_FUZZ_SEED="$2" ;;
        *) usage ;;
    esac
    shift 2
done
exec dotnet test --project tests/Ioasis.Runner.Tests --filter-class '*.FuzzTests' --show-live-output on
