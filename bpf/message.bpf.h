/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors that come in messages, and what several messages at once carried. */
#ifndef MESSAGE_BPF_H
#define MESSAGE_BPF_H

enum { LEVEL_SOCKET = 1, CONTROL_RIGHTS = 1, CONTROL_PIDFD = 4 };

#define RECEIVED_MAX 253u /* descriptors in one message, as the kernel allows */
#define CONTROLS_MAX 16u
#define MESSAGES_MAX 1024u /* as the kernel allows */
/*
 * Of one call. Who waits for a processor waits as long as we look, and what a program says that its
 * messages hold need not be so.
 */
#define RECEIVED_OF_CALL 512u

/* Of the system call interface. */
struct message {
	uint64_t name, name_bytes, parts, part_count, control, control_bytes, flags;
};

struct many_message {
	struct message message;
	uint32_t bytes;
	uint32_t pad;
};

struct control {
	uint64_t bytes;
	int32_t level;
	int32_t type;
};

/* A loop without end for the verifier; without bpf_loop (before 5.17) the first few. */
#define REPEAT(count, few, callback, context)                                                      \
	do {                                                                                       \
		if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop)) {                 \
			bpf_loop(count, callback, context, 0);                                     \
			break;                                                                     \
		}                                                                                  \
		for (uint32_t repeat = 0; repeat < (few) && repeat < (count); repeat++)            \
			if (callback(repeat, context))                                             \
				break;                                                             \
	} while (0)

struct reception {
	struct visit *visit;
	uint64_t at; /* of messages, of controls, or of descriptors */
	uint64_t end;
};

/* Is there more to be looked at? In a map, since the verifier would go through each number. */
INLINE bool may_receive(uint32_t more)
{
	uint32_t slot = 0, *count = bpf_map_lookup_elem(&received_of_call, &slot);
	if (!count || *count >= RECEIVED_OF_CALL)
		return false;
	*count += more;
	return true;
}

static long receive_one(uint32_t index, struct reception *reception)
{
	int32_t fd = -1;
	struct visit *visit = reception->visit;
	if (!may_receive(1)) {
		event_lost(&visit->who);
		return 1;
	}
	if (bpf_probe_read_user(&fd, sizeof(fd),
				(const void *)(reception->at + index * sizeof(fd))))
		return 1;
	if (fd < 0)
		return 0;
	tell_open(visit, fd, -1);
	tell_names_of(&visit->who, fd, visit->nr, visit->call);
	return 0;
}

static long receive_control(uint32_t index, struct reception *reception)
{
	struct control control;
	(void)index;
	if (!may_receive(1) || reception->at + sizeof(control) > reception->end ||
	    bpf_probe_read_user(&control, sizeof(control), (const void *)reception->at) ||
	    control.bytes < sizeof(control))
		return 1;
	struct reception inside = {.visit = reception->visit,
				   .at = reception->at + sizeof(control)};
	uint64_t count = (control.bytes - sizeof(control)) / sizeof(int32_t);
	if (count > RECEIVED_MAX)
		count = RECEIVED_MAX;
	if (control.level == LEVEL_SOCKET &&
	    (control.type == CONTROL_RIGHTS || control.type == CONTROL_PIDFD))
		REPEAT((uint32_t)count, 2, receive_one, &inside);
	reception->at += (control.bytes + 7) & ~7ull;
	return 0;
}

static __noinline int receive_message(struct visit *visit, uint64_t address)
{
	struct message message;
	if (bpf_probe_read_user(&message, sizeof(message), (const void *)address) ||
	    !message.control_bytes)
		return 0;
	struct reception reception = {.visit = visit,
				      .at = message.control,
				      .end = message.control + message.control_bytes};
	REPEAT(CONTROLS_MAX, 2, receive_control, &reception);
	return 0;
}

static long receive_of_many(uint32_t index, struct reception *reception)
{
	if (!may_receive(0))
		return 1;
	receive_message(reception->visit,
			reception->at + (uint64_t)index * sizeof(struct many_message));
	return 0;
}

INLINE void receive_messages(struct visit *visit, uint64_t address, uint32_t count)
{
	struct reception reception = {.visit = visit, .at = address};
	uint32_t slot = 0, none = 0;
	bpf_map_update_elem(&received_of_call, &slot, &none, BPF_ANY);
	if (count > MESSAGES_MAX)
		count = MESSAGES_MAX;
	REPEAT(count, 2, receive_of_many, &reception);
}

struct sum {
	uint64_t at;
	uint64_t bytes;
};

static long sum_one(uint32_t index, struct sum *sum)
{
	uint32_t bytes = 0;
	const struct many_message *messages = (const void *)sum->at;
	bpf_probe_read_user(&bytes, sizeof(bytes), &messages[index].bytes);
	sum->bytes += bytes;
	return 0;
}

static __noinline uint64_t message_bytes(uint64_t address, uint32_t count)
{
	struct sum sum = {.at = address};
	if (count > MESSAGES_MAX)
		count = MESSAGES_MAX;
	REPEAT(count, 64, sum_one, &sum);
	return sum.bytes;
}

#endif
