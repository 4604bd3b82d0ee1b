/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are mapped to be executed: where a stack's addresses belong. */
#ifndef MAPPING_BPF_H
#define MAPPING_BPF_H

enum { MAP_EXECUTE = 4, MAP_NO_FILE = 0x20 };

#define PATH_PARTS 24u

struct walk {
	struct dentry *dentry;
	struct vfsmount *mount;
	uint64_t used; /* of the scratch: names, each with a slash behind it */
};

INLINE struct mount *mount_around(struct vfsmount *mount)
{
	return (struct mount *)((uint64_t)mount - bpf_core_field_offset(struct mount, mnt));
}

/* Is this place where something is mounted, or the root? Its own name says nothing. */
INLINE bool walk_is_root(const struct walk *walk)
{
	struct vfsmount *mount = walk->mount;
	return walk->dentry == BPF_CORE_READ(mount, mnt_root);
}

/* To the folder around, through mounts. False: it was the root. */
INLINE bool walk_up(struct walk *walk)
{
	struct dentry *dentry = walk->dentry;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	if (!walk_is_root(walk) && parent != dentry) {
		walk->dentry = parent;
		return true;
	}
	struct mount *mount = mount_around(walk->mount);
	struct mount *around = BPF_CORE_READ(mount, mnt_parent);
	if (around == mount)
		return false;
	walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
	walk->mount =
		(struct vfsmount *)((uint64_t)around + bpf_core_field_offset(struct mount, mnt));
	return true;
}

/* A name more, and to the folder around. 0: there is no more. Global: it is verified once, not for
 * each turn. */
__noinline int walk_on(struct walk *walk)
{
	uint32_t slot = SCRATCH_TRACEPOINT;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &slot);
	if (!walk || !scratch)
		return 0;
	if (!walk_is_root(walk)) {
		uint32_t at = (uint32_t)walk->used & (2 * PROBE_TEXT_BYTES - 1);
		struct dentry *dentry = walk->dentry;
		const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
		long bytes = bpf_probe_read_kernel_str(scratch->bytes + at, PROBE_TEXT_BYTES, name);
		if (bytes <= 0 || bytes > PROBE_TEXT_BYTES)
			return 0;
		at += (uint32_t)bytes - 1;
		scratch->bytes[at & (PROBE_TRAIL_SPAN - 1)] = '/';
		walk->used += (uint64_t)bytes;
	}
	return walk_up(walk);
}

/* Global: it is verified once. */
__noinline int path_fill(struct probe_text *text, uint64_t address)
{
	struct file *file = (struct file *)address;
	uint32_t slot = SCRATCH_TRACEPOINT;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &slot);
	struct walk walk = {.dentry = BPF_CORE_READ(file, f_path.dentry),
			    .mount = BPF_CORE_READ(file, f_path.mnt)};
	if (!text)
		return 0;
	text->bytes = 0;
	text->text[0] = '\0';
	if (!scratch)
		return 0;
	for (uint32_t i = 0; i < PATH_PARTS && walk.used < PROBE_TEXT_BYTES; i++)
		if (!walk_on(&walk))
			break;
	uint32_t used = walk.used < PROBE_TEXT_BYTES ? (uint32_t)walk.used : PROBE_TEXT_BYTES - 1;
	bpf_probe_read_kernel(text->text, sizeof(text->text), scratch->bytes);
	text->text[used & (PROBE_TEXT_BYTES - 1)] = '\0';
	text->bytes = used;
	return 0;
}

/* Trails lead through modules as they were: another one may take a place. */
INLINE void tell_map(const struct who *who, struct pt_regs *regs, uint64_t address)
{
	struct probe_map *map;
	struct file *file = current_file((int32_t)regs->r8);
	if (!file)
		return;
	who->traced->epoch = new_epoch();
	if (!EVENT_RESERVE(map, who, PROBE_MAP))
		return;
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	map->address = address;
	map->bytes = regs->si;
	map->offset = regs->r9;
	map->ino = BPF_CORE_READ(inode, i_ino);
	map->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	map->pad = 0;
	path_fill(&map->path, (uint64_t)file);
	event_submit_urgent(map);
}

#endif
