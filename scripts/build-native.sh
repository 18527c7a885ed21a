#!/usr/bin/env bash
# Builds node-rdkafka (librdkafka in C, its binding in C++) with all cores.
#
# Why not `npm rebuild` alone: the binding's gyp file cannot be built with `make -j` (librdkafka's config.h
# has no rule that a parallel make finds), and its inner make runs on one core. So librdkafka is configured
# and compiled first, in parallel, and the ordinary rebuild then only links it. Does nothing when the
# binding already loads on this Node.
set -euo pipefail
cd "$(dirname "$0")/.."
module=node_modules/node-rdkafka
node=${URA_NODE:-node}

if "$node" -e 'require("node-rdkafka")' >/dev/null 2>&1; then exit 0; fi

cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
headers=${npm_config_nodedir:-}
[ -n "$headers" ] || { [ -f /usr/include/node/node_api.h ] && headers=/usr; } || true
log=$(mktemp)
echo "building librdkafka with $cores cores (about a minute, once per machine) ..."
{
  node "$module/util/configure.js"
  make -C "$module/deps/librdkafka" -j"$cores" libs
  npm_config_nodedir=$headers JOBS=1 npm rebuild node-rdkafka
} >"$log" 2>&1 || {
  tail -n 40 "$log" >&2
  echo "node-rdkafka did not build; the whole log is in $log. It needs make, g++, python3 and the OpenSSL headers (Debian: libssl-dev)." >&2
  exit 1
}
rm -f "$log"
