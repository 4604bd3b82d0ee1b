# SPDX-License-Identifier: Apache-2.0
# Sourced by the benches that time bench_pairs, after they set $bench and $work.

median() { sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
have() { command -v "$1" >/dev/null 2>&1; }

# What people would use instead: fewer pairs, against bare with as few.
other() {
	local name=$1 few=$2
	shift 2
	local plain slow
	plain=$("$bench" "$few" 1)
	slow=$("$@" "$bench" "$few" 1 2>/dev/null | tail -1)
	case $slow in
	'' | *[!0-9.]*) printf '%-46s %10s\n' "$name" "did not run" ;;
	*) printf '%-46s %10s %8s\n' "$name" "$slow" "$(ratio "$slow" "$plain")" ;;
	esac
}
# Tracepoints need tracefs: mounted for bpftrace alone, in a mount namespace of its own.
probes='tracepoint:syscalls:sys_exit_socket,tracepoint:syscalls:sys_enter_close /comm == "bench_pairs"/ { @[ustack] = count(); }'
with_bpftrace() {
	unshare -m sh -c 'mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing
		exec bpftrace -q -o "$1" -e "$2" -c "$3"' sh "$work/bpftrace" "$probes" "$*" >"$work/bpftrace.out"
	grep -q '^\]: [0-9]' "$work/bpftrace" && grep -E '^[0-9.]+$' "$work/bpftrace.out"
}
others() {
	have strace && other "strace -f (socket, close)" 20000 strace -f -o "$work/strace" -e trace=socket,close
	have strace && other "strace -f -k (with stacks)" 1000 strace -f -k -o "$work/strace" -e trace=socket,close
	have valgrind && other "valgrind --track-fds=yes" 20000 valgrind -q --track-fds=yes
	have bpftrace && other "bpftrace ustack (frame pointers only)" 100000 with_bpftrace
}
