/* SPDX-License-Identifier: Apache-2.0 */
/* Gives the places of a trace their functions, files and lines. */
#ifndef CLI_SYMBOLISE_H
#define CLI_SYMBOLISE_H

#include <store/trace.h>
#include <symbol/symbolizer.h>

/*
 * Look up every location that has no frame yet, and write into module.symbols
 * how it went. A module without symbols is no failure. 0 or -errno.
 */
int symbolise(struct trace *trace, const struct symbol_search *search);

#endif
