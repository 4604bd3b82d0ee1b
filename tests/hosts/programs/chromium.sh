# SPDX-License-Identifier: Apache-2.0
# chromium.sh [OPTION...] URL: the page's final DOM. Of its messages, which name pids and times,
# only those are left that a loader or a crash would print.
HOME=$PWD/home
export HOME
mkdir -p "$HOME"
chromium --headless --disable-gpu --no-first-run --user-data-dir="$HOME/profile" --virtual-time-budget=5000 --dump-dom "$@" 2>chromium.err
code=$?
rm -rf "$HOME"
grep -aE 'ld\.so|libtrack|rtctrack|Received signal|[Cc]rash|FATAL' chromium.err >&2
exit $code
