/* SPDX-License-Identifier: Apache-2.0 */
/* Any text may be a session description. What is read is written and read back, and nothing of it
 * stays alive. */
#include <errno.h>
#include <run/library.h>
#include <sdp/sdp.h>
#include <stdlib.h>
#include <string.h>

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void check_same(const struct sdp *a, const struct sdp *b)
{
	expect(a->session_id == b->session_id);
	expect(strcmp(a->mid, b->mid) == 0);
	expect(strcmp(a->ufrag, b->ufrag) == 0 && strcmp(a->password, b->password) == 0);
	expect(strcmp(a->fingerprint_algorithm, b->fingerprint_algorithm) == 0);
	expect(strcmp(a->fingerprint, b->fingerprint) == 0);
	expect(a->setup == b->setup && a->sctp_port == b->sctp_port);
	expect(a->max_message_size == b->max_message_size);
	expect(a->trickle == b->trickle && a->end_of_candidates == b->end_of_candidates);
	expect(a->candidate_count == b->candidate_count);
}

static void check_written(const struct sdp *sdp, enum sdp_type type)
{
	struct sdp back;
	char *text = sdp_format(sdp, type);

	expect(text != NULL && sdp_parse(text, &back, NULL, NULL) == 0);
	if (type == SDP_OFFER)
		check_same(sdp, &back);
	else
		expect(back.setup != SDP_ACTPASS);
	/* Candidates are the same if their lines are. */
	char *again = sdp_format(&back, type);
	expect(again != NULL && strcmp(text, again) == 0);
	free(again);
	free(text);
	sdp_finish(&back);
}

static void check(const char *text)
{
	struct sdp sdp;
	unsigned line = 0;
	const char *what = NULL;
	int r = sdp_parse(text, &sdp, &line, &what);

	expect(r == 0 || (r == -EINVAL && what != NULL));
	expect(line <= strlen(text) + 1);
	if (r < 0)
		return;
	check_written(&sdp, SDP_OFFER);
	check_written(&sdp, SDP_ANSWER);
	sdp_finish(&sdp);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Candidates are objects: the library would start and stop with each of them. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	expect(library_start(NULL) == 0);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct library_counts counts;
	char *text = malloc(size + 1);

	expect(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	check(text);
	free(text);
	library_count(&counts);
	expect(counts.objects == 0);
	return 0;
}
