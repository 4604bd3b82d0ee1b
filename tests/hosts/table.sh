# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: the two tables that make the matrix. A host or a circumstance is a row here.
#
# A host: name | needs | memory | except | outside | command
#   needs    files (relative to the work folder), commands, or the words root and userns
#   memory   MiB that it gets under memory pressure, together with the recorder
#   except   circumstances that the program itself cannot stand, bare, or that would only take time
#   outside  a prefix of the whole: in front of rtctrack where it is traced
# Commands run in an empty folder beside bin (built programs), programs (sources), jails and setuid.

jemalloc=$(ldconfig -p | awk '/libjemalloc.so.2/ {print $NF; exit}')
tcmalloc=$(ldconfig -p | awk '/libtcmalloc_minimal.so.4/ {print $NF; exit}')
python=/usr/bin/python3
nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
sandbox=""
if [ "$(id -u)" = 0 ]; then
	as_user=$nobody
	$nobody unshare -U true 2>/dev/null || sandbox=--no-sandbox
else
	as_user=""
	unshare -U true 2>/dev/null || sandbox=--no-sandbox
fi
# Ten thousand processes take their time: once, and not under every circumstance.
forest="tree of 10000    | bin/tree                 | 512 | file-size descriptors address-space full-disk quota inodes no-spool removed killed stopped memory | | ../bin/tree 10000"
[ "$full" = yes ] || forest=""

hosts() {
	cat <<END
pairs            | bin/pairs                | 64  |                                     |         | ../bin/pairs 8 500 6
opens            | bin/opens                | 64  |                                     |         | ../bin/opens 10000
tree             | bin/tree                 | 96  |                                     |         | ../bin/tree 500
$forest
closefrom        | bin/closer               | 64  |                                     |         | ../bin/closer closefrom
close_range      | bin/closer               | 64  |                                     |         | ../bin/closer close_range
close loop       | bin/closer               | 64  |                                     |         | ../bin/closer loop
spawns           | bin/spawns               | 64  |                                     |         | ../bin/spawns
first calls      | bin/first                | 64  |                                     |         | ../bin/first
storm            | bin/storm                | 64  |                                     |         | ../bin/storm
unwind (C++)     | bin/unwind               | 64  |                                     |         | ../bin/unwind
daemon(3)        | bin/daemon               | 64  |                                     |         | sh ../programs/daemon.sh ../bin/daemon daemon
double fork      | bin/daemon               | 64  |                                     |         | sh ../programs/daemon.sh ../bin/daemon double
env -i           | bin/pairs                | 64  |                                     |         | env -i ../bin/pairs
env -i in sh     | bin/spawns               | 64  |                                     |         | sh -c 'env -i ../bin/pairs 2 10; env -i ../bin/spawns; exit 9'
static           | bin/static               | 64  |                                     |         | ../bin/static
setuid           | bin/pairs root setpriv   | 64  |                                     | $nobody | ../setuid/pairs
setuid below sh  | bin/pairs root setpriv   | 64  |                                     | $nobody | sh -c '../setuid/pairs; ../bin/pairs'
seccomp kills    | bin/sandbox              | 64  |                                     |         | ../bin/sandbox kill
seccomp EPERM    | bin/sandbox              | 64  |                                     |         | ../bin/sandbox errno
chroot, alone    | bin/jail root            | 64  |                                     |         | ../bin/jail ../jails/empty stay
chroot, fork     | bin/jail root            | 64  |                                     |         | ../bin/jail ../jails/empty fork
chroot, exec     | bin/jail root            | 64  |                                     |         | ../bin/jail ../jails/static exec
chroot static    | jails/static/busybox root | 64 |                                     |         | chroot ../jails/static /busybox sh -c 'echo inside; /busybox ls /; /program 1 5; exit 8'
chroot dynamic   | jails/dynamic/bin/dash root | 64 |                                   |         | chroot ../jails/dynamic /bin/dash -c 'echo inside; (exit 4); /bin/dash -c "exit 5"; echo \$?; exit 8'
jemalloc linked  | bin/jemalloc             | 96  |                                     |         | ../bin/jemalloc
jemalloc loaded  | bin/pairs $jemalloc      | 96  |                                     | env LD_PRELOAD=$jemalloc | ../bin/pairs
jemalloc inside  | bin/pairs $jemalloc      | 96  |                                     |         | env LD_PRELOAD=$jemalloc ../bin/pairs
tcmalloc linked  | bin/tcmalloc             | 96  |                                     |         | ../bin/tcmalloc
tcmalloc loaded  | bin/pairs $tcmalloc      | 96  |                                     | env LD_PRELOAD=$tcmalloc | ../bin/pairs
gcc ASan         | bin/gcc-asan             | 256 | address-space no-spool quota        |         | ../bin/gcc-asan
gcc ASan in sh   | bin/gcc-asan             | 256 | address-space no-spool              |         | sh -c '../bin/gcc-asan; exit 9'
gcc TSan         | bin/gcc-tsan             | 512 | address-space                       |         | setarch -R ../bin/gcc-tsan
clang ASan       | bin/clang-asan           | 256 | address-space                       |         | ../bin/clang-asan
clang TSan       | bin/clang-tsan           | 512 | address-space                       |         | setarch -R ../bin/clang-tsan
bash             | bash                     | 96  |                                     |         | bash ../programs/script.sh
dash             | dash                     | 96  |                                     |         | dash ../programs/script.sh
perl             | perl                     | 96  |                                     |         | perl ../programs/program.pl
python3          | $python                  | 256 |                                     |         | $python ../programs/program.py
node             | node                     | 384 | address-space descriptors           |         | node ../programs/program.mjs
java             | java bin/Program.class   | 512 | address-space file-size descriptors |         | java -Xmx128m -XX:-UsePerfData -cp ../bin Program
go               | bin/go                   | 128 | address-space descriptors           |         | ../bin/go
chromium         | chromium                 | 1536 | address-space file-size descriptors |  $as_user | sh ../programs/chromium.sh $sandbox file://$work/programs/page.html
END
}

# A circumstance: name, what it is. What it does is circumstance_NAME in circumstances.sh.
circumstances() {
	cat <<END
plain         | nothing special
file-size     | ulimit -f of 2 MiB
descriptors   | ulimit -n 48
address-space | ulimit -v of 1 GiB
full-disk     | spools on a tmpfs of 300 KiB
quota         | LD_PRELOAD alone, spool folder on btrfs with a quota of 1 MiB
inodes        | spools on a tmpfs with room for 8 files
no-spool      | LD_PRELOAD alone, the spool folder cannot be written
removed       | the spool folder is removed in the middle
killed        | the recorder is killed in the middle
stopped       | the recorder is stopped for 2 s, a small --cap
memory        | a memory limit for program and recorder
END
}

# Without --full: every host plain, and these hosts under every circumstance.
everywhere="pairs opens"

# With an engine named, without --full: those that probes in their functions and their libc's could break.
breakable="opens|tree|closefrom|close_range|spawns|first calls|storm|unwind (C++)|double fork|static|seccomp kills|seccomp EPERM"
breakable="$breakable|chroot, exec|jemalloc linked|gcc ASan|bash|python3|node|java|go"
