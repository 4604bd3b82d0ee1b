/* SPDX-License-Identifier: Apache-2.0 */
#include <base/text.h>
#include <errno.h>
#include <fcntl.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baseline.h"
#include "lines.h"
#include "words.h"

#define TEXT_BYTES 1024
#define FORMAT (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
#define TEMPORARY_TRIES 100
#define FILE_MODE 0666 /* and what the umask takes away */

#define PROGRAMS_MAX 8

/* A line to be written. */
struct entry {
	uint64_t fingerprint, allowed;
	struct in_one tally; /* of the most in one recording; 0: as it is in text, or unknown */
	const char *programs[PROGRAMS_MAX];
	size_t program_count;
	double slope; /* 0: as it is in text, or there is none */
	uint64_t sessions;
	const struct policy_finding *finding; /* or, if it was in the file: */
	const char *text;
};

/* Of one fingerprint the first finding is the first. */
static int compare(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	if (left->fingerprint != right->fingerprint)
		return left->fingerprint < right->fingerprint ? -1 : 1;
	return (left->finding > right->finding) - (left->finding < right->finding);
}

/* Takes value, of which NULL is no memory. */
static int set(struct json_object *line, const char *key, struct json_object *value)
{
	if (!value || json_object_object_add(line, key, value) < 0) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

static int add_text(struct json_object *line, const char *key, const char *text)
{
	char clean[TEXT_BYTES];

	if (!text || !text_clean(text, strlen(text), clean, sizeof(clean)))
		return 0;
	return set(line, key, json_object_new_string(clean));
}

static int set_number(struct json_object *line, const char *key, uint64_t number)
{
	return set(line, key,
		   json_object_new_int64(number < INT64_MAX ? (int64_t)number : INT64_MAX));
}

/* Of what does not grow nothing is said. */
static int set_growth(struct json_object *line, const struct entry *entry)
{
	char text[32];
	int r;

	if (entry->slope <= 0)
		return 0;
	snprintf(text, sizeof(text), "%.6g", entry->slope);
	r = set(line, "slope", json_object_new_double_s(entry->slope, text));
	return r == 0 && entry->sessions ? set_number(line, "sessions", entry->sessions) : r;
}

/* A name, or a list of them where one fingerprint is of several. */
static int add_programs(struct json_object *line, const struct entry *entry)
{
	struct json_object *list;
	int r = 0;

	if (entry->program_count < 2)
		return add_text(line, "program", entry->program_count ? entry->programs[0] : NULL);
	list = json_object_new_array();
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < entry->program_count; i++) {
		char clean[TEXT_BYTES];
		struct json_object *name;

		text_clean(entry->programs[i], strlen(entry->programs[i]), clean, sizeof(clean));
		name = json_object_new_string(clean);
		if (!name || json_object_array_add(list, name) < 0) {
			json_object_put(name);
			r = -ENOMEM;
		}
	}
	if (r == 0)
		return set(line, "program", list);
	json_object_put(list);
	return r;
}

static int set_in_one(struct json_object *line, const struct entry *entry)
{
	return entry->tally.most ? set_number(line, "in_one", entry->tally.most) : 0;
}

static struct json_object *make_line(const struct entry *entry)
{
	const struct policy_finding *finding = entry->finding;
	struct json_object *line = json_object_new_object();

	if (!line || add_text(line, "fingerprint", finding->fingerprint) < 0 ||
	    set_number(line, "allowed", entry->allowed) < 0 || set_in_one(line, entry) < 0 ||
	    add_programs(line, entry) < 0 || add_text(line, "rule", finding->rule) < 0 ||
	    add_text(line, "state", finding->state) < 0 ||
	    add_text(line, "kind", finding->kind) < 0 ||
	    add_text(line, "class", finding->class_name) < 0 ||
	    add_text(line, "culprit", finding->culprit) < 0 ||
	    add_text(line, "message", finding->message) < 0 || set_growth(line, entry) < 0) {
		json_object_put(line);
		return NULL;
	}
	return line;
}

/* As it was, but for the numbers. */
static struct json_object *change_line(const struct entry *entry)
{
	struct json_object *line = json_tokener_parse(entry->text);

	if (line && (set_number(line, "allowed", entry->allowed) < 0 ||
		     set_in_one(line, entry) < 0 || set_growth(line, entry) < 0)) {
		json_object_put(line);
		return NULL;
	}
	return line;
}

static int print_entries(FILE *file, const struct entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct json_object *line =
			entries[i].finding ? make_line(&entries[i]) : change_line(&entries[i]);
		const char *text = line ? json_object_to_json_string_ext(line, FORMAT) : NULL;
		int r = !text ? -ENOMEM : fprintf(file, "%s\n", text) < 0 ? -errno : 0;

		json_object_put(line);
		if (r < 0)
			return r;
	}
	return 0;
}

static int print_file(int fd, const struct entry *entries, size_t count)
{
	FILE *file = fdopen(fd, "w");
	int r;

	if (!file) {
		r = -errno;
		close(fd);
		return r;
	}
	r = print_entries(file, entries, count);
	if (r == 0 && (fflush(file) != 0 || fsync(fd) < 0))
		r = -errno;
	if (fclose(file) != 0 && r == 0)
		r = -errno;
	return r;
}

/* Where the system cannot say so in one step, looking before it is as near as it gets. */
static int name_new(const char *temporary, const char *path)
{
	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return rename(temporary, path) < 0 ? -errno : 0;
}

