# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts of this repository: install what is missing, and say so.

BUILD_PACKAGES="gcc g++ cmake ninja-build pkg-config libsqlite3-dev libdw-dev libelf-dev libiberty-dev libjson-c-dev libunwind8 libssl-dev libusrsctp-dev libmicrohttpd-dev libyaml-dev libbpf-dev clang bpftool libcapstone-dev zlib1g-dev"
TEST_PACKAGES="git curl valgrind libcriterion-dev sqlite3 strace binutils libjemalloc2 clang libclang-rt-dev clang-format util-linux man-db zsh btrfs-progs bpftrace systemtap-sdt-dev libxml2-utils"
PACKS_PACKAGES="python3-pylibsrtp libgstreamer1.0-dev libuv1-dev libnice-dev libsrtp2-dev libglib2.0-dev libglib2.0-bin gstreamer1.0-tools gstreamer1.0-plugins-base openssl"
REAL_PACKAGES="python3-aiortc janus chromium chromium-sandbox iproute2 coturn"
HOST_PACKAGES="python3 nodejs openjdk-17-jdk-headless chromium libjemalloc-dev libgoogle-perftools-dev libtcmalloc-minimal4 golang-go busybox-static btrfs-progs bsdextrautils perl dash gcc g++ clang libclang-rt-dev"
PROBES_PACKAGES="bpftool rustc golang-go golang-github-pion-webrtc.v3-dev g++"
BENCH_PACKAGES="valgrind"
CI_PACKAGES="cmake ninja-build pkg-config libcriterion-dev python3 python3-pytest python3-yaml yamllint nodejs rsync git systemd"

# install_packages PACKAGE...: 0 if all are there afterwards; a sentence on stderr if not.
install_packages() {
	local missing="" package sudo=""
	for package in "$@"; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
	done
	[ -z "$missing" ] && return 0
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "please install what corresponds to these Debian packages:$missing" >&2
		return 1
	fi
	[ "$(id -u)" = 0 ] || sudo=sudo
	echo "installing$missing (with apt-get)" >&2
	if [ -z "${apt_updated:-}" ]; then
		$sudo apt-get -qq update >/dev/null 2>&1
		apt_updated=1
	fi
	# shellcheck disable=SC2086
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y -o DPkg::Lock::Timeout=300 --no-install-recommends $missing >/dev/null 2>&1 && return 0
	echo "apt-get could not install:$missing" >&2
	return 1
}

# What the page is built with; without it the rest is built.
PAGE_PACKAGES="nodejs npm"
# shellcheck disable=SC2086 # words
install_page() { command -v npm >/dev/null 2>&1 || install_packages $PAGE_PACKAGES; }

# install_npm MANIFEST_FOLDER TARGET: node_modules of its package-lock.json in TARGET, once.
install_npm() {
	install_page || return 1
	mkdir -p "$2" || return 1
	if [ -d "$2/node_modules" ] && cmp -s "$1/package-lock.json" "$2/package-lock.json"; then
		return 0
	fi
	echo "installing the npm packages of $1/package.json into $2" >&2
	rm -f "$2/package-lock.json"
	cp "$1/package.json" "$2" && cp "$1/package-lock.json" "$2/wanted.json" || return 1
	if (cd "$2" && cp wanted.json package-lock.json && npm ci --loglevel=error --no-audit --no-fund) >"$2/npm.log" 2>&1; then
		return 0
	fi
	rm -f "$2/package-lock.json" # not taken for complete next time
	echo "npm could not install them; see $2/npm.log" >&2
	return 1
}
