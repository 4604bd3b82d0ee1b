/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report for programs: one JSON object, schema 1. Several reports become one
 * object: equal fingerprints become one element, their counts added,
 * the rest as in the first report that has it.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <report/report.h>
#include <stdio.h>

#define REPORT_JSON_SCHEMA 1

/* 0, or -errno if stream fails or memory runs out. */
int report_json(FILE *stream, struct report *const *reports, size_t count);

#endif
