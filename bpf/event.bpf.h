/* SPDX-License-Identifier: Apache-2.0 */
/* Records of the ring: place, head, losses, and when the loader is woken. */
#ifndef EVENT_BPF_H
#define EVENT_BPF_H

/* The process' own first: who reads them in the other order never has more lost than were. */
INLINE void event_lost(const struct who *who)
{
	__sync_fetch_and_add(&who->traced->lost, 1);
	__sync_fetch_and_add(&count_lost, 1);
}

INLINE void event_head(struct probe_head *head, const struct who *who, uint16_t type,
		       uint32_t bytes)
{
	head->time_ns = bpf_ktime_get_ns();
	head->tgid = who->tgid;
	head->tid = who->tid;
	head->image = who->traced->image;
	head->epoch = who->traced->epoch;
	head->type = type;
	head->stack_how = PROBE_STACK_NONE;
	head->flags = 0;
	head->bytes = bytes;
	head->stack_offset = 0;
	head->stack_bytes = 0;
	head->stack_id = 0;
}

/* One wake-up until the loader looked. How full the ring is, one of eight looks. */
INLINE uint64_t wake_flags(uint64_t time_ns, bool urgent)
{
	if (!urgent && (time_ns >> 4) & 7)
		return BPF_RB_NO_WAKEUP;
	if (woken || (!urgent && bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) < option_wake_bytes))
		return BPF_RB_NO_WAKEUP;
	woken = 1;
	__sync_fetch_and_add(&count_wakes, 1);
	return BPF_RB_FORCE_WAKEUP;
}

INLINE void event_submit(void *event)
{
	const struct probe_head *head = event;
	/* Until the loader put a trail, each call from there sends its whole stack. */
	bool urgent = head->stack_how == PROBE_STACK_SNAPSHOT;
	bpf_ringbuf_submit(event, wake_flags(head->time_ns, urgent));
}

INLINE void event_submit_urgent(void *event)
{
	bpf_ringbuf_submit(event, wake_flags(0, true));
}

/* A record without a stack; NULL: counted as lost. */
#define EVENT_RESERVE(event, who, event_type)                                                      \
	({                                                                                         \
		(event) = bpf_ringbuf_reserve(&ring, sizeof(*(event)), 0);                         \
		if (event)                                                                         \
			event_head((void *)(event), who, event_type, sizeof(*(event)));            \
		else                                                                               \
			event_lost(who);                                                           \
		(event);                                                                           \
	})

#endif
