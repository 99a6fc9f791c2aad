#!/bin/sh
# Builds everything that the suite "runner" of the bench measures, and runs it: one table, with ratios.
set -eu
cd "$(dirname -- "$0")/../.."
out=artifacts/bench/runner
mkdir -p "$out"
for program in client supervisor start; do
    gcc -O2 -Wall -Wextra -o "$out/$program" "bench/runner/$program.c"
done
for project in bench/runner/empty src/Ioasis.Cli bench/Ioasis.Bench; do
    dotnet build "$project" -c Release -v quiet -nologo
done
exec dotnet artifacts/bin/Ioasis.Bench/release/Ioasis.Bench.dll runner
