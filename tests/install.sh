# SPDX-License-Identifier: Apache-2.0
# What tests need from elsewhere. Source it: . tests/install.sh
# Each function says on stderr what it installs, is silent where nothing is missing,
# and on failure leaves one sentence in install_why.
# shellcheck shell=bash
install_why=

install_as_root() {
	if [ "$(id -u)" = 0 ]; then
		env "$@"
	else
		sudo -n env "$@"
	fi
}

install_apt() {
	install_as_root DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=60 "$@"
}

# install_packages PACKAGE...: Debian packages that dpkg does not have yet.
install_packages() {
	local package log
	local missing=()
	install_why=
	for package in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			missing+=("$package")
	done
	[ ${#missing[@]} = 0 ] && return 0
	if ! command -v apt-get >/dev/null; then
		install_why="no apt-get here; install by hand: ${missing[*]}"
	elif [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
		install_why="no right to install ${missing[*]}; as root: apt-get install ${missing[*]}"
	else
		echo "installing with apt-get: ${missing[*]}" >&2
		# The first try fails where the package lists are absent or old.
		if ! log=$(install_apt install --no-install-recommends "${missing[@]}" 2>&1) &&
			! log=$(install_apt update 2>&1 &&
				install_apt install --no-install-recommends "${missing[@]}" 2>&1); then
			install_why="apt-get cannot install ${missing[*]}: $(tail -n 1 <<<"$log")"
		fi
	fi
	[ -z "$install_why" ] && return 0
	echo "$install_why" >&2
	return 1
}

# install_npm FOLDER BUILDFOLDER: what FOLDER/package-lock.json names, into
# BUILDFOLDER/node_modules; again only when the lock file is another one.
install_npm() {
	local folder=$1 build=$2 log
	install_why=
	cmp -s "$folder/package-lock.json" "$build/installed-lock.json" && return 0
	if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
		install_packages nodejs npm || return 1
	fi
	echo "installing with npm: what $folder/package.json names, into $build" >&2
	# ci checks every package against the lock's digests; no package's script is run.
	if ! log=$({ mkdir -p "$build" && cp "$folder/package.json" "$folder/package-lock.json" "$build"/ &&
		npm --prefix "$build" ci --ignore-scripts --no-audit --no-fund --no-update-notifier &&
		cp "$folder/package-lock.json" "$build/installed-lock.json"; } 2>&1); then
		install_why="npm cannot install what $folder/package.json names: $(grep -m 1 'npm error' <<<"$log" || tail -n 1 <<<"$log")"
		echo "$install_why" >&2
		return 1
	fi
}
