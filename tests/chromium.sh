# SPDX-License-Identifier: Apache-2.0
# Sourced by the test scripts that run Chromium.

# Without the right to a camera a page learns only of the address of the default route. The pair has
# no IPv6 addresses: those come to be valid a second later, and a browser gives up what it is about to
# fetch when addresses change.
chromium_namespace() {
	unshare -n sh -c 'ip link set lo up && ip link add v0 type veth peer name v1 &&
		ip link set v0 addrgenmode none && ip link set v1 addrgenmode none &&
		ip addr add 10.0.0.1/24 dev v0 && ip link set v0 up && ip link set v1 up &&
		ip route add default via 10.0.0.2 && exec "$@"' sh "$@"
}

# chromium_user FILE...: sets `as`, what to run it by, with ./chromium for its home, and `flag`. As
# root it has no sandbox; as somebody else, who needs to read the files, it has its own.
chromium_user() {
	local file
	chmod 711 . && mkdir chromium && chown nobody chromium
	as=(setpriv --reuid nobody --regid nogroup --clear-groups
		env -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS HOME="$PWD/chromium")
	flag=--no-first-run
	for file in "$@"; do
		"${as[@]}" test -r "$file" 2>/dev/null && continue
		as=(env HOME="$PWD/chromium") flag=--no-sandbox
	done
}

# chromium_runs_here: if not, a sentence says why
chromium_runs_here() {
	install_packages chromium chromium-sandbox iproute2 util-linux 2>&1 || return 1
	chromium_namespace true 2>/dev/null && return 0
	echo "no network namespace with a veth pair may be made here"
	return 1
}
