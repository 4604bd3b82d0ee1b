# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: does each function that a pack names take the arguments, and return what, the pack
# says? Asked of the compiler, of the headers that are installed here.

# prototypes HEADER...: "name arguments returns", integers and pointers counted; "doubles" if it takes any
prototypes() {
	local header
	for header; do echo "#include <$header>"; done >"$work/headers.c"
	# shellcheck disable=SC2046
	gcc $(pkg-config --cflags-only-I gio-unix-2.0 nice 2>/dev/null) -D_GNU_SOURCE -DOPENSSL_SUPPRESS_DEPRECATED -w -fsyntax-only -aux-info "$work/headers.x" \
		"$work/headers.c" 2>/dev/null || return
	sed -nE 's,^/\*.*\*/ (extern |static |inline )*([^(]*[ *])([A-Za-z_0-9]+) \((.*)\);$,\3\t\2\t\4,p' "$work/headers.x" |
		awk -F'\t' '{
			count = $3 == "void" ? 0 : 1; depth = 0
			for (i = 1; i <= length($3); i++) {
				c = substr($3, i, 1)
				depth += c == "(" ? 1 : c == ")" ? -1 : 0
				count += c == "," && !depth
			}
			count -= $3 ~ /\.\.\.$/
			kind = $2 ~ /\*|gpointer/ ? "pointer" : $2 ~ /void/ ? "void" : $2 ~ /long/ ? "long" : "int"
			print $1, $3 ~ /double|float/ ? "doubles" : count, kind
		}' | sort -u
}

# named PACK: the same of the pack's file; a function that is done as another says what it takes, too
named() {
	awk 'function tell() { if (name) print name, args, returns; name = "" }
		/^ *- \{?symbol:/ { tell(); name = $0; sub(/.*symbol: */, "", name); sub(/[,}].*/, "", name); returns = "pointer" }
		match($0, / args: [0-9]+/) { args = substr($0, RSTART + 7, RLENGTH - 7) }
		match($0, / returns: [a-z]+/) { returns = substr($0, RSTART + 10, RLENGTH - 10) }
		END { tell() }' "$here/../../libtrack/packs/$1.yaml" | sort
}

while read -r pack headers; do
	[ $# = 0 ] || wanted "$pack" "$@" || continue
	read -ra list <<<"$headers"
	prototypes "${list[@]}" >"$work/prototypes"
	if [ -s "$work/prototypes" ]; then
		check "$pack: as its headers say" "$(named "$pack" | comm -23 - "$work/prototypes" | head -5)" ""
		check "$pack: no function twice" "$(named "$pack" | cut -d' ' -f1 | uniq -d)" ""
	else
		skip "$pack: as its headers say" "they are not installed"
	fi
done <<'TABLE'
openssl openssl/ssl.h openssl/pkcs12.h openssl/pem.h openssl/kdf.h openssl/ec.h openssl/rsa.h openssl/dh.h openssl/dsa.h openssl/hmac.h
uv uv.h
usrsctp usrsctp.h
srtp srtp2/srtp.h
glib gio/gio.h glib-unix.h
nice agent.h
TABLE
