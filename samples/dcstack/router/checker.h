/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks again and again whether a channel's send buffer moves: what a peer does not take should not
 * pile up. It owns the channel, and lives on an executor: start and stop are handed to it.
 */
#ifndef ROUTER_CHECKER_H
#define ROUTER_CHECKER_H

#include <dcstack/dcstack.h>

struct checker;

enum { CHECKER_PERIOD_MS = 250, CHECKER_PATIENCE = 20 /* periods in which nothing was taken */ };

/* -ENOMEM, and of object_init. The channel is the caller's until the start. */
int checker_create(struct dc_channel *channel, struct checker **ret_checker);
void checker_abandon(struct checker *checker); /* in place of a start; NULL: nothing */
void checker_start(struct checker *checker);
/* Destroys the channel, soon. NULL: nothing. */
void checker_stop(struct checker *checker);

struct dc_channel *checker_channel(const struct checker *checker);
/* So many bytes were given to the channel. Any thread, as the next. */
void checker_note_given(struct checker *checker, size_t size);
bool checker_is_stalled(const struct checker *checker);

#endif
