#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The commands about packs: list, show, check, build.
#   tests/live/packs.sh [BUILD]
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
build=$(cd "${1:-$root/build/release}" && pwd) || exit 2
suite=packs
. "$here/../check.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
rtctrack=$build/cli/rtctrack
standin=$root/tests/unit/pack/standin/standin.yaml

shipped=$(cd "$root/libtrack/packs" && for file in *.yaml; do [ -f "$file" ] && echo "${file%.yaml}"; done)
check "list has every pack" "$("$rtctrack" packs list | sed -n 's/^\([a-z0-9-]*\) .* functions .*/\1/p')" "$shipped"
check "list takes no name" "$("$rtctrack" packs list x 2>/dev/null; echo $?)" 2
for pack in $shipped; do
	check "$pack: its file is in order" "$("$rtctrack" packs check "$root/libtrack/packs/$pack.yaml" >/dev/null 2>&1; echo $?)" 0
	check "$pack: show has its file" "$("$rtctrack" packs show "$pack" --yaml | cmp - "$root/libtrack/packs/$pack.yaml" && echo same)" same
	check "$pack: show has its name" "$("$rtctrack" packs show "$pack" | sed -n '1s/:.*//p')" "$pack"
	check "$pack: its object is built" "$([ -f "$build/libtrack/packs/libtrack-$pack.so" ] && echo yes)" yes
done

check "show takes a file" "$("$rtctrack" packs show "$standin" | grep -c '^  plain_free  *destroy Plain arg0$')" 1
check "show prints a file" "$("$rtctrack" packs show --yaml "$standin" | cmp - "$standin" && echo same)" same
check "show needs a name" "$("$rtctrack" packs show 2>/dev/null; echo $?)" 2
check "show says what there is not" "$("$rtctrack" packs show nothing-like-it 2>&1; echo $?)" \
	"rtctrack: there is no pack 'nothing-like-it'
  see 'rtctrack packs list'
2"

check "check says what wrappers cannot do" "$("$rtctrack" packs check "$standin" | grep -v ': probes ' | sed 's/.*: a pattern/a pattern/; s/.*: in order/in order/')" \
	"a pattern is for probes, wrappers leave it out: standin::*
in order, $(grep -cE '(symbol|pattern):' "$standin") functions of $(grep -cE 'name: [A-Z]' "$standin") classes"
check "check says what probes cannot do" "$("$rtctrack" packs check "$standin" | sed -n 's/.*: probes \([^:]*\): .*/\1/p')" \
	"do not follow Plain
do not follow Noticed
do not follow Registered
leave 'call' of Plain out
leave 'carries' of Session out
leave 'own' of fd out
leave 'own' of Plain out
leave 'arm' of Once out
leave 'arm' of Ticker out
leave 'lock' of lock out
leave 'lock' of lock out
leave 'unlock' of lock out
leave 'wait' of lock out
leave 'wait' of lock out
leave 'wake' of lock out
leave 'renew' of lock out
leave 'retire' of lock out"
sed 's/op: create, class: Plain/op: creat, class: Plain/; s/^about:.*/abut: x/' "$standin" >standin.yaml
check "check says each error with its line" "$("$rtctrack" packs check standin.yaml 2>&1 >/dev/null | sed -n 's/^rtctrack: standin.yaml:\([0-9]*\): .*did you mean.*/\1/p' | paste -sd' ')" \
	"$(grep -nE '^abut:|op: creat,' standin.yaml | cut -d: -f1 | paste -sd' ')"
check "check fails for one of several" "$("$rtctrack" packs check "$standin" standin.yaml >/dev/null 2>&1; echo $?)" 2
check "check takes a pack that comes with us" "$("$rtctrack" packs check uv | sed 's/, .*//')" "uv: in order"
cat >relay.yaml <<-'END'
	pack: relay
	about: a name is not written as the library has it
	libraries: [{soname: libpacked_1.so}]
	classes: [{name: Leg, kind: object}]
	functions:
	  - symbol: packed_new
	    args: 0
	    acts: [{op: create, class: Leg, subject: ret}]
	  - {symbol: packed_unreff, args: 1, returns: void, acts: [{op: release, class: Leg, subject: arg0}]}
END
sed 's/unreff/unref/; s/^pack: .*/pack: right/' relay.yaml >right.yaml
libpacked=$build/tests/live/libpacked_1.so
check "check asks a library for the functions" "$("$rtctrack" packs check right.yaml --library "$libpacked")" \
	"right.yaml: in order, 2 functions of 1 classes"
check "check names a function that the library has not" "$("$rtctrack" packs check relay.yaml --library "$libpacked" 2>&1; echo $?)" \
	"rtctrack: relay.yaml:9: libpacked_1.so has no function 'packed_unreff'; did you mean 'packed_unref'?
2"
check "one of several may have it" "$("$rtctrack" packs check right.yaml --library "$libpacked" --library "$build/libtrack/shim/libtrack.so" >/dev/null 2>&1; echo $?)" 0
check "check says that a library is none" "$("$rtctrack" packs check right.yaml --library right.yaml 2>&1 | grep -c 'cannot read the library')" 1
check "packs alone says its commands" "$("$rtctrack" packs 2>&1; echo $?)" "rtctrack: which command of 'packs'?
  commands are: packs list, packs show, packs check, packs build
2"
check "help has them" "$("$rtctrack" help packs | sed -n 's/^  packs \([a-z]*\) .*/\1/p' | paste -sd' ')" "list show check build"
check "so has --help" "$("$rtctrack" packs --help | diff - <("$rtctrack" help packs) && echo same)" same
check "a mistyped one is told whole" "$("$rtctrack" packs chek 2>&1)" "rtctrack: unknown command 'packs chek'
  did you mean 'rtctrack packs check'?"
