#!/bin/sh
# Everything that takes translations away (map, unmap, attach, replace, detach) against DMA of several threads, judged by a model; and
# the same with each safeguard left out, which must be found. tests/Ioasis.Engine.Tests/Stress is what runs.
#
#   scripts/stress.sh [--seconds N]     60 when nothing is said; hours are welcome
set -eu
cd "$(dirname "$0")/.."
seconds=60
if [ "${1:-}" = --seconds ] && [ $# -eq 2 ]; then
    seconds=$2
elif [ $# -ne 0 ]; then
    echo "usage: scripts/stress.sh [--seconds N]" >&2
    exit 2
fi
IOASIS_STRESS_SECONDS=$seconds exec dotnet test --project tests/Ioasis.Engine.Tests --filter-class '*.StressTests'
