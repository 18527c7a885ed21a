#!/usr/bin/env bash
# Mutation testing of src/signing (docs/mutation.md). Stryker is installed on demand into .stryker/tool, because only
# this needs it. Arguments: groups of stryker.config.mjs; without any, all of them.
set -euo pipefail
cd "$(dirname "$0")/.."
tool=.stryker/tool
stryker=$tool/node_modules/@stryker-mutator/core/bin/stryker.js
[ -f "$stryker" ] || npm install --silent --no-save --no-audit --no-fund --prefix "$tool" \
  @stryker-mutator/core@9.6.1 @stryker-mutator/mocha-runner@9.6.1 'mocha@>=11 <12'

groups=("$@")
[ ${#groups[@]} -gt 0 ] ||
  groups=(xml-verify xml-values xml-parse xml-c14n xml-sign xml-threads http-sig jws modi-rest kafka-event profiles keys
    key-making)
for group in "${groups[@]}"; do
  printf '\n== %s (%s s)\n' "$group" "$SECONDS"
  MUTATE=$group node "$stryker" run
done
