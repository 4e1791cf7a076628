# Sourced by demo.sh, test.sh and dotnet-mutators: what a build needs and a fresh machine may lack.
#
# LibGit2Sharp brings its native library in a package of its own. Where the package feed lacks that package, the system's
# libgit2 is used instead, and Directory.Build.local.props (ignored by git) tells every later build where it lies.

# One warm compiler for all projects of a build, whatever the surroundings prefer.
export UseSharedCompilation=true
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1

say() { printf '%s\n' "$*" >&2; }

apt_install() { # apt_install PACKAGE...: Debian packages, only those that are missing
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "installing ${missing[*]} ..."
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  { "${as_root[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "${missing[@]}"; } >/dev/null 2>&1
}

xenstore_tools() { # Debian's xenstore clients, which the case study's store is tested with; without them those tests are inconclusive
  command -v xenstore-ls >/dev/null && return 0
  command -v apt-get >/dev/null && apt_install xenstore-utils && return 0
  say "xenstore-utils cannot be installed: the tests that need xenstore-ls, -read and so on will be inconclusive."
}

feed_has_native_git() { # does the package feed serve LibGit2Sharp.NativeBinaries?
  local probe
  probe=$(mktemp -d)
  cat >"$probe/probe.csproj" <<'EOF'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="LibGit2Sharp" Version="0.29.0" /></ItemGroup>
</Project>
EOF
  dotnet restore "$probe/probe.csproj" >/dev/null 2>&1
  local answer=$?
  rm -rf "$probe"
  return $answer
}

system_libgit2() { # the newest libgit2.so of this machine, by full path
  # shellcheck disable=SC2012
  ls /usr/lib/*/libgit2.so.1.* /usr/lib64/libgit2.so.1.* /usr/local/lib/libgit2.so.1.* 2>/dev/null | grep -E 'libgit2\.so\.[0-9.]+$' | sort -V | tail -n 1
}

setup() { # setup ROOT
  local root=$1 library
  command -v dotnet >/dev/null || { say "The .NET 10 SDK is needed and 'dotnet' is not on the PATH. Install it from https://dotnet.microsoft.com/download and run this again."; return 1; }
  [ -f "$root/Directory.Build.local.props" ] && return 0
  if feed_has_native_git; then
    printf '<Project />\n' >"$root/Directory.Build.local.props"
    return 0
  fi
  library=$(system_libgit2)
  if [ -z "$library" ] && command -v apt-get >/dev/null; then
    apt_install libgit2-1.5 || say "Could not install Debian's package libgit2-1.5."
    library=$(system_libgit2)
  fi
  if [ -z "$library" ]; then
    say "The package feed has no LibGit2Sharp.NativeBinaries, and this machine has no libgit2: install it (Debian: apt-get install libgit2-1.5) and run this again."
    return 1
  fi
  cat >"$root/Directory.Build.local.props" <<EOF
<Project>
  <PropertyGroup>
    <SystemLibGit2>$library</SystemLibGit2>
  </PropertyGroup>
</Project>
EOF
}
