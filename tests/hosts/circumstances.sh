# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: what surrounds a program. Before each cell `circumstance_NAME` may set
#   inside    a prefix of the program, inside of rtctrack where it is traced
#   around    a prefix of the whole
#   options   options of rtctrack run
#   spool     the folder for spools
#   recorder  no: only LD_PRELOAD
#   disturb   a function that runs beside a traced program, given the recorder's pid
# or $missing, a sentence why it cannot be had here.

small_files=2048 few_descriptors=48 address_space=1048576 # KiB, number, KiB

circumstance_plain() { :; }

circumstance_file_size() { inside=(sh -c 'ulimit -f "$0"; exec "$@"' $((small_files * 1024 / 512))); }

circumstance_descriptors() { inside=(sh -c 'ulimit -n "$0"; exec "$@"' $few_descriptors); }

circumstance_address_space() { inside=(sh -c 'ulimit -v "$0"; exec "$@"' $address_space); }

# on_tmpfs OPTIONS: an own one for each cell
on_tmpfs() {
	spool=$work/mounted
	mkdir -p "$spool"
	[ "$(id -u)" = 0 ] && mount -t tmpfs -o "$1,mode=700" tmpfs "$spool" 2>/dev/null || missing="needs root to mount a tmpfs"
}

circumstance_full_disk() { on_tmpfs size=300k; }

circumstance_inodes() { on_tmpfs size=1g,nr_inodes=8; }

# Of the file systems whose quota needs no quotacheck, Linux as a rule has btrfs.
make_quota() {
	quota_folder=$work/quota
	mkdir -p "$quota_folder"
	command -v mkfs.btrfs >/dev/null || return 1
	truncate -s 120M quota.img && mkfs.btrfs -q quota.img >/dev/null 2>&1 || return 1
	mount -o loop quota.img "$quota_folder" 2>/dev/null || return 1
	btrfs quota enable "$quota_folder" >/dev/null 2>&1
}

circumstance_quota() {
	if [ -z "${quota_folder:-}" ]; then
		if make_quota; then
			quota_kind=btrfs
		else
			quota_kind=none
			echo "hosts: no file system with quotas here; a tmpfs with few inodes stands in" >&2
		fi
	fi
	if [ $quota_kind = none ]; then
		on_tmpfs size=1g,nr_inodes=8
		return
	fi
	# No spool is kept there, since its quota would be a SIGBUS; the program must not notice.
	recorder=no
	quota_count=$((${quota_count:-0} + 1))
	spool=$quota_folder/$quota_count
	btrfs subvolume create "$spool" >/dev/null && btrfs qgroup limit 1M "$spool" || missing="btrfs gives no quota"
	chmod 700 "$spool"
}

circumstance_no_spool() {
	recorder=no
	on_tmpfs size=64k
	[ -n "$missing" ] || mount -o remount,ro "$spool"
}

# The program runs, something happens to its recorder, the program runs again.
twice='"$@"; first=$?
: >../signs/first
while [ ! -e ../signs/happened ]; do sleep 0.05; done
"$@"; echo "codes $first $?"
: >../signs/over'

circumstance_removed() {
	inside=(sh -c "$twice" sh)
	disturb=remove_spools
}
remove_spools() {
	await signs/first
	until rm -rf "${spool:?}"/*; do :; done # what the recorder made meanwhile, too
	: >signs/happened
}

circumstance_killed() {
	inside=(sh -c "$twice" sh)
	disturb=kill_recorder
}
kill_recorder() {
	await_spool
	sleep 0.1
	kill -KILL "$1" 2>/dev/null
	: >signs/happened
	await signs/over
}

circumstance_stopped() {
	options=(--cap 256K)
	disturb=stop_recorder
}
stop_recorder() {
	await_spool
	kill -STOP "$1" 2>/dev/null || return
	sleep 2
	kill -CONT "$1"
}

circumstance_memory() {
	local unified=/sys/fs/cgroup
	[ -e /sys/fs/cgroup/unified/cgroup.controllers ] && unified=$unified/unified
	if grep -qw memory "$unified/cgroup.subtree_control" 2>/dev/null && mkdir -p "$unified/rtctrack-hosts-$$" 2>/dev/null; then
		cgroup=$unified/rtctrack-hosts-$$
		echo $((memory << 20)) >"$cgroup/memory.max"
	elif mkdir -p "/sys/fs/cgroup/memory/rtctrack-hosts-$$" 2>/dev/null; then
		cgroup=/sys/fs/cgroup/memory/rtctrack-hosts-$$
		echo $((memory << 20)) >"$cgroup/memory.limit_in_bytes"
	else
		missing="needs a memory cgroup that can be written"
		return
	fi
	around=(sh -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$cgroup")
}

# Until a file of the work folder is there, or the watchdog had its say.
await() {
	local turns=0
	while [ ! -e "$1" ] && [ $turns -lt $((limit_s * 20)) ]; do
		sleep 0.05
		turns=$((turns + 1))
	done
}
await_child() { # PID: into $child
	local turns=0
	child=
	while [ -z "$child" ] && [ $turns -lt $((limit_s * 20)) ] && kill -0 "$1" 2>/dev/null; do
		child=$(cat "/proc/$1/task/$1/children")
		[ -n "$child" ] || sleep 0.05
		turns=$((turns + 1))
	done
}
await_spool() {
	local turns=0
	while [ -z "$(find "$spool" -name '*.spool' -print -quit 2>/dev/null)" ] && [ $turns -lt 200 ]; do
		sleep 0.05
		turns=$((turns + 1))
	done
}

# After each cell.
leave_circumstance() {
	mountpoint -q mounted && umount mounted
	rm -rf spools
}
# After all.
leave_all() {
	mountpoint -q "$work/mounted" && umount "$work/mounted"
	mountpoint -q "$work/quota" && umount "$work/quota"
	[ -z "${cgroup:-}" ] || rmdir "$cgroup"
}
