# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: samples/ci/Dockerfile, as far as it goes without Docker.
dockerfile=$recipes/Dockerfile

# packages STAGE: what apt-get installs in it
packages() { sed -n "/^FROM .* AS $1\$/,/^FROM/p" "$dockerfile" | sed -n '/apt-get install/,/rm -rf/p' | sed -E 's/.*--no-install-recommends//; s/&& rm.*//; s/\\$//' | tr -s ' ' '\n' | grep . | sort; }
# needed FILE: the packages of the libraries that it names, but for what every image has; what these need, apt-get brings
needed() {
	ldd "$1" | awk 'NR == FNR {named[$0]; next} $1 in named {print $3}' <(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p') - |
		xargs readlink -f | xargs dpkg-query -S 2>/dev/null | sed 's/:.*//' | sort -u | grep -vxE 'libc6|libgcc-s1|zlib1g'
}

check "Dockerfile: what builds is what tests/install.sh installs, without the samples" "$(packages build | paste -sd' ')" \
	"$(tr ' ' '\n' <<<"$BUILD_PACKAGES $PAGE_PACKAGES" | grep -vxE 'libssl-dev|libusrsctp-dev|libunwind8' | sort | paste -sd' ')"
check "Dockerfile: the image for CI has the command's libraries" "$(comm -13 <(packages ci) <(needed "$rtctrack"))" ""
check "Dockerfile: and what it is copied with is there" "$(sed -nE 's/^COPY ([^-.][^ ]*) .*/\1/p' "$dockerfile" | (cd "$root" && xargs ls -d 2>&1 >/dev/null))" ""

mkdir spools
# its_words ENTRYPOINT|CMD: with what is installed here
its_words() { sed -n "s/^$1 //p" "$dockerfile" | tr -d '[],"' | sed "s,/usr/local/bin/phone,$work/samples/ctest/build/phone,; s,/usr/local/,$prefix/,"; }
# shellcheck disable=SC2046 # words
RTCTRACK_SPOOL_DIR=$work/spools timeout 60 $(its_words ENTRYPOINT) $(its_words CMD) >image.out 2>&1
"$rtctrack" check spools >check.out 2>&1
check "Dockerfile: the recorded image leaves spools that are judged" "$(cat image.out) $(find spools -type f | wc -l | sed 's/[1-9][0-9]*/some/') $?" "3 calls some 0"
# shellcheck disable=SC2046
RTCTRACK_SPOOL_DIR=$work/spools timeout 60 $(its_words ENTRYPOINT) $(its_words CMD) 2 >image.out 2>&1
"$rtctrack" check spools >check.out 2>&1
check "Dockerfile: and a leak fails" "$?" 1

if [ $full = yes ]; then
	sed -n '/^RUN cmake -S/,/[^\\]$/p' "$dockerfile" | sed "s/^RUN //; s,/source,$root,; s,/build,$work/image-build,; s,/out,$work/out," >build.sh
	timeout 1200 env -u CCACHE_DISABLE bash -e build.sh >build.log 2>&1 || fail "Dockerfile: what it runs to build" "$(tail -1 build.log)"
	"$work/out/usr/local/bin/rtctrack" run --gate --quiet -o image.db -- samples/ctest/build/phone 3 >image.out 2>&1
	check "Dockerfile: what it builds and installs records" "$? $(cat image.out)" "0 3 calls"
fi
