#!/bin/sh
# Installs what gridpatrol needs and is missing, on Debian and Ubuntu with apt.
#
#   scripts/setup.sh run     to build and run it (make demo)
#   scripts/setup.sh bench   to run the benchmarks as well (make bench)
#   scripts/setup.sh test    to run every test as well (make test)
#   scripts/setup.sh clients to read it with QGIS as well (make test-clients)
#
# Run again it only looks, in a fraction of a second. What cannot be had is said
# in one line, with a way to get it, and the exit status is 1.
set -eu

scope=${1:-run}
case $scope in
run | bench | test | clients) ;;
*)
	echo "usage: $0 run|bench|test|clients" >&2
	exit 2
	;;
esac

# The packages of each scope, and beside it the programs to look for where there
# is no apt. PostgreSQL is chosen below, as its names hold its version.
run_packages="gcc libc6-dev ca-certificates"
run_programs="gcc node npm"
bench_packages="gdal-bin postgis" # what imports are measured beside
bench_programs="ogr2ogr shp2pgsql"
test_packages="gdal-bin fonts-noto-cjk curl python3" # the last two for the recipes of docs/cookbook.md
test_programs="ogr2ogr curl python3"
clients_packages="python3-qgis fonts-noto-cjk"
clients_programs="python3"
# The browsers that the tests know, by the name of their program.
browsers="chromium chromium-browser google-chrome google-chrome-stable"

fail() {
	echo "setup: $*" >&2
	exit 1
}

packages=$run_packages
programs=$run_programs
case $scope in
bench)
	packages="$packages $bench_packages"
	programs="$programs $bench_programs"
	;;
test)
	packages="$packages $test_packages"
	programs="$programs $test_programs"
	;;
clients)
	packages="$packages $clients_packages"
	programs="$programs $clients_programs"
	;;
esac

# has_any PROGRAM...: one of them is on PATH.
has_any() {
	for p in "$@"; do
		if command -v "$p" >/dev/null 2>&1; then return 0; fi
	done
	return 1
}

# check_go lets Go itself say whether it builds the module: it may be able to
# fetch a newer one.
check_go() {
	command -v go >/dev/null 2>&1 ||
		fail "Go is missing: install Go 1.26 or newer from https://go.dev/dl/ and put it on PATH"
	said=$(cd "$(dirname "$0")/.." && go version 2>&1) ||
		fail "this Go cannot build the module ($(echo "$said" | tail -n 1)): install Go 1.26 or newer from https://go.dev/dl/"
}

# check_node: one that is too old is the user's own to replace.
check_node() {
	has_any node || return 0
	node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' ||
		fail "Node.js $(node --version) is too old to build the web application: put 18 or newer on PATH"
}

# has_package NAME: it is installed, with its configuration done. A name may
# stand for several architectures, hence a list of states.
has_package() {
	case " $(dpkg-query -W -f '${db:Status-Status} ' "$1" 2>/dev/null)" in
	*" installed "*) return 0 ;;
	esac
	return 1
}

missing_of() {
	for p in "$@"; do
		has_package "$p" || printf '%s ' "$p"
	done
}

# has_postgis MAJOR: that PostgreSQL's PostGIS is installed, its library and
# its scripts, which are packages of their own.
has_postgis() {
	[ -e "/usr/lib/postgresql/$1/lib/postgis-3.so" ] && [ -e "/usr/share/postgresql/$1/extension/postgis.control" ]
}

# installed_major: the newest PostgreSQL server on the machine, 15 or newer,
# that has PostGIS; else the newest one.
installed_major() {
	all=
	with=
	for dir in /usr/lib/postgresql/*/bin; do
		if [ ! -x "$dir/postgres" ] || [ ! -x "$dir/initdb" ]; then continue; fi
		v=${dir#/usr/lib/postgresql/}
		v=${v%/bin}
		[ "$v" -ge 15 ] 2>/dev/null || continue
		if [ "$v" -gt "${all:-0}" ]; then all=$v; fi
		if has_postgis "$v" && [ "$v" -gt "${with:-0}" ]; then with=$v; fi
	done
	echo "${with:-$all}"
}

# offered_major: the newest PostgreSQL that apt has with its PostGIS.
offered_major() {
	apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' |
		sed -n 's/^postgresql-\([0-9]*\)-postgis-3 .*/\1/p' | sort -n | tail -n 1
}

