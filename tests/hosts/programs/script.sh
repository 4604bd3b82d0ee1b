# SPDX-License-Identifier: Apache-2.0
# Pipes, subshells, background jobs, traps and here documents, for bash and dash alike.
trap 'echo the end' EXIT
seq 1 200 | sed 's/1/one/' | sort | tail -3
(cd / && pwd && exit 3)
echo "subshell $?"
for number in 1 2 3 4 5; do
	(sleep 0.0$number; exit $number) &
	jobs="${jobs:-} $!"
done
for job in $jobs; do
	wait "$job"
	echo "job $?"
done
text=$(printf 'a\nb\nc\n' | while read -r line; do echo "<$line>"; done)
echo "$text"
cat <<HERE | tr a-z A-Z
here: $((6 * 7))
HERE
sh -c 'kill -TERM $$'
echo "killed $?"
{ echo to stderr >&2; } 2>&1
exec 5>five && echo five >&5 && exec 5>&- && cat five
env -i /bin/sh -c 'echo clean'
nonexistent_command_of_ours 2>/dev/null
echo "missing $?"
echo last words >&2
exit 6
