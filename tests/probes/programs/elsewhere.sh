# SPDX-License-Identifier: Apache-2.0
# elsewhere.sh ROOT PROGRAM ARGUMENT...: runs /PROGRAM with ROOT as its root, by a mount that nobody else sees.
root=$1
shift
export root
exec unshare -m sh -c '
	mount -t tmpfs tmpfs /mnt && mkdir /mnt/root && mount --bind "$root" /mnt/root || exit 77
	program=$1
	shift
	exec chroot /mnt/root "/$program" "$@"' sh "$@"
