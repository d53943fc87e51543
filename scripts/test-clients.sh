#!/bin/sh
# Reads a demo of its own with QGIS: every collection, every layer of tiles and
# the cookbook's recipes. What QGIS draws is left in bin/clients.
#
#   scripts/test-clients.sh BINARY
set -eu

binary=$1
here=$(cd "$(dirname "$0")/.." && pwd)
pictures=$here/bin/clients
rm -rf "$pictures"
mkdir -p "$pictures"

# What QGIS keeps of a person's settings stays out of it, and the demo's data too.
dir=$(mktemp -d)
chmod 711 "$dir" # the user that runs PostgreSQL for root passes through it
demo=
finish() {
	status=$?
	trap - EXIT INT TERM
	if [ -n "$demo" ]; then
		kill "$demo" 2>/dev/null || true
		wait "$demo" 2>/dev/null || true
	fi
	rm -rf "$dir"
	exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

"$binary" demo --data-dir "$dir/data" --listen 127.0.0.1:0 >"$dir/log" 2>&1 &
demo=$!
base=
tries=0
while [ -z "$base" ]; do
	base=$(sed -n 's/^gridpatrol serves district .* on \(http:[^ ]*\)$/\1/p' "$dir/log")
	tries=$((tries + 1))
	if [ "$tries" -gt 240 ] || ! kill -0 "$demo" 2>/dev/null; then
		cat "$dir/log" >&2
		echo "test-clients: the demo did not start" >&2
		exit 1
	fi
	[ -n "$base" ] || sleep 0.5
done
base=${base%/}
GRIDPATROL_TOKEN=$("$binary" token create --data-dir "$dir/data" --role dispatcher --name qgis --no-rate-limit)
export GRIDPATROL_TOKEN

# Debian's QGIS is for Debian's Python, whatever else is on PATH.
python=/usr/bin/python3
[ -x "$python" ] || python=python3
mkdir -m 700 "$dir/home"
status=0
HOME=$dir/home XDG_RUNTIME_DIR=$dir/home QT_QPA_PLATFORM=offscreen QT_LOGGING_RULES='*.debug=false' \
	"$python" "$here/scripts/test_clients.py" "$base" "$pictures" "$here/docs/cookbook.md" || status=$?
echo "test-clients: what QGIS drew is in $pictures"
exit "$status"