check "check needs a file" "$("$rtctrack" packs check 2>/dev/null; echo $?)" 2
check "check says that a file is not there" "$("$rtctrack" packs check absent.yaml 2>&1)" \
	"rtctrack: absent.yaml: No such file or directory"

export TMPDIR=$work/tmp
mkdir "$TMPDIR"
check "build makes an object" "$("$rtctrack" packs build "$standin")" libtrack-standin.so
check "build exports the wrappers alone" "$(nm -D --defined-only libtrack-standin.so | awk '$3 != "etext" {print $3}' | sort)" \
	"$(sed -n 's/.*symbol: \([a-z_]*\).*/\1/p' "$standin" | sort)"
check "build -o names the object" "$("$rtctrack" packs build "$standin" -o other.so && [ -f other.so ] && echo there)" "other.so
there"
check "build leaves nothing else" "$(ls "$TMPDIR")" ""
check "build says what is wrong with the file" "$("$rtctrack" packs build standin.yaml -o none.so 2>&1 | grep -c '^rtctrack: standin.yaml:[0-9]')" \
	"$("$rtctrack" packs check standin.yaml 2>&1 | grep -c '^rtctrack: standin.yaml:[0-9]')"
timeout -k 5 60 "$rtctrack" run --quiet --pack "$standin" -o t.db -- /bin/true
check "a report says which packs were there" "$("$rtctrack" report t.db | sed -n 's/^  packs  *//p')" standin
check "so does JSON" "$("$rtctrack" report --format json t.db | tr -d ' \n' | grep -o '"packs":\["standin"\]')" '"packs":["standin"]'
check "the trace knows whose frames are not to blame" "$(sqlite3 t.db "SELECT count(*) FROM packed WHERE library = '$(sed -n 's/.*soname: *\([^,} ]*\).*/\1/p' "$standin" | head -1)'")" 1
notes() { sqlite3 -separator ' ' t.db "SELECT name, count, text FROM note WHERE name IN ('pack-missed', 'pack-unused')"; }
# noted OPTION...: the notes of a run of the plugin's host, and what is said before it
noted() {
	rm -f t.db
	timeout -k 5 60 "$rtctrack" run -o t.db "$@" 2>&1 >/dev/null | grep '^rtctrack: '
	notes
}
check "a pack of whose libraries none was loaded is noted" "$(notes)" \
	"pack-unused 1 packs that --pack names and of which nothing was seen, no library and nothing of their classes (standin)"
host=$build/tests/live/live_pack_host
check "run warns of a function that no library has" "$(noted --pack relay.yaml -- "$host")" \
	"rtctrack: relay.yaml:9: libpacked_1.so has no function 'packed_unreff'; did you mean 'packed_unref'?"
check "and not of one that is there" "$(noted --pack right.yaml -- "$host")" ""
check "nor where the library is not known" "$(noted --pack none --pack relay.yaml -- /bin/true | grep -c function)" 0
check "nor with --quiet" "$(noted --quiet --pack relay.yaml -- "$host")" ""
check "commas do not separate packs" "$("$rtctrack" run --pack uv,openssl -- true 2>&1)" "rtctrack: there is no pack 'uv,openssl'
  give --pack for each"
# A library that no program is linked with, called as one that a pack follows.
mkdir later
cat >library.c <<-'END'
	#include <unistd.h>
	int later_pipe(int *ends) { return pipe(ends) + 0 * getpid(); }
END
cat >later.c <<-'END'
	#include <dlfcn.h>
	int main(void)
	{
		int ends[2];
		void *library = dlopen("libsrtp2.so.1", RTLD_NOW);
		int (*later_pipe)(int *) = library ? (int (*)(int *))dlsym(library, "later_pipe") : 0;
		return !later_pipe || later_pipe(ends) < 0;
	}
END
cc -O0 -shared -fPIC -o later/libsrtp2.so.1 library.c && cc -o later_host later.c -Wl,-rpath,"$work/later" ||
	fail "the host of what is loaded later is built" ""
check "a library that is loaded later, without its pack, is noted" "$(noted -- ./later_host)" \
	"pack-missed 1 libraries loaded later whose pack was not there; '--pack srtp' follows them"
check "not where its pack was named" "$(noted --pack srtp -- ./later_host)" ""
check "nor where none is wanted" "$(noted --pack none -- ./later_host)" ""
# The examples of the manual: what stands four columns in, from "pack:" to the next paragraph.
awk '/^    pack: /{n++; on = 1} !/^    /{on = 0} on {print substr($0, 5) >"example" n ".yaml"}' "$root/libtrack/packs/README.md"
for example in example*.yaml; do
	name=$(sed -n 's/^pack: //p' "$example")
	mv "$example" "$name.yaml"
	check "the manual's example $name is in order" "$("$rtctrack" packs check "$name.yaml" | grep -c 'in order')" 1
done
check "the manual has two of them" "$(cat conference.yaml mediasoup.yaml | grep -c '^pack:')" 2
check "build without a compiler says so" "$(PATH=/nowhere "$rtctrack" packs build "$standin" 2>&1; echo $?)" \
	"rtctrack: $standin: there is no compiler 'cc': install gcc or clang
2"
check "build where nothing can be written says so" "$(TMPDIR=$work/absent "$rtctrack" packs build "$standin" 2>&1 | grep -c 'cannot write below')" 1
check "build says what the compiler says" "$("$rtctrack" packs build "$standin" -o absent/x.so 2>&1 | grep -c "compiler 'cc' fails: ")" 1
summary
