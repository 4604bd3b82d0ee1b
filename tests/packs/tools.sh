# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: tools that others wrote and use every day, on the libraries of packs. They say the
# same as bare, and whatever they leave behind at their end fails no gate.

# judge_tool NAME COMMAND...
judge_tool() {
	local name=$1 trace=$work/tool.$1.db
	shift
	bare "$@" >"$work/tool.$name.bare" 2>/dev/null </dev/null
	recorded "$trace" "$@" >"$work/tool.$name" 2>/dev/null </dev/null
	check "$name: as bare" "$(cat "$work/tool.$name")" "$(cat "$work/tool.$name.bare")"
	"$rtctrack" check "$trace" >"$work/tool.$name.check" 2>&1
	check "$name: passes the gate" "$? $(grep -v '^passed' "$work/tool.$name.check" | head -5)" "0 "
}

# What a tool finds out once, and keeps, is not to make the first run another than the second.
export GST_REGISTRY=$work/gst.registry
command -v gst-inspect-1.0 >/dev/null && gst-inspect-1.0 coreelements >/dev/null 2>&1
while read -r pack name command; do
	[ $# = 0 ] || wanted "$pack" "$@" || continue
	read -ra words <<<"$command"
	if command -v "${words[0]}" >/dev/null; then
		judge_tool "$pack $name" "${words[@]}"
	else
		skip "$pack $name" "${words[0]} is not here"
	fi
done <<'TABLE'
glib pipeline gst-launch-1.0 -q videotestsrc num-buffers=10 ! fakesink
glib threads gst-launch-1.0 -q audiotestsrc num-buffers=200 ! tee name=t t. ! queue ! fakesink t. ! queue ! fakesink
glib elements gst-inspect-1.0 coreelements
glib info gio info -a standard::size /etc/hostname
glib tree gio tree /usr/share/glib-2.0/schemas
glib cat gio cat /etc/hostname
glib mime gio mime text/plain
glib settings gsettings list-schemas
glib resource gresource list /usr/bin/gio
glib schemas glib-compile-schemas --strict --dry-run /usr/share/glib-2.0/schemas
glib applications gapplication list-apps
glib bus dbus-run-session -- gdbus call --session --dest org.freedesktop.DBus --object-path / --method org.freedesktop.DBus.ListNames
TABLE
