/* SPDX-License-Identifier: Apache-2.0 */
/* Wrappers of pack_library.h, as a pack's are: by track/pack.h. */
#include "pack_library.h"

#include <track/pack.h>

#define WHAT(op, kind) (TRACK_OP_##op | (uint64_t)TRACK_KIND_##kind << 8)
#define EXPORT __attribute__((visibility("default")))

static const char *const libraries[] = {"libpacked*.so", NULL};
static struct track_pack_function *const functions[];
static const struct track_pack pack = {
	.name = "packed", .libraries = libraries, .functions = functions};

#define FUNCTION(function)                                                                         \
	static struct track_pack_function function_##function = {.name = #function, .pack = &pack}
#define REAL(function)                                                                             \
	((__typeof__(&function))track_pack_real(&function_##function, __builtin_return_address(0)))

FUNCTION(packed_copy);
FUNCTION(packed_new);
FUNCTION(packed_ref);
FUNCTION(packed_unref);
FUNCTION(packed_on);
FUNCTION(packed_off);
FUNCTION(packed_far);
FUNCTION(packed_shake);
FUNCTION(packed_send);
FUNCTION(packed_absent);

static struct track_pack_function *const functions[] = {&function_packed_copy,
							&function_packed_new,
							&function_packed_ref,
							&function_packed_unref,
							&function_packed_on,
							&function_packed_off,
							&function_packed_far,
							&function_packed_shake,
							&function_packed_send,
							&function_packed_absent,
							NULL};

static __attribute__((constructor)) void begin(void)
{
	track_pack_begin(&pack);
}

EXPORT int packed_copy(void)
{
	__typeof__(&packed_copy) real = REAL(packed_copy);

	return real ? real() : 0;
}

EXPORT struct packed *packed_new(void)
{
	__typeof__(&packed_new) real = REAL(packed_new);
	struct packed *thing = real ? real() : NULL;

	if (thing) {
		track_pack_say(WHAT(CREATE, OBJECT), (uintptr_t)thing, 0, 0, "Packed");
		track_pack_say(WHAT(RETAIN, OBJECT), (uintptr_t)thing, 0, 0, "reference");
	}
	return thing;
}

EXPORT void packed_ref(struct packed *thing)
{
	__typeof__(&packed_ref) real = REAL(packed_ref);

	track_pack_say(WHAT(RETAIN, OBJECT), (uintptr_t)thing, 0, 0, "reference");
	if (real)
		real(thing);
}

EXPORT void packed_unref(struct packed *thing)
{
	__typeof__(&packed_unref) real = REAL(packed_unref);

	if (track_pack_last((uintptr_t)thing, thing, 32))
		track_pack_say(WHAT(DESTROY, OBJECT), (uintptr_t)thing, 0, 0, NULL);
	else
		track_pack_say(WHAT(RELEASE, OBJECT), (uintptr_t)thing, 0, 0, "reference");
	if (real)
		real(thing);
	track_pack_released((uintptr_t)thing);
}

static void simple_enter(const struct track_pack_call *call)
{
	call->kept[0] = (uintptr_t)call->target + call->args[0];
	track_pack_say(WHAT(FIRE, CALLBACK), call->kept[0], 0, 0, NULL);
}

static void simple_leave(const struct track_pack_call *call)
{
	track_pack_say(WHAT(FIRE, CALLBACK), call->kept[0], TRACK_RETURNED, 0, NULL);
	if (call->returned == UINT64_MAX)
		track_pack_say(WHAT(NAME, CALLBACK), call->kept[0], 0, 0, "left");
}

static const struct track_pack_callback simple = {.enter = simple_enter, .leave = simple_leave};

EXPORT void packed_on(packed_simple *call, void *data)
{
	__typeof__(&packed_on) real = REAL(packed_on);
	void *function = track_pack_callback(&simple, (void *)call, NULL);

	if (function != (void *)call)
		track_pack_say(WHAT(ARM, CALLBACK), (uintptr_t)call + (uintptr_t)data, 0, 0,
			       "Simple");
	if (real)
		real((packed_simple *)function, data);
}

EXPORT int packed_off(packed_simple *call, void *data)
{
	__typeof__(&packed_off) real = REAL(packed_off);
	void *function = track_pack_callback(&simple, (void *)call, NULL);

	return real ? real((packed_simple *)function, data) : 0;
}

static void wide_enter(const struct track_pack_call *call)
{
	track_pack_say(WHAT(USE, OBJECT), call->args[3] + call->args[5], 0, 0, NULL);
}

static const struct track_pack_callback wide = {.stack_bytes = sizeof(struct packed_pair) + 8,
						.enter = wide_enter};

EXPORT double packed_far(packed_wide *call, long number)
{
	__typeof__(&packed_far) real = REAL(packed_far);

	return real ? real((packed_wide *)track_pack_callback(&wide, (void *)call, NULL), number)
		    : 0;
}

EXPORT void packed_shake(void *thing, void *scope)
{
	__typeof__(&packed_shake) real = REAL(packed_shake);
	bool inside = track_pack_enter(TRACK_KIND_OBJECT, (uintptr_t)thing);

	if (real)
		real(thing, scope);
	if (inside)
		track_pack_leave();
}

EXPORT void packed_send(void *scope)
{
	__typeof__(&packed_send) real = REAL(packed_send);

	track_pack_carry((uintptr_t)scope);
	if (track_pack_inner(&function_packed_send, __builtin_return_address(0)))
		track_pack_say(WHAT(NAME, SCOPE), (uintptr_t)scope, 0, 0, "inner");
	if (real)
		real(scope);
}

/* The library has no such function: a program that asks first finds us. */
void packed_absent(void);
EXPORT void packed_absent(void)
{
	__typeof__(&packed_absent) real = REAL(packed_absent);

	if (real)
		real();
}
