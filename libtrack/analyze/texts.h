/* SPDX-License-Identifier: Apache-2.0 */
/* Classes and tags as the programs name them: each text once, so that equal ones are one pointer.
 */
#ifndef ANALYZE_TEXTS_H
#define ANALYZE_TEXTS_H

#include <base/u64map.h>

/* A zeroed struct is empty. */
struct texts {
	struct u64map by_hash; /* -> struct text * */
};

void texts_finish(struct texts *texts);
/* Lives until texts_finish. -ENOMEM. */
int texts_intern(struct texts *texts, const char *text, const char **ret_text);

#endif