# as_root COMMAND...: run as root, or through sudo.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# no_default_cluster keeps Debian's packages from creating and starting a
# cluster "main" on port 5432 that nobody asked for. It has to be said before
# they are installed. An existing choice, and all else in the file, stays.
no_default_cluster() {
	file=/etc/postgresql-common/createcluster.conf
	if [ -e "$file" ] && grep -Eq '^[[:space:]]*create_main_cluster[[:space:]]*=' "$file"; then
		return
	fi
	as_root mkdir -p "${file%/*}"
	echo 'create_main_cluster = false' | as_root tee -a "$file" >/dev/null
}

# without_apt: look for the programs, and leave getting them to the user.
without_apt() {
	lacking=
	for p in $programs; do
		command -v "$p" >/dev/null 2>&1 || lacking="$lacking $p"
	done
	found=
	for p in "$(command -v postgres || true)" /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres; do
		if [ -n "$p" ] && [ -x "$p" ]; then found=$p; fi
	done
	[ -n "$found" ] || [ -n "${GRIDPATROL_DATABASE_URL:-}" ] || lacking="$lacking postgres (15 or newer, with PostGIS)"
	if [ "$scope" = test ]; then
		# shellcheck disable=SC2086 # a list of names
		has_any $browsers || lacking="$lacking chromium"
	fi
	[ -z "$lacking" ] ||
		fail "missing:$lacking; there is no apt here, so install them with this system's package manager"
}

check_go
check_node
if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
	without_apt
	exit 0
fi

# Node.js of another source than apt serves as well, and so does a browser.
if ! has_any node || ! has_any npm; then
	packages="$packages nodejs npm"
fi
# shellcheck disable=SC2086 # a list of names
if [ "$scope" = test ] && ! has_any $browsers; then
	if grep -qs '^ID=ubuntu' /etc/os-release; then
		fail "the browser tests want Chromium, which Ubuntu has as a snap only: sudo snap install chromium, or put google-chrome on PATH, then run again: $0 $scope"
	fi
	packages="$packages chromium"
fi
# shellcheck disable=SC2086 # lists of names
missing=$(missing_of $packages)
major=$(installed_major)
need_postgres=
if [ -z "$major" ] || ! has_postgis "$major"; then
	need_postgres=yes
fi
# A server of the user's own takes the place of the private one. The tests want
# programs all the same: they kill their server.
if [ "$scope" = run ] && [ -n "${GRIDPATROL_DATABASE_URL:-}" ]; then
	need_postgres=
fi
if [ -z "$missing" ] && [ -z "$need_postgres" ]; then
	exit 0
fi

wanted=${missing% }
[ -z "$need_postgres" ] || wanted="${wanted:+$wanted }postgresql+postgis"
if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
	fail "missing: $wanted; run as root once: $0 $scope"
fi
echo "setup: installing $wanted (apt)"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM

# apt COMMAND...: quiet while it works; why gives its error line where it does
# not. The environment is passed by hand, as sudo drops it.
apt() {
	as_root env DEBIAN_FRONTEND=noninteractive http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" no_proxy="${no_proxy:-}" \
		apt-get -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 -qq "$@" >"$log" 2>&1 </dev/null
}
why() {
	line=$(grep -E '^(E|W|Err):' "$log" | head -n 1 || true)
	[ -n "$line" ] || line=$(tail -n 1 "$log")
	echo "$line"
}

apt update || fail "apt-get update failed: $(why); check this machine's network and /etc/apt, then run again: $0 $scope"
# With some sources out of reach apt-get succeeds, with a warning that explains
# a failure further on.
warned=$(grep -E '^(E|W|Err):' "$log" | head -n 1 || true)

if [ -n "$need_postgres" ]; then
	[ -n "$major" ] || major=$(offered_major)
	[ "${major:-0}" -ge 15 ] ||
		fail "apt offers no PostGIS for PostgreSQL 15 or newer${warned:+ ($warned)}: use Debian 12 or 13 or Ubuntu 24.04, add https://wiki.postgresql.org/wiki/Apt, or set GRIDPATROL_DATABASE_URL"
	no_default_cluster
	missing="${missing}postgresql-$major postgresql-$major-postgis-3"
fi
# shellcheck disable=SC2086 # a list of names
apt install --yes --no-install-recommends $missing ||
	fail "apt could not install ${missing% }: ${warned:-$(why)}; install them by hand, then run again: $0 $scope"
echo "setup: done"
