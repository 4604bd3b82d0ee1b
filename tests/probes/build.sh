# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts of this folder: builds programs/* into $bin, those that are older than their
# sources. What cannot be built is missing there, and its rows are skipped.

# built NAME SOURCE COMPILER...: the compiler's words go before SOURCE -o NAME
built() {
	local target=$bin/$1 source=$programs/$2
	shift 2
	if [ "$target" -nt "$source" ] && [ "$target" -nt "$programs/forget.h" ]; then
		return
	fi
	rm -f "$target"
	"$@" "$source" -o "$target" >"$target.log" 2>&1 || echo "cannot build ${target##*/}: $(tail -1 "$target.log")" >&2
}

build_programs() {
	local lock
	mkdir -p "$bin"
	exec {lock}>"$bin/lock" # another suite may build the same
	flock "$lock"
	build_each
	exec {lock}>&-
}
build_each() {
	local name plain="gcc -std=gnu11 -D_GNU_SOURCE -O2 -g -fomit-frame-pointer -pthread -I$here/../../libtrack/include"
	for name in plain raw uring rights shares vforks execs killed chroots storm rate burst attended forks compat beyond hangs meets; do
		# shellcheck disable=SC2086
		built $name $name.c $plain
	done
	# shellcheck disable=SC2086
	built static plain.c $plain -static
	# shellcheck disable=SC2086
	built static_hangs hangs.c $plain -static
	built stripped plain.c gcc -std=gnu11 -D_GNU_SOURCE -O2 -s -pthread
	built nameless plain.c gcc -std=gnu11 -D_GNU_SOURCE -O2 -s -pthread -static
	built thrower thrower.cc g++ -std=c++17 -O2 -g
	# The compiler is the system's, since another may be in front of it that needs its own libraries.
	[ ! -x /usr/bin/rustc ] || built rust rust.rs /usr/bin/rustc -O -g
	[ ! -d /usr/share/gocode/src/github.com/pion/webrtc ] || ! command -v go >/dev/null ||
		GOCACHE=$bin/go-cache GOPATH=/usr/share/gocode GO111MODULE=off CGO_ENABLED=0 \
			built pion pion.go with_go
}
# Go wants its source last.
with_go() { go build -o "$3" "$1"; }

# with_libraries PROGRAM ROOT: the program in ROOT, and what its loader needs
with_libraries() {
	local library
	mkdir -p "$2" && cp "$1" "$2/" || return 1
	ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$2/$(dirname "$library")" && cp -L "$library" "$2/$library"
	done
}

# have_probes RTCTRACK: 0 if the engine works here; else a sentence on stdout
have_probes() {
	local said
	said=$(timeout 60 "$1" run --engine probes --quiet -o "$work/have.db" -- /bin/true 2>&1) && return 0
	said=$(echo "$said" | head -1)
	echo "${said:-the engine does not work here}"
	return 1
}
