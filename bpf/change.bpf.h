/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the loader changes of a process that is followed. It asks the kernel to do so: a value that
 * is read, changed and written from outside may be that of the image before by then.
 */
#ifndef CHANGE_BPF_H
#define CHANGE_BPF_H

/* 0: done; 1: the image is another one now, or over. An exec puts a value of its own in this one's
 * place. */
SEC("syscall")
int change_traced(struct probe_change *change)
{
	uint32_t tgid = change->tgid;
	struct probe_traced *now = bpf_map_lookup_elem(&traced, &tgid);
	if (!now || now->image != change->image)
		return 1;
	if (change->what == PROBE_CHANGE_WALK) {
		__sync_fetch_and_and(&now->flags, ~(PROBE_WALK_FRAMES | PROBE_WALK_NONE));
		__sync_fetch_and_or(&now->flags,
				    change->walk & (PROBE_WALK_FRAMES | PROBE_WALK_NONE));
	}
	if (change->what == PROBE_CHANGE_EPOCH)
		now->epoch = new_epoch();
	return 0;
}

#endif
