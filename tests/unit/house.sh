#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The order of the house: rooms, headers, formatting, sizes, generated texts, install.
#   tests/unit/house.sh [BUILD]
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd) || exit 2
cd "$root" || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
suite=house
. tests/check.sh
verdict() { if [ -z "$2" ]; then ok "$1"; else fail "$1" "$(echo "$2" | head -5 | tr '\n' ' ')"; fi; }

# Include flags of a room's own compile line.
flags() { grep -m1 -F "/$1/" "$work/commands" | grep -oE -- '-(I|isystem) ?[^ ]+' | tr '\n' ' '; }
grep -oE '"command": "[^"]*' "$build/compile_commands.json" >"$work/commands"

# room, a public header of another, may it be seen?
try() {
	local room=$1 header=$2 expected=$3 got=no
	echo "#include <$header>" >"$work/try.c"
	# shellcheck disable=SC2046
	cc -std=gnu11 -D_GNU_SOURCE -fsyntax-only $(flags "$room") "$work/try.c" 2>/dev/null && got=yes
	check "$room sees $header: $expected" "$got" "$expected"
}
for room in libtrack/shim libtrack/collect libtrack/symbol libtrack/store libtrack/pack libtrack/schema libtrack/policy bpf/loader; do
	try $room analyze/analyze.h no
	try $room report/format.h no
done
try libtrack/shim track/wire.h yes
try libtrack/shim base/text.h no
try libtrack/shim collect/collector.h no
try libtrack/collect track/wire.h yes
try libtrack/collect store/trace.h no
try libtrack/collect symbol/symbolizer.h no
try libtrack/symbol store/trace.h no
try libtrack/store collect/collector.h no
try libtrack/pack track/wire.h yes
try libtrack/pack base/suggest.h yes
try libtrack/pack collect/collector.h no
try libtrack/pack policy/policy.h no
try libtrack/schema track/wire.h no
try libtrack/schema pack/pack.h no
try libtrack/policy schema/reader.h yes
try libtrack/policy pack/pack.h no
try libtrack/policy store/trace.h no
try libtrack/pack store/trace.h no
try bpf/loader collect/collector.h yes
try bpf/loader symbol/unwind.h yes
try bpf/loader pack/pack.h yes
try bpf/loader store/trace.h no
try libtrack/collect probes/probes.h no
try libtrack/analyze probes/probes.h no
try libtrack/analyze store/trace.h yes
try libtrack/analyze symbol/symbolizer.h no
try libtrack/import collect/collector.h yes
try libtrack/import store/trace.h no
try libtrack/import analyze/analyze.h no
try cli/report store/trace.h yes
try cli/report analyze/analyze.h no
try cli/serve base/fnv.h yes
try cli/serve store/trace.h no
try cli/serve report/format.h no
# The layers of the sample stack: each sees what is below it, and a program the public header only.
layers=(run/object.h net/carrier.h ice/agent.h dtls/dtls.h sctp/sctp.h sdp/sdp.h)
try samples/dcstack/run net/carrier.h no
try samples/dcstack/net run/object.h yes
try samples/dcstack/net ice/agent.h no
try samples/dcstack/ice net/carrier.h yes
try samples/dcstack/ice dtls/dtls.h no
try samples/dcstack/dtls ice/agent.h no
try samples/dcstack/sctp dtls/dtls.h no
try samples/dcstack/peer dcstack/signalling.h no
try samples/dcstack/signalling peer/hold.h yes
try samples/dcstack/signalling sctp/sctp.h no
try samples/echo peer/hold.h no
for header in "${layers[@]}"; do
	try samples/dcstack/peer "$header" yes
	try samples/echo "$header" no
done
try samples/dcstack/router dcstack/dcstack.h yes
try samples/dcstack/router run/object.h yes
try samples/dcstack/router sctp/sctp.h no

verdict "only the store includes sqlite3.h" "$(grep -rl 'sqlite3\.h' libtrack bpf cli samples --include=*.[ch] | grep -v '^libtrack/store/')"
verdict "no include reaches into another room" "$(grep -rnE '#include "\.\./' libtrack bpf cli samples --include=*.[ch])"

