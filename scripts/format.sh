#!/usr/bin/env bash
# Formats the C++ files that git tracks, or with --check names the places that
# are not formatted and fails.
#   scripts/format.sh [--check] [FILE...]
set -euo pipefail
cd "$(dirname "$0")/.."

mode=(-i)
if [[ ${1:-} == --check ]]; then
  mode=(--dry-run -Werror)
  shift
fi
if (($# > 0)); then
  files=("$@")
else
  # A tracked file may be deleted in the working tree.
  mapfile -d '' -t files < <(
    git ls-files -z -- '*.h' '*.cc' | while IFS= read -r -d '' file; do
      [[ -e $file ]] && printf '%s\0' "$file"
    done
  )
fi
((${#files[@]} > 0)) || exit 0

# Another version formats differently. Debian 12 has this one.
for clang_format in clang-format-14 clang-format; do
  command -v "$clang_format" >/dev/null && break
done
exec "$clang_format" "${mode[@]}" "${files[@]}"
