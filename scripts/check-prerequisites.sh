#!/usr/bin/env bash
# Says, all at once, what is missing on this machine to build Ura, and how to get it.
set -uo pipefail

missing=()
need() { # command, what for, Debian package
  command -v "$1" >/dev/null 2>&1 || missing+=("$1: $2 (Debian: apt-get install $3)")
}

if ! command -v node >/dev/null 2>&1; then
  missing+=("node: runs Ura; version 20.19 or later, 22 or 24")
elif ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  missing+=("node: version 20.19 or later is needed, this is $(node --version)")
fi
need npm 'installs packages' npm
need make 'builds librdkafka' make
need gcc 'builds librdkafka' gcc
need g++ 'builds the binding of librdkafka' g++
need python3 'is used by the build of the binding' python3
if command -v gcc >/dev/null 2>&1 && ! echo '#include <openssl/ssl.h>' | gcc -E - >/dev/null 2>&1; then
  missing+=("OpenSSL headers: TLS to Kafka (Debian: apt-get install libssl-dev)")
fi

if [ ${#missing[@]} -gt 0 ]; then
  echo "Ura cannot be built here yet; missing:" >&2
  printf '  - %s\n' "${missing[@]}" >&2
  exit 1
fi
