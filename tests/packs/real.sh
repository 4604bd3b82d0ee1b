# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: programs that nobody here wrote, on the packs' libraries. They do what they do bare,
# and nothing is found: they are right.

# as_bare NAME PACK COMMAND...: standard output and exit code, and a strict gate
as_bare() {
	local name=$1 pack=$2 trace=$work/real.db said
	shift 2
	[ "$chosen" = all ] || wanted "$pack" $chosen || return
	command -v "$1" >/dev/null 2>&1 || { skip "$name" "$1 is not installed"; return; }
	rm -f "$trace"
	said=$(bare "$@" 2>"$work/real.err" </dev/null)
	case $said in *"code 0") ;; *) fail "$name: bare" "$said $(tail -3 "$work/real.err")" ;; esac
	check "$name: as bare" "$(recorded "$trace" "$@" 2>"$work/real.err" </dev/null)" "$said"
	if "$rtctrack" check --strict "$trace" >"$work/real.check" 2>&1; then
		ok "$name: silent"
	else
		fail "$name: silent" "$(found "$trace"; head -5 "$work/real.check" "$work/real.err")"
	fi
}

# https COUNT COMMAND: by $port a server that ends after so many connections, itself under rtctrack
https() {
	local count=$1
	shift
	rm -f "$work/server.out" "$work/server.db"
	(cd "$work" && exec timeout -k 5 100 "$rtctrack" run --quiet -o "$work/server.db" -- openssl s_server \
		-accept 127.0.0.1:0 -cert "$work/cert.pem" -key "$work/key.pem" -WWW -naccept "$count" >"$work/server.out" 2>&1) &
	server=$!
	eventually grep -q '^ACCEPT 127.0.0.1:[0-9]' "$work/server.out" || { fail "openssl s_server" "$(head -5 "$work/server.out")"; return; }
	port=$(sed -n 's/^ACCEPT 127.0.0.1:\([0-9]*\).*/\1/p' "$work/server.out" | head -1)
	"$@"
	wait "$server"
	check "openssl s_server: silent" "$? $("$rtctrack" check --strict "$work/server.db" 2>&1 | grep -v '^passed')" "0 "
}

with_openssl() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=localhost 2>/dev/null
	echo hello >"$work/page.txt"
	as_bare "openssl x509" openssl openssl x509 -in "$work/cert.pem" -noout -text
	as_bare "openssl verify" openssl openssl verify -CAfile "$work/cert.pem" "$work/cert.pem"
	as_bare "openssl req" openssl openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key2.pem" -out "$work/cert2.pem" -subj /CN=x
	as_bare "openssl dgst" openssl openssl dgst -sha256 -sign "$work/key.pem" -hex "$work/page.txt"
	as_bare "openssl pkcs12, export" openssl openssl pkcs12 -export -inkey "$work/key.pem" -in "$work/cert.pem" -passout pass:x -out "$work/both.p12"
	as_bare "openssl pkcs12" openssl openssl pkcs12 -in "$work/both.p12" -passin pass:x -nodes
	as_bare "openssl ecparam" openssl openssl ecparam -name prime256v1 -genkey -noout -out "$work/ec.pem"
	as_bare "openssl ciphers" openssl openssl ciphers -v
	https 2 fetch_once
	https 4 fetch_twice
	https 2 talk
	pack_options=(--pack openssl)
	https 6 by_python
	pack_options=()
}
# Each command runs twice, recorded and bare.
fetch_once() { as_bare "curl, https" openssl curl -ks "https://127.0.0.1:$port/page.txt"; }
fetch_twice() { as_bare "curl, https twice" openssl curl -ks --no-sessionid "https://127.0.0.1:$port/page.txt" "https://127.0.0.1:$port/page.txt"; }
talk() { as_bare "openssl s_client" openssl sh -c "echo | openssl s_client -connect 127.0.0.1:$port -quiet -no_ign_eof 2>/dev/null; echo ended"; }
by_python() {
	[ -x /usr/bin/python3 ] || return
	as_bare "python3, ssl" openssl /usr/bin/python3 -c '
import socket, ssl, sys
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
for _ in range(3):
	with context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1])))) as peer:
		peer.sendall(b"GET /page.txt HTTP/1.0\r\n\r\n")
		print(peer.recv(100))' "$port"
}

with_uv() {
	mkdir -p "$work/ctest"
	echo 'add_test(one true)' >"$work/ctest/CTestTestfile.cmake"
	echo 'add_test(two false)' >>"$work/ctest/CTestTestfile.cmake"
	as_bare "ctest" uv sh -c "cd $work/ctest && ctest 2>&1 | sed 's/[0-9.]* sec//'"
}

# Python loads its libraries by itself, each for itself: the pack is named, and the library is found all the same.
with_srtp() {
	/usr/bin/python3 -c 'import pylibsrtp' 2>/dev/null || { skip "pylibsrtp" "it is not installed"; return; }
	pack_options=(--pack srtp)
	as_bare "pylibsrtp" srtp /usr/bin/python3 -c '
import pylibsrtp
def session(kind):
	return pylibsrtp.Session(pylibsrtp.Policy(key=b"0" * 30, ssrc_type=kind))
packet = b"\x80\x08" + b"\0" * 10 + b"track"
print(session(pylibsrtp.Policy.SSRC_ANY_INBOUND).unprotect(session(pylibsrtp.Policy.SSRC_ANY_OUTBOUND).protect(packet)) == packet)'
	check "pylibsrtp: its sessions were seen" "$("$rtctrack" report "$work/real.db" | grep '^  objects')" \
		"  objects      2 created, 2 destroyed, 0 alive at the end"
	pack_options=()
}

chosen=${*:-all}
for pack in openssl uv srtp; do
	[ "$chosen" = all ] || wanted "$pack" $chosen || continue
	"with_$pack"
done
