#!/usr/bin/env bash
# The main job on the case study: list the injection sites, draw a faultload, emit each fault as a git branch, build and execute
# each branch on the simulated Xen host, classify what happened, repeat five by a full rebuild, write the report. Installs what is missing, opens nothing.
set -eu
cd "$(dirname "$0")"
say() { printf '\n$ %s\n' "$*"; }

say ./dotnet-mutators list --summary
./dotnet-mutators list --summary

say ./dotnet-mutators run --cross-check 5
./dotnet-mutators run --cross-check 5

say ./dotnet-mutators report --format html
./dotnet-mutators report --format html
