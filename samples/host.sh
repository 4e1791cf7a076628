#!/usr/bin/env bash
# A simulated Xen host that stays up until Ctrl-C: samples/host.sh [--seed N]. Then, in another terminal:
#   samples/xl create samples/XenHost/web1.cfg; samples/xl list
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/XenHost/build.sh"
build_host "$here" || exit 70
exec dotnet "$host" host "$@"
