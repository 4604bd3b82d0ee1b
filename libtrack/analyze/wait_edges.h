/* SPDX-License-Identifier: Apache-2.0 */
/* Who has to go on before who waits can: of each thread of a graph. */
#ifndef ANALYZE_WAIT_EDGES_H
#define ANALYZE_WAIT_EDGES_H

#include "wait_graph.h"

/* Once its threads are read. -ENOMEM. */
int wait_edges_build(struct wait_graph *graph);

#endif
