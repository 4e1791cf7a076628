#!/usr/bin/env bash
# Compares the reload engine on a test project with dotnet-stryker on the same project: CPU seconds of a tested mutant, time until the first outcome.
#   tests/Benchmarks/peer.sh REPOSITORY TEST_PROJECT TARGET_PROJECT [FRAMEWORK] [GLOB]
# REPOSITORY is a clean clone of any repository, the projects are paths in it, of a project's folder or file; FRAMEWORK is the tests' (for the peer, which does not choose one); GLOB limits the
# files that both mutate. FIRST_ONLY=1 ends the peer at its first outcome and prints these times alone. PEER names an installed dotnet-stryker, otherwise it is installed. Works on copies. CPU seconds are the user and system time of all processes that ended; the compiler's server counts for neither.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,6p' "$0"; exit 1; }
repository=$(realpath "$1") tests=$2 target=$3 framework=${4:-} glob=${5:-}
[[ $target == *.csproj ]] || target=$(cd "$repository" && echo "$target"/*.csproj)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
peer_version=5.1.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%R %U %S'

# Prints the seconds until the first line (or, with -n1, character) that matches, and passes everything on.
first() { # PATTERN FILE
  local began=$EPOCHREALTIME seen=
  while IFS= read -r line; do
    printf '%s\n' "$line"
    if [ -z "$seen" ] && [[ $line =~ $1 ]]; then seen=$EPOCHREALTIME; awk "BEGIN { print $seen - $began }" > "$2"; fi
  done
}

dotnet build "$here/harness/Mutators.Tool" -c Release -v q -clp:NoSummary > "$work/build.log"
git clone -q "$repository" "$work/ours"
git clone -q "$repository" "$work/peer"
printf '{ "targets": ["%s"], "workloads": [{ "name": "tests", "project": "%s" }], "profile": "classic"%s }\n' \
  "$target" "$tests" "${glob:+, \"in\": [\"$glob\"]}" > "$work/mutators.json"
modes='^(crash|busy hang|idle hang|out of memory|unexpected exit|unexpected exception|failed assertion|survived) '
cd "$work/ours"
{ time dotnet "$here/harness/Mutators.Tool/bin/Release/net10.0/dotnet-mutators.dll" run --campaign "$work/mutators.json" 2>&1 | first "$modes" "$work/ours.first" > "$work/ours.log"; } 2> "$work/ours.time"
ours_tested=$(grep -cE "$modes.*:[0-9]+:[0-9]+ " "$work/ours.log" || true)

ours_noticed=$((ours_tested - $(grep -cE '^survived .*:[0-9]+:[0-9]+ ' "$work/ours.log" || true)))
grep -E '^(reload|fallback|spent) ' "$work/ours.log" >&2 || true

peer=${PEER:-$work/tool/dotnet-stryker}
[ -n "${PEER:-}" ] || dotnet tool install dotnet-stryker --version $peer_version --tool-path "$work/tool" > /dev/null
if [ -d "$work/peer/$tests" ]; then cd "$work/peer/$tests"; else cd "$work/peer/$(dirname "$tests")"; fi
{ time "$peer" --project "$(basename "$target")" --reporter json --reporter dots --output "$work/report" \
    ${framework:+--target-framework "$framework"} ${glob:+--mutate "**/$(basename "$glob")"} --skip-version-check 2>&1 \
  | while IFS= read -r -n1 -d '' c; do printf '%s' "$c"; if [[ ! -e $work/peer.first && -e $work/peer.began && $c == [.ST] ]]; then date +%s.%N > "$work/peer.first"; [ -z "${FIRST_ONLY:-}" ] || pkill -f -- "--output $work/report"; fi
      line+=$c; [[ $c == $'\n' ]] && { [[ $line == *"mutants will be tested"* ]] && touch "$work/peer.began"; line=; }; done > "$work/peer.log"; } 2> "$work/peer.time" || true
peer_end=$(date +%s.%N)
[ -e "$work/peer.first" ] || { tail -20 "$work/peer.log" >&2; exit 1; }
read -r peer_real _ < <(tail -1 "$work/peer.time")
peer_first=$(awk "BEGIN { print $(cat "$work/peer.first") - ($peer_end - $peer_real) }")
if [ -n "${FIRST_ONLY:-}" ]; then
  printf 'first outcome of %s: mutators %.1f s, dotnet-stryker %s %.1f s\n' "$(basename "$repository")" "$(cat "$work/ours.first")" "$peer_version" "$peer_first"
  exit 0
fi

peer_tested=$(grep -oE '"status": ?"(Killed|Survived|Timeout)"' "$work"/report/reports/mutation-report.json | wc -l)
peer_noticed=$(grep -oE '"status": ?"(Killed|Timeout)"' "$work"/report/reports/mutation-report.json | wc -l)

report() { # NAME TESTED FILE FIRST NOTICED
  read -r real user system < <(tail -1 "$3")
  awk -v n="$1" -v t="$2" -v r="$real" -v u="$user" -v s="$system" -v f="$4" -v k="$5" 'BEGIN {
    printf "| %s | %d | %.1f %% | %.0f | %.0f | %.3f | %.1f |\n", n, t, t ? 100 * k / t : 0, r, u + s, t ? (u + s) / t : 0, f }'
}
echo "| $(basename "$repository") | tested | noticed | wall s | CPU s | CPU s per tested mutant | first outcome s |"
echo "|---|---|---|---|---|---|---|"
report "mutators" "$ours_tested" "$work/ours.time" "$(cat "$work/ours.first")" "$ours_noticed"
report "dotnet-stryker $peer_version" "$peer_tested" "$work/peer.time" "$peer_first" "$peer_noticed"
