/* SPDX-License-Identifier: Apache-2.0 */
/* Each session leaves an object behind: who made it is to blame, not the annotation. */
#include <stdio.h>
#include <stdlib.h>
#include <track/track.h>

void *make_candidate(void);
int session(int number);

__attribute__((noinline)) void *make_candidate(void)
{
	void *candidate = malloc(64);
	track_object_create(candidate, "Candidate");
	return candidate;
}

__attribute__((noinline)) int session(int number)
{
	char text[32];
	void *candidate = make_candidate();
	snprintf(text, sizeof(text), "session %d", number);
	track_mark(text);
	return candidate != NULL;
}

int main(void)
{
	int made = 0;
	for (int i = 0; i < 6; i++)
		made += session(i);
	return made != 6;
}
