#!/usr/bin/env bash
# Runs clang-tidy with the checks of .clang-tidy; findings are errors.
#   scripts/tidy.sh               all sources that git tracks
#   scripts/tidy.sh FILE...       these sources
#   scripts/tidy.sh --since REF   the sources that changed since REF
# Configures the `dev` preset when there is no build of it yet. Generated
# headers must exist, so build it first.
set -euo pipefail
cd "$(dirname "$0")/.."

build=${ROSTER_TIDY_BUILD:-build/dev}
[[ -e $build/compile_commands.json ]] || cmake --preset dev -B "$build" >/dev/null

case ${1:-} in
  --since) mapfile -t files < <(git diff --name-only --diff-filter=d "$2" -- '*.cc') ;;
  "") mapfile -t files < <(git ls-files -- '*.cc') ;;
  *) files=("$@") ;;
esac

# Files that are not built here have no compile command to be read with.
known=()
for file in "${files[@]}"; do
  if grep -qF "\"file\": \"$PWD/$file\"" "$build/compile_commands.json"; then
    known+=("$PWD/$file")
  else
    echo "tidy: not part of $build: $file" >&2
  fi
done
((${#known[@]} > 0)) || exit 0

printf '%s\0' "${known[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy -p "$build" --quiet --warnings-as-errors='*' \
    --extra-arg=-Wno-unknown-warning-option