/* Who was killed may have left one, of a number that in another container is ours. */
static int open_temporary(const char *path, char **ret_temporary)
{
	int fd = -EEXIST;

	for (int i = 0; fd == -EEXIST && i < TEMPORARY_TRIES; i++) {
		if (asprintf(ret_temporary, "%s.%d.%d.new", path, getpid(), i) < 0)
			return -ENOMEM;
		fd = open(*ret_temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
		if (fd < 0) {
			fd = -errno;
			free(*ret_temporary);
		}
	}
	return fd;
}

/* mode: of the file that it replaces; 0: there must be none. */
static int write_file(const char *path, mode_t mode, const struct entry *entries, size_t count)
{
	char *temporary;
	int fd = open_temporary(path, &temporary), r;

	if (fd < 0)
		return fd;
	if (mode && fchmod(fd, mode) < 0) {
		r = -errno;
		close(fd);
	} else {
		r = print_file(fd, entries, count);
	}
	if (r == 0 && mode)
		r = rename(temporary, path) < 0 ? -errno : 0;
	else if (r == 0)
		r = name_new(temporary, path);
	if (r < 0)
		unlink(temporary);
	free(temporary);
	return r;
}

/* The first of them: one more would have to run, too, for the line to be taken out. */
static void name_program(struct entry *entry, const char *program)
{
	for (size_t i = 0; i < entry->program_count; i++)
		if (strcmp(entry->programs[i], program) == 0)
			return;
	if (entry->program_count < PROGRAMS_MAX)
		entry->programs[entry->program_count++] = program;
}

/* Of one fingerprint: all of them together, said as the gravest. */
static void add_entry(struct entry *into, const struct entry *entry)
{
	uint32_t was = policy_words_number(&policy_words_state, into->finding->state);
	uint32_t is = policy_words_number(&policy_words_state, entry->finding->state);

	if (__builtin_add_overflow(into->allowed, entry->allowed, &into->allowed))
		into->allowed = INT64_MAX;
	in_one_add(&into->tally, entry->tally.recording, entry->tally.here);
	if (entry->program_count)
		name_program(into, entry->programs[0]);
	into->slope = entry->slope > into->slope ? entry->slope : into->slope;
	into->sessions = entry->sessions > into->sessions ? entry->sessions : into->sessions;
	if (is && is < was)
		into->finding = entry->finding;
}

/* One entry per fingerprint, in their order. The number of them. */
static size_t merge(struct entry *entries, size_t count)
{
	size_t merged = 0;

	qsort(entries, count, sizeof(*entries), compare);
	for (size_t i = 0; i < count; i++) {
		struct entry *last = merged ? &entries[merged - 1] : NULL;

		if (!last || last->fingerprint != entries[i].fingerprint)
			entries[merged++] = entries[i];
		else
			add_entry(last, &entries[i]);
	}
	return merged;
}

int policy_write_baseline(const char *path, const struct policy_finding *findings, size_t count)
{
	struct entry *entries = calloc(count + 1, sizeof(*entries));
	int r = entries ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < count; i++) {
		entries[i].finding = &findings[i];
		entries[i].allowed = findings[i].count ? findings[i].count : 1;
		entries[i].tally.recording = findings[i].recording;
		in_one_add(&entries[i].tally, findings[i].recording, entries[i].allowed);
		if (findings[i].program)
			name_program(&entries[i], findings[i].program);
		entries[i].slope = findings[i].slope;
		entries[i].sessions = findings[i].sessions;
		if (!fingerprint_parse(findings[i].fingerprint, &entries[i].fingerprint))
			r = -EINVAL;
	}
	if (r == 0)
		r = write_file(path, 0, entries, merge(entries, count));
	free(entries);
	return r;
}

/* The file itself, where its name is a link to it. */
static int replace(const char *path, const struct entry *entries, size_t count)
{
	char *real = realpath(path, NULL);
	struct stat st;
	int r;

	if (!real || stat(real, &st) < 0)
		r = -errno;
	else
		r = write_file(real, st.st_mode & 07777, entries, count);
	free(real);
	return r;
}

static void lower(struct entry *entry, const struct policy *policy, const struct known *known)
{
	if (known->found < entry->allowed)
		entry->allowed = known->found;
	if (known->tally.most < known->in_one)
		entry->tally.most = known->tally.most;
	if (known->slope <= 0)
		return;
	entry->slope = known->found_slope;
	entry->sessions = policy->sessions;
}

int policy_update_baseline(struct policy *policy, struct policy_update *ret_update)
{
	const struct baseline *baseline = &policy->baseline;
	struct policy_update update = {.refused = policy->refused};
	struct entry *entries;
	size_t count = 0;
	int r = 0;

	if (!baseline->path)
		return -EINVAL;
	entries = calloc(baseline->count + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	for (size_t i = 0; i < baseline->count; i++) {
		const struct known *known = &baseline->items[i];
		struct entry entry = {.allowed = known->allowed, .text = known->text};

		switch (baseline_change(policy, known)) {
		case BASELINE_GONE:
			update.gone++;
			continue;
		case BASELINE_LOWERED:
			lower(&entry, policy, known);
			update.lowered++;
			break;
		case BASELINE_KEPT:
			update.kept++;
			break;
		case BASELINE_NOT_RUN:
			update.not_run++;
			break;
		}
		fingerprint_parse(known->fingerprint, &entry.fingerprint);
		entries[count++] = entry;
	}
	qsort(entries, count, sizeof(*entries), compare);
	if (update.gone || update.lowered)
		r = replace(baseline->path, entries, count);
	free(entries);
	if (r == 0)
		*ret_update = update;
	return r;
}
