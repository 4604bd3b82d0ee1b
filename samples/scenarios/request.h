/* SPDX-License-Identifier: Apache-2.0 */
/* Messages for one consumer of a room, each of which is to be answered. */
#ifndef REQUEST_H
#define REQUEST_H

#include "scene.h"

#include <dcstack/router.h>

enum { REQUESTS = 4 };

struct request {
	struct dc_parcel content;
	int error;	/* that each is to be answered with */
	bool is_direct; /* for the recorder, else for a seat with subchannel REQUEST_SUBSCRIBED */
	bool is_paused;
	bool is_unanswered; /* nobody wants to know */
};

enum { REQUEST_SUBSCRIBED = 1, REQUEST_NOT_SUBSCRIBED = 2 };

/* A session: words are heard in the room, then the scene strikes, and the requests are made. */
int request_session(const struct scene *scene, const struct request *request);

#endif
