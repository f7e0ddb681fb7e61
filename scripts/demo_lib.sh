# shellcheck shell=bash disable=SC2154
# What scripts/demo is told with: to be sourced, with these set:
#   bin   where the programs are        work   a folder of its own
# and stop_all on exit.

declare -A pids=()

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
fail() {
  echo "demo: $*" >&2
  echo "--- the log of rosterd ends with:" >&2
  tail -n 20 "$work/rosterd.log" >&2 || true
  exit 1
}
run() {
  printf '\n$ %s\n' "$*"
  "$@"
}
rosterctl() { "$bin/rosterctl" "$@"; }

# until_true SECONDS WHAT COMMAND...: waits for a command to succeed.
until_true() {
  local limit=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < limit)) || fail "gave up waiting: $what"
    sleep 0.1
  done
  echo "ok: $what"
}
# field_of MEMBER FIELD: from the JSON that scripts are meant to use.
field_of() {
  rosterctl member "$1" -o json |
    sed -n "s/^ *\"$2\": \"\(.*\)\".*/\1/p" | head -1
}
status_is() { [[ $(field_of "$1" status) == "MEMBER_STATUS_$2" ]]; }

# address GRPC|HTTP|ZOOKEEPER: where rosterd said that it listens.
address() { sed -n "/\"$1\"/,/]/p" "$work/addresses.json" | grep -o '"[^"]*:[0-9][^"]*"' | head -1 | tr -d '"'; }

# start NAME COMMAND...: in the background, as pids[NAME], with a log.
start() {
  local name=$1
  shift
  "$@" >>"$work/$name.log" 2>&1 &
  pids[$name]=$!
}
# start_apart NAME COMMAND...: the same for a program, out of reach of the
# terminal's Ctrl-C: it would end before this script has heard of it.
start_apart() {
  local name=$1
  shift
  start "$name" setsid "$@"
}
# supervise NAME COMMAND...: what systemd does with Restart=on-success. The
# process itself is in $work/NAME.pid.
supervise() {
  local name=$1 child=
  shift
  trap 'kill "$child"; wait "$child"; exit' TERM
  while true; do
    "$@" &
    child=$!
    echo "$child" >"$work/$name.pid"
    wait "$child" || exit
  done
}
# end NAME: has ended, or is asked to, and is waited for.
end() {
  kill "${pids[$1]}" 2>/dev/null || true
  wait "${pids[$1]}" 2>/dev/null || true
  unset "pids[$1]"
}

stop_all() {
  trap - EXIT INT TERM
  local name
  # rosterd last: the others say goodbye to its ZooKeeper.
  for name in "${!pids[@]}"; do
    [[ $name == rosterd ]] || kill "${pids[$name]}" 2>/dev/null || true
  done
  for name in "${!pids[@]}"; do
    [[ $name == rosterd ]] || end "$name"
  done
  [[ -z ${pids[rosterd]:-} ]] || end rosterd
  rm -rf "$work"
}
