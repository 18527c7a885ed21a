#!/usr/bin/env bash
# Builds node-rdkafka (librdkafka in C, its binding in C++) with all cores. Does nothing when the binding
# already loads on this Node.
#
#   URA_NODE=/path/to/bin/node   build for that Node instead of the one on PATH; its headers are taken from
#                                ../include/node beside it when they are there
#   npm_config_nodedir=/usr      where Node's headers are (default: /usr when they are there)
#   JOBS=4                       how many compilers at once (default: the number of cores)
#
# Why not `npm rebuild` alone: the package's gyp file runs librdkafka's make on one core, and cannot itself be
# run by `make -j` (config.h has no rule that a parallel make finds). So librdkafka is built first, in parallel,
# into a prefix inside the package, and the binding is then compiled in parallel against that prefix, which it
# finds at run time by a path relative to itself. A second Node in the same checkout reuses the library. When
# that way fails, the package's own, slow way is taken.
set -euo pipefail
cd "$(dirname "$0")/.."
module=$PWD/node_modules/node-rdkafka
prefix=$module/deps/installed
node=$(command -v "${URA_NODE:-node}") || { echo "no Node at ${URA_NODE:-node}" >&2; exit 1; }

if "$node" -e 'require("node-rdkafka")' >/dev/null 2>&1; then exit 0; fi
[ -d "$module" ] || { echo "node-rdkafka is not installed yet: run npm install first" >&2; exit 1; }

bin=$(cd "$(dirname "$node")" && pwd)
if [ -n "${URA_NODE:-}" ]; then export PATH="$bin:$PATH"; fi # npm and node-gyp build for the Node that runs them
export JOBS=${JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}
if [ -n "${URA_NODE:-}" ] && [ -f "$bin/../include/node/node_api.h" ]; then
  npm_config_nodedir=$(cd "$bin/.." && pwd)
elif [ -z "${npm_config_nodedir:-}" ] && [ -f /usr/include/node/node_api.h ]; then
  npm_config_nodedir=/usr
fi
if [ -n "${npm_config_nodedir:-}" ]; then export npm_config_nodedir; else unset npm_config_nodedir; fi

export CPPFLAGS="-include $PWD/scripts/steady-waits.h ${CPPFLAGS:-}"

log=$(mktemp)
started=$SECONDS
echo "building node-rdkafka for Node $("$node" -p process.version) with $JOBS compilers (a minute or two, once per machine) ..."

# librdkafka alone, without debug symbols (most of its size). `ready` is written last: the library is whole.
# Chained by && and not left to `set -e`, which bash ignores on the left side of an ||.
# steady-waits.h goes in front of each file: without it a step of the wall clock stops librdkafka's threads. It is
# about POSIX threads, so those of C11 are left aside.
build_library() {
  [ -f "$prefix/ready" ] && return 0
  (cd "$module/deps/librdkafka" &&
    ./configure --prefix="$prefix" --disable-debug-symbols --disable-c11threads &&
    make -j"$JOBS" libs && make -C src install && make -C src-cpp install) &&
    touch "$prefix/ready"
}

# The include path stands in CXX because the gyp file puts /usr/include/librdkafka before the flags, and a
# system librdkafka of another version must not win. `\$$` survives make and the shell as a single $.
build_binding() {
  BUILD_LIBRDKAFKA=0 CXX="${CXX:-g++} -I$prefix/include/librdkafka" \
    LDFLAGS="-L$prefix/lib -Wl,-rpath,\\\$\$ORIGIN/../../deps/installed/lib" \
    npm rebuild node-rdkafka && "$node" -e 'require("node-rdkafka")'
}

simple() {
  echo "== the parallel build failed; the package's own way follows"
  npm rebuild node-rdkafka && "$node" -e 'require("node-rdkafka")'
}

{ { build_library && build_binding; } || simple; } >"$log" 2>&1 || {
  tail -n 40 "$log" >&2
  echo "node-rdkafka did not build; the whole log is in $log. It needs make, g++, python3 and the OpenSSL headers (Debian: libssl-dev)." >&2
  exit 1
}
rm -f "$log"
echo "built in $((SECONDS - started)) s"
