#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints samples/README.md with the table of scenarios as dc-scenario has it now.
#   samples/scenarios/table.sh [BUILD] >new && mv new samples/README.md
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
sed '/^<!-- made by/q' "$here/../README.md"
"$build/samples/scenarios/dc-scenario" --markdown
sed -n '/^<!-- end of table/,$p' "$here/../README.md"
