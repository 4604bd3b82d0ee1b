/* SPDX-License-Identifier: Apache-2.0 */
/* What a program says by track.h, heard at its probes. */
#ifndef PROBES_ANNOTATION_H
#define PROBES_ANNOTATION_H

#include "probe_event.h"

struct traced;

/* PROBE_ANNOTATION. What makes no sense is left out. */
void annotation_tell(struct traced *traced, const struct probe_annotation *event);

#endif
