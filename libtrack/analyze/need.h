/* SPDX-License-Identifier: Apache-2.0 */
/* Who needs a life until his own end, so that it must not end before. */
#ifndef ANALYZE_NEED_H
#define ANALYZE_NEED_H

struct collect_event;
struct life;
struct need;
struct thing;

/* -ENOMEM, or what the store says. A need that is known: nothing. */
int need_add(struct life *used, struct thing *user, const struct collect_event *event);
/* It ends: an act for each that still needs it. */
int needs_judge(struct life *used, const struct collect_event *event);
void needs_finish(struct life *used);

#endif
