# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: builds the host programs into $bin, those that are older than their sources.
# What cannot be built is missing there, and its rows are skipped.

# built NAME SOURCE COMPILER FLAG...: from programs/SOURCE, and the account if it is C or C++
built() {
	local name=$1 source=$programs/$2 account=$programs/account.c target=$bin/$1
	shift 2
	if [ "$target" -nt "$source" ] && [ "$target" -nt "$account" ] && [ "$target" -nt "$programs/account.h" ]; then
		return 0
	fi
	rm -f "$target"
	case $source in
	*.cc) gcc -D_GNU_SOURCE -g -c "$account" -o "$target.o" && "$@" "$source" "$target.o" -o "$target" ;;
	*) "$@" "$source" "$account" -o "$target" ;;
	esac >"$target.log" 2>&1 || echo "cannot build $name: $(tail -1 "$target.log")" >&2
}

build_programs() {
	local name plain="gcc -std=gnu11 -D_GNU_SOURCE -O1 -g -pthread"
	mkdir -p "$bin"
	for name in pairs opens tree sandbox jail closer daemon spawns storm first; do
		# shellcheck disable=SC2086
		built $name $name.c $plain
	done
	# shellcheck disable=SC2086
	{
		built static pairs.c $plain -static
		built jemalloc pairs.c $plain -Wl,--no-as-needed -ljemalloc
		built tcmalloc pairs.c $plain -Wl,--no-as-needed -ltcmalloc_minimal
		built gcc-asan pairs.c $plain -fsanitize=address
		built gcc-tsan pairs.c $plain -fsanitize=thread
		built clang-asan pairs.c clang -D_GNU_SOURCE -O1 -g -pthread -fsanitize=address
		built clang-tsan pairs.c clang -D_GNU_SOURCE -O1 -g -pthread -fsanitize=thread
	}
	built unwind unwind.cc g++ -D_GNU_SOURCE -O1 -g -pthread
	if [ ! "$bin/go" -nt "$programs/program.go" ] && command -v go >/dev/null; then
		GOCACHE=$bin/go-cache CGO_ENABLED=1 GO111MODULE=off go build -o "$bin/go" "$programs/program.go" || rm -f "$bin/go"
	fi
	if [ ! "$bin/Program.class" -nt "$programs/Program.java" ] && command -v javac >/dev/null; then
		javac -d "$bin" "$programs/Program.java" || rm -f "$bin/Program.class"
	fi
}

# with_libraries PROGRAM FOLDER: the program and what its loader needs, for a chroot
with_libraries() {
	local library
	mkdir -p "$2/bin" && cp "$1" "$2/bin/" || return 1
	ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$2/$(dirname "$library")" && cp -L "$library" "$2/$library"
	done
}

# What a run needs besides: a setuid copy, and folders to be locked up in.
make_places() {
	mkdir -p setuid jails/empty jails/static
	cp bin/pairs setuid/pairs && chmod 4755 setuid/pairs
	cp bin/static jails/static/program
	if [ -x /bin/busybox ] && ! ldd /bin/busybox >/dev/null 2>&1; then
		cp /bin/busybox jails/static/busybox
	fi
	with_libraries "$(readlink -f "$(command -v dash)")" jails/dynamic
}
