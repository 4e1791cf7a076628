# Sourced by samples/host.sh and samples/xl: builds the host program when sources changed.
. "$here/../.ci/setup.sh"
host=$here/XenHost/bin/Release/net10.0/XenHost.dll

build_host() { # build_host SAMPLES
  local log
  setup "$1/.." || return 1
  if [ -f "$host" ] && [ -z "$(find "$1" -name obj -prune -o -name bin -prune -o -type f \( -name '*.cs' -o -name '*.csproj' \) -newer "$host" -print -quit)" ]; then
    return 0
  fi
  say "building the host ..."
  log=$(mktemp)
  if ! dotnet build "$1/XenHost/XenHost.csproj" -c Release -v quiet -clp:NoSummary >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
  touch "$host"
}
