#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Takes one release, close, cancel, fire or join call after the other out of samples/dcstack, and asks
# whether rtctrack tells of it: see mutants.py --help.
#   [MUTANTS_AT_ONCE=8] tests/mutation/dcstack.sh [--sample N] [--build BUILD] [FILE...]
here=$(cd "$(dirname "$0")" && pwd)
exec python3 -B "$here/mutants.py" "$@"
