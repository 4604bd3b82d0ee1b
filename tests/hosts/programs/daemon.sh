# SPDX-License-Identifier: Apache-2.0
# daemon.sh PROGRAM MODE: starts the daemon, ends it by SIGTERM, shows what it said.
rm -f daemon.pid daemon.out
"$1" "$2"
echo "started: $?"
while [ ! -e daemon.pid ]; do sleep 0.02; done
read -r pid <daemon.pid
kill -TERM "$pid"
# A zombie that nobody has reaped yet is gone too.
while grep -Eq '^State:[[:space:]]+[^ZX[:space:]]' "/proc/$pid/status" 2>/dev/null; do sleep 0.02; done
cat daemon.out
