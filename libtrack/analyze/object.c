/* SPDX-License-Identifier: Apache-2.0 */
/* Objects: counted by references. */
#include "kind.h"
#include "thing.h"

static void describe(const struct thing *object, struct trace_annotation *annotation)
{
	annotation->refs = (int64_t)object->refs;
}

const struct kind kind_object = {
	.on = {[TRACK_OP_CREATE] = thing_create,
	       [TRACK_OP_RETAIN] = thing_retain,
	       [TRACK_OP_RELEASE] = thing_release,
	       [TRACK_OP_DESTROY] = thing_destroy,
	       [TRACK_OP_USE] = thing_use,
	       THING_OPS},
	.describe = describe,
};
