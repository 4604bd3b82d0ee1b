/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records about a process, not a resource, that come with its events: a record_<name>
 * for each TRACK_META_EVENT of metas.def, in a file of its own. A row without one does
 * not link. event->data is the struct track_<name>.
 */
#ifndef ANALYZE_RECORD_H
#define ANALYZE_RECORD_H

#include "kind.h"

/* clang-format off */
#define TRACK_META_EVENT(id, name, check, bytes, ...) kind_handler record_##name;
#include <track/metas.def>
/* clang-format on */

#endif
