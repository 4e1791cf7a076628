#!/usr/bin/env bash
# Installs what is missing, builds, runs every test. Last line: 'N passed, N failed'.
# ./test.sh        the tests of every change
# ./test.sh --all  also the slow ones (category Slow)
set -u
cd "$(dirname "$0")" || exit 1
. .ci/setup.sh
setup "$PWD" || exit 1
xenstore_tools

filter=(--filter 'TestCategory!=Slow')
[ "${1:-}" = --all ] && filter=()

dotnet build Mutators.sln -v quiet -clp:NoSummary || { echo "the build failed"; exit 1; }

passed=0 failed=0 skipped=0
for project in tests/*.Tests; do
  name=$(basename "$project")
  echo "== $name"
  log=$(mktemp)
  "$project/bin/Debug/net10.0/$name" "${filter[@]}" --progress off --no-ansi 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  count() { sed -nE "s/^ *$1: ([0-9]+).*/\1/p" "$log" | tail -n 1; }
  passed=$((passed + $(count succeeded || echo 0) + 0)) || true
  failed=$((failed + $(count failed || echo 0) + 0)) || true
  skipped=$((skipped + $(count skipped || echo 0) + 0)) || true
  # A run that ends badly without a failed test (it crashed, or found no test) counts as one failure.
  if [ "$code" -ne 0 ] && [ "$(count failed)" = 0 -o -z "$(count failed)" ]; then
    echo "$name ended with exit code $code"
    failed=$((failed + 1))
  fi
  rm -f "$log"
done
if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
[ "$failed" -eq 0 ]
