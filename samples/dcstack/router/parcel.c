/* SPDX-License-Identifier: Apache-2.0 */
#include "parcel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void destroy_object(struct object *object)
{
	free(object);
}

static const struct object_class parcel_class = {.name = "message", .destroy = destroy_object};

/* Subchannels first, since they want to be aligned, then the data. */
static void copy_content(struct parcel *parcel, const struct dc_parcel *content)
{
	size_t listed = content->subchannel_count * sizeof(uint16_t);

	parcel->content = *content;
	parcel->content.subchannels = (const uint16_t *)(void *)parcel->data;
	parcel->content.data = parcel->data + listed;
	if (listed)
		memcpy(parcel->data, content->subchannels, listed);
	if (content->size)
		memcpy(parcel->data + listed, content->data, content->size);
	if (!content->required_subchannel)
		return;
	parcel->required = *content->required_subchannel;
	parcel->content.required_subchannel = &parcel->required;
}

int parcel_create(const struct dc_parcel *content, const char *holder, struct parcel **ret_parcel)
{
	struct parcel *parcel;
	size_t size;
	int error;

	if ((content->kind != DC_TEXT && content->kind != DC_BINARY) ||
	    content->subchannel_count > UINT16_MAX)
		return -EINVAL;
	if (__builtin_add_overflow(sizeof(*parcel) + content->subchannel_count * sizeof(uint16_t),
				   content->size, &size))
		return -ENOMEM;
	parcel = calloc(1, size);
	if (!parcel)
		return -ENOMEM;
	error = object_init(&parcel->object, &parcel_class, holder);
	if (error) {
		free(parcel);
		return error;
	}
	copy_content(parcel, content);
	*ret_parcel = parcel;
	return 0;
}

void parcel_release(struct parcel *parcel, const char *holder)
{
	if (parcel)
		object_release(&parcel->object, holder);
}
