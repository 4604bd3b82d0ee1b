/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs in which a library tells of references that no wrapper sees, such as those of inlined
 * macros. A log is read whole, checked, and then handed to a sink of the collector as one process
 * image for each process that it is about. Every byte is hostile.
 *
 * An object whose beginning the log lacks is not handed on, nor is one whose count does not come
 * out: both are counted. What is handed on is never released more often than it was retained.
 */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

#include <collect/collector.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum import_times {
	IMPORT_ORDER,	    /* none: one event comes after the other, and that is all */
	IMPORT_SINCE_START, /* of the program, or of the library in it */
};

struct import_format {
	const char *name;
	enum import_times times;
	const char *about, *make;
	const struct import_parser *parser;
};

/* The rows of formats.def; ends with a row without a name. */
extern const struct import_format import_formats[];
/* NULL: there is none of that name. */
const struct import_format *import_format(const char *name);

struct import;

/*
 * A log that has nothing to tell is one of no processes. -ENODATA: no line is of this format;
 * -EFBIG, -ENOMEM, -EIO. The caller destroys it.
 */
int import_read(const struct import_format *format, FILE *file, struct import **ret_import);
void import_destroy(struct import *import);

struct import_counts {
	uint64_t skipped; /* lines of other things */
	uint64_t objects; /* that are handed on */
	uint64_t held;	  /* of these, not ended when the log ends */
	uint64_t unseen;  /* the log lacks their beginning */
	uint64_t uneven;  /* the log's count of them and what it tells do not agree */
};
void import_count(const struct import *import, struct import_counts *ret_counts);

/* The processes that the log is about. pid 0: it does not say. */
size_t import_processes(const struct import *import);
int32_t import_pid(const struct import *import, size_t process);

/* A place in the source, as the log names it. */
struct import_site {
	const char *module;	     /* NULL: the program */
	const char *function, *file; /* NULL: unknown */
	uint32_t line;
	uint64_t address; /* of the place in its module, as import_deliver has it */
};
size_t import_sites(const struct import *import);
void import_site(const struct import *import, size_t index, struct import_site *ret_site);
/* The build-id that these modules have, so that no place of a real one is taken for theirs. */
#define IMPORT_BUILD_ID "log"
#define IMPORT_BUILD_ID_HEX "6c6f67"

/* The image that the process of the log is; start_ns and end_ns bound its events. */
struct import_image {
	uint32_t index; /* the sink's key */
	int32_t pid;
	uint64_t start_ns, end_ns;
	const char *exe, *command;
};
/* Hand one process on, from its beginning to its end. 0, or what the sink says. */
int import_deliver(const struct import *import, size_t process, const struct import_image *image,
		   const struct collect_sink *sink);

#endif
