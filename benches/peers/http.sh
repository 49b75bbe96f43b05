#!/bin/sh
# POST /v1/assessments beside OpenFisca's /trace: the same household, one core for each service, the load from another core.
#   http.sh target/release/hedui
# Needs wrk, taskset, and target/peers with openfisca-core[web-api] and gunicorn (requirements.txt).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
hedui=$(realpath "$1")
peers=$(realpath "${PEERS:-$here/../../target/peers}")
work=$(mktemp -d)
trap 'kill $(cat "$work"/*.pid) 2>/dev/null || true; rm -rf "$work"' EXIT

load() { # name url body token
    cat > "$work/$1.lua" <<LUA
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer $4"
local file = io.open("$3"); wrk.body = file:read("*a"); file:close()
done = function(summary)
  io.write(string.format("%d %d\n", summary.requests * 1000000 / summary.duration, summary.errors.status))
end
LUA
    taskset -c 1 wrk -t1 -c8 -d3s -s "$work/$1.lua" "$2" > /dev/null
    taskset -c 1 wrk -t1 -c8 -d"${SECONDS_EACH:-10}"s -s "$work/$1.lua" "$2" | tail -1
}
wait_for() { for _ in $(seq 100); do curl -s -o /dev/null "$1" && return; sleep 0.2; done; echo "no answer from $1" >&2; exit 1; }

(cd "$here" && exec taskset -c 0 "$peers/bin/gunicorn" -w 1 -b 127.0.0.1:8481 --log-level warning web:application) &
echo $! > "$work/openfisca.pid"
wait_for http://127.0.0.1:8481/spec
set -- $(load openfisca http://127.0.0.1:8481/trace "$here/household.openfisca.json" none)
theirs=$1; echo "OpenFisca /trace, one worker: $1/s, $2 errors"
kill "$(cat "$work/openfisca.pid")"

HEDUI__SERVER__CALLS_PER_SECOND=100000 taskset -c 0 "$hedui" demo --data "$work/demo" > "$work/demo.log" 2>&1 &
echo $! > "$work/hedui.pid"
for _ in $(seq 100); do [ -s "$work/demo/token.txt" ] && break; sleep 0.2; done
url=$(grep -o 'http://127[^ ]*' "$work/demo.log" | head -1)
set -- $(load hedui "$url/v1/assessments" "$here/household.hedui.json" "$(cat "$work/demo/token.txt")")
echo "hedui POST /v1/assessments, one core: $1/s, $2 errors"
awk "BEGIN { printf \"ratio %.1f\n\", $1 / $theirs }"
