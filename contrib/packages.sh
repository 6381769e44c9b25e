# Sourced by demo.sh and check.sh: installs Debian packages that are missing, as root only.
need() {
	missing=
	for p in "$@"; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
	done
	[ -z "$missing" ] && return 0
	if [ "$(id -u)" != 0 ]; then
		echo "missing Debian packages:$missing" >&2
		echo "install them as root: apt-get install --no-install-recommends$missing" >&2
		exit 3
	fi
	echo "installing:$missing" >&2
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q >&2 || exit 3
	# Services of test servers must not start: the tests run private ones.
	# shellcheck disable=SC2086
	RUNLEVEL=1 apt-get install -q -y --no-install-recommends $missing >&2 || exit 3
}
build_packages='gcc make pkg-config automake autoconf libc6-dev libglib2.0-dev libetpan-dev libgmime-3.0-dev nettle-dev libcurl4-gnutls-dev libpcre2-dev libsqlite3-dev libconfuse-dev libxml2-dev libjansson-dev libexttextcat-dev ca-certificates'
test_packages='libcmocka-dev dovecot-imapd postfix python3 openssl nghttp2-server valgrind jq procps'