all_rooms=$(for folder in libtrack/include libtrack/*/include bpf/include bpf bpf/loader cli/*/include cli samples/*/include samples/dcstack/*/include; do [ -d $folder ] && echo -I$folder; done)
# alone HEADER: names it if it does not compile
alone() {
	# shellcheck disable=SC2046,SC2086
	cc -std=gnu11 -D_GNU_SOURCE -fsyntax-only $(flags "$(dirname "${1%%/include/*}x" | sed 's/x$//')") $all_rooms -x c "$1" 2>>"$work/header" || echo "$1" >>"$work/headers"
}
for header in $(git ls-files '*.h' ':!bpf/*.bpf.h'); do
	while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done # nothing else runs meanwhile
	alone "$header" &
done
wait
verdict "every header compiles alone" "$(cat "$work/headers" 2>/dev/null)"
# Parts of the kernel's side stand on those before them, and on none behind: each compiles as the last one.
for header in $(git ls-files 'bpf/*.bpf.h'); do
	sed "/#include \"${header##*/}\"/q" bpf/probes.bpf.c >"$work/part.c"
	clang -target bpf -mcpu=v3 -O2 -g -std=gnu11 -ffreestanding -Wall -Wextra -Werror -Wno-unused-parameter \
		-Wno-unused-variable -Wno-unused-function -D__TARGET_ARCH_x86 -Ibpf -Ilibtrack/include \
		-idirafter "$(pkg-config --variable=includedir libbpf)" -fsyntax-only "$work/part.c" 2>>"$work/header" &&
		grep -q "#include \"${header##*/}\"" "$work/part.c" || echo "$header"
done >"$work/parts"
verdict "every part of the kernel's side stands on those before it" "$(cat "$work/parts")"
# A program's own macros of these names do no harm.
{
	sed -nE 's/^TRACK_(KIND|OP)\(([A-Z_]+),.*/#define \2 a host macro/p' libtrack/include/track/{kinds,ops}.def
	echo '#include <track/track.h>'
} >"$work/macros.h"
for language in c:gnu11 c++:gnu++17; do
	cc -std=${language#*:} -Wall -Wextra -Werror -Ilibtrack/include -x ${language%:*} -fsyntax-only "$work/macros.h" 2>&1
done >"$work/macros"
verdict "track.h compiles beside macros of its words" "$(grep error "$work/macros")"
verdict "formatted" "$(git ls-files '*.c' '*.h' '*.cc' | xargs clang-format --dry-run 2>&1 | grep -oE '^[^ :]+' | sort -u)"
# The page: its own scripts and styles.
verdict "no file of the page above 500 lines" "$(git ls-files 'viewer/*.ts' 'viewer/*.css' | xargs wc -l | awk '$2 != "total" && $1 > 500 {print $2, $1}')"
verdict "what a trace says reaches the page as text only" "$(git grep -nE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\b|\.html\(' -- 'viewer/src')"
verdict "only the theme names colours" "$(git grep -nE '#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(' -- 'viewer/src/*.css' 'viewer/src/*.ts' ':!viewer/src/ui/theme.css' | grep -vE '"#[a-z]+|`#|href|private #|this\.#')"
verdict "nothing of the page names a host" "$(git grep -nE 'https?://' -- viewer/src | grep -vF 'http://www.w3.org/2000/svg')"
verdict "no file above 600 lines" "$(git ls-files '*.[ch]' | xargs wc -l | awk '$2 != "total" && $1 > 600 {print $2, $1}')"
tests/unit/sizes.sh >"$work/sizes"
verdict "no function above 70 lines" "$(sed -nE 's/^above 40 lines: //p' "$work/sizes" | awk '$2 > 70')"
verdict "the median function has 15 lines or less" "$(awk 'NR > 1 && NF == 7 && $5 > 15 {print $1, $5}' "$work/sizes")"
# "header room" for what rooms show, then "room room" for who includes what of whom
git ls-files '*/include/*.h' '*/above/*.h' | sed -nE 's,^(.*)/(include|above)/(.*),\3 \1,p' >"$work/shown"
git grep -oE '^#include <[^>]+>' -- 'libtrack/*.[ch]' 'bpf/*.[ch]' 'cli/*.[ch]' 'samples/*.[ch]' |
	sed -E 's,^([^:]*)/[^/:]*:#include <([^>]+)>,\1 \2,; s,/(include|above)/[^ ]* , ,' |
	awk 'NR == FNR { room[$1] = $2; next } $2 in room && room[$2] != $1 { print $1, room[$2] }' "$work/shown" - |
	sort -u >"$work/edges"
[ -s "$work/edges" ] || fail "rooms include each other" "none found"
verdict "no circle between rooms" "$(tsort "$work/edges" 2>&1 >/dev/null)"
verdict "every source names its licence" "$(git ls-files '*.c' '*.h' '*.cc' '*.def' '*.S' '*.sh' '*.sql' | xargs grep -L 'SPDX-License-Identifier: Apache-2.0')"

# A filter is judged by all system calls of the shim's own.
for number in $(grep -ohE 'sys[346]\((SYS_[a-z0-9_]+)|, (SYS_get(sock|peer)name)\)' libtrack/shim/*.c | grep -o 'SYS_[a-z0-9_]*' | sort -u); do
	grep -q "\b$number\b" libtrack/shim/filter.c || echo "$number"
done >"$work/calls"
verdict "filter.c names every system call of the shim" "$(cat "$work/calls")"

# What is generated follows from the tables.
"$build/cli/rtctrack" help --manual >"$work/rtctrack.1"
for function in $(sed -n 's/^TRACK_[A-Z_]*(\([A-Za-z0-9_]*\),.*/\1/p' libtrack/include/track/calls.def); do
	grep -q -- "$function" "$work/rtctrack.1" || echo "$function" >>"$work/missing"
done
for rule in $(sed -n 's/^TRACK_RULE([A-Z_]*, "\([a-z-]*\)".*/\1/p' libtrack/include/track/rules.def); do
	sed 's/\\-/-/g' "$work/rtctrack.1" | grep -q -- "$rule" || echo "$rule" >>"$work/missing"
done
verdict "the manual page lists every wrapped function and rule" "$(cat "$work/missing" 2>/dev/null)"
for row in $(sed -n 's/^\(TRACK_RULE\|TRACK_FINDING_STATE\)([A-Z_]*, "\([a-z-]*\)".*/\2/p' libtrack/include/track/rules.def libtrack/include/track/finding_states.def); do
	grep -q "^| $row |" README.md || echo "$row"
done >"$work/unread"
verdict "README.md explains every rule and state" "$(cat "$work/unread")"
verdict "the manual page is well formed" "$(man --warnings -E UTF-8 -l -Tutf8 "$work/rtctrack.1" 2>&1 >/dev/null | head -3)"

verdict "samples/README.md has the table of scenarios" "$(samples/scenarios/table.sh "$build" | diff - samples/README.md | head -3)"

# What took long is found in the logs of both sorts of tests.
mkdir "$work/logs"
(
	suite=shell check_begun=$((check_begun - 9000000000))
	ok "a long check"
	fail "a short one" "it failed"
) >"$work/logs/shell.log"
printf '[RUN ] noun::a_test\n[PASS] noun::a_test: (700.25s)\n' >"$work/logs/unit.log"
check "slowest.sh tells checks and tests" "$(tests/slowest.sh 3 "$work/logs" | sed 's/^ *[0-9]*\.[0-9]* s  //' | paste -sd,)" \
	"shell: shell a long check,unit: noun::a_test,shell: shell a short one: it failed"

# What others wrote and the page carries.
python3 - >"$work/unnamed" <<'END'
import json, re
named = re.split(r"[\s,]+", open("NOTICE").read())
for path, told in json.load(open("viewer/package-lock.json"))["packages"].items():
    name = path.replace("node_modules/", "", 1)
    if name and not told.get("dev") and not told.get("optional") and name not in named:
        print(name)
END
verdict "NOTICE names every package that the page carries" "$(cat "$work/unnamed")"

# An install works from where it lies.
if DESTDIR=$work/root cmake --install "$build" --prefix /usr >"$work/install.log" 2>&1; then
	verdict "installed: command, shim, headers, manual, completion, CMake package, licence" "$(cd "$work/root/usr" && for f in bin/rtctrack $(find lib* -name libtrack.so | grep . || echo libtrack.so) include/track/track.h include/track/wire.h share/man/man1/rtctrack.1 share/bash-completion/completions/rtctrack share/zsh/site-functions/_rtctrack share/doc/rtctrack/LICENSE share/doc/rtctrack/NOTICE; do [ -f "$f" ] || echo "$f"; done)"
	(cd "$work" && root/usr/bin/rtctrack run -o t.db --quiet -- /bin/true)
	verdict "the installed command finds its shim" "$(sqlite3 "$work/t.db" "SELECT 'no process' WHERE NOT EXISTS (SELECT 1 FROM process)" 2>&1)"
else
	fail "cmake --install" "$(tail -1 "$work/install.log")"
fi
summary
