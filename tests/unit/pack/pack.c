/* SPDX-License-Identifier: Apache-2.0 */
#include <pack/pack.h>

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <track/track.h>
#include <unistd.h>

static struct pack *parse(const char *text)
{
	struct schema_errors errors = {.count = 0};
	struct pack *pack = NULL;
	int r = pack_parse(text, strlen(text), NULL, &pack, &errors);

	cr_assert_eq(r, 0, "%s", errors.count ? errors.items[0].text : strerror(-r));
	cr_expect_eq(errors.count, 0);
	return pack;
}

#define HEAD                                                                                       \
	"pack: p\nabout: a\nlibraries: [{soname: l}]\nclasses:\n"                                  \
	"  - {name: A, kind: object}\n  - {name: S, kind: scope}\n"                                \
	"  - {name: C, kind: callback}\n  - {name: T, kind: timer}\n"                              \
	"  - {name: O, kind: callback, traits: [one-shot]}\nfunctions:\n"
#define HEAD_LINES 10

/* One function of two arguments, with one act in line HEAD_LINES + 4. */
#define ACT(act) HEAD "  - symbol: f\n    args: 2\n    acts:\n      - {" act "}\n"
#define ACT_LINE (HEAD_LINES + 4)

Test(pack, all_that_a_file_can_say_is_read)
{
	struct pack *pack =
		parse("pack: ssl-3\nabout: x\ninner_calls: skip\n"
		      "libraries: [{soname: 'libssl.so*', versions: '>=3'}]\n"
		      "classes:\n"
		      "  - {name: SSL, kind: object, counter: {at: 4, bits: 64}, named_by: n,\n"
		      "     notice: {call: w, args: [subject, notice, -5], subject: arg1}}\n"
		      "  - {name: CB, kind: callback, traits: [one-shot, process-life]}\n"
		      "functions:\n"
		      "  - symbol: f\n    args: 4\n    returns: int\n    success: zero\n    acts:\n"
		      "      - {op: arm, class: CB, subject: callback+arg1, callback: arg0, found: "
		      "callback+arg2,\n"
		      "         stack: 16, notify: arg3, notify_subject: 'callback+*arg0', "
		      "notify_always: true,\n"
		      "         if: ['!arg1', 'ret == 3']}\n"
		      "process_life: [{function: a*, library: b, what: c, caller: d}]\n"
		      "plumbing: [x, y]\n");
	const struct pack_class *class = &pack->classes[0];
	const struct pack_act *act = &pack->functions[0].acts[0];

	cr_expect_str_eq(pack->name.text, "ssl-3");
	cr_expect_eq(pack->inner_calls, PACK_INNER_SKIP);
	cr_expect_str_eq(pack->libraries[0].versions.text, ">=3");
	cr_expect_eq(class->kind, TRACK_KIND_OBJECT);
	cr_expect_eq(class->counter.at.value, 4);
	cr_expect_eq(class->counter.bits.value, 64);
	cr_expect_eq(class->notice.arg_count, 3);
	cr_expect_eq(class->notice.args[1].what, PACK_NOTICE_FUNCTION);
	cr_expect_eq(class->notice.args[2].number, -5);
	cr_expect_eq(pack->classes[1].traits, TRACK_ONE_SHOT | TRACK_PROCESS_LIFE);
	cr_expect_eq(pack_function_success(&pack->functions[0]), PACK_SUCCESS_ZERO);
	cr_expect_eq(act->of_class, &pack->classes[1]);
	cr_expect_eq(act->line, 15);
	cr_expect_eq(act->callback.value, 0);
	cr_expect_eq(act->stack_bytes.value, 16);
	cr_expect_eq(act->notify.value, 3);
	cr_expect(act->notify_always);
	cr_expect_eq(act->condition_count, 2);
	cr_expect_str_eq(pack->process_life[0].caller.text, "d");
	cr_expect_eq(pack->plumbing.count, 2);
	pack_free(pack);
	pack_free(NULL);
}

Test(pack, a_list_may_be_named_and_used_again)
{
	struct pack *pack = parse(HEAD "  - symbol: f\n    args: 1\n    acts: &init\n"
				       "      - {op: create, class: A, subject: ret}\n"
				       "  - {symbol: g, args: 1, acts: *init}\n");

	cr_expect_eq(pack->function_count, 2);
	cr_expect_eq(pack->functions[1].acts[0].op, PACK_OP_CREATE);
	pack_free(pack);
}

/* What is wrong in which line. */
static void expect_error(const char *text, unsigned line, const char *words)
{
	struct schema_errors errors = {.count = 0};
	struct pack *pack;
	bool found = false;

	cr_expect_eq(pack_parse(text, strlen(text), NULL, &pack, &errors), -EINVAL, "%s", text);
	for (size_t i = 0; i < errors.count; i++)
		found = found ||
			(errors.items[i].line == line && strstr(errors.items[i].text, words));
	cr_expect(found, "%s\nfirst said: %u: %s", text, errors.count ? errors.items[0].line : 0,
		  errors.count ? errors.items[0].text : "nothing");
	schema_errors_clear(&errors);
}

Test(pack, every_error_of_an_act_has_its_line)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{ACT("op: creat, class: A, subject: ret"),
		 "did you mean 'create'? ops are: create"},
		{ACT("op: create, class: AA, subject: ret"), "class 'AA' is unknown; did you mean"},
		{ACT("op: create, class: S, subject: ret"), "op 'open'"},
		{ACT("op: open, class: A, subject: ret"),
		 "op 'open' is for scopes; 'A' is an object"},
		{ACT("op: arm, class: S, subject: arg0"),
		 "op 'arm' is for callbacks, timers; 'S' is a scope"},
		{ACT("op: create, class: object, subject: ret"), "needs a class of this pack"},
		{ACT("op: create, class: A, subject: arg2"), "so the last is arg1"},
		{ACT("op: create, class: A, subject: callback"), "there is no callback"},
		{ACT("op: create, class: A"), "op 'create' needs 'subject'"},
		{ACT("op: create, class: A, subject: ret, tag: x"), "takes no 'tag'"},
		{ACT("op: create, class: A, subject: ret, sub: x"), "key 'sub' is unknown"},
		{ACT("op: create, class: A, subject: ret, class: A"), "given twice"},
		{ACT("op: create, class: A, subject: re"), "expected ret, argN"},
		{ACT("op: create, class: A, subject: [x]"), "subject is a word, not a list"},
		{ACT("op: create, class: A, subject: ret, if: arg0"), "if is a list"},
		{ACT("op: create, class: A, subject: ret, if: ['arg0 = 1']"),
		 "condition 'arg0 = 1'"},
		{ACT("op: create, class: A, subject: ret, if: [arg7]"), "arg7 is not there"},
		{ACT("op: create, class: A, subject: *arg0"), "into quotes"},
		{ACT("op: create, class: A, subject: ret, if: [!arg0]"), "into quotes"},
		{ACT("op: own, class: A, subject: arg0, owner: arg1"), "needs 'owner_class'"},
		{ACT("op: own, class: A, subject: arg0, owner: arg1, owner_class: Z"), "class 'Z'"},
		{ACT("op: retain, class: A, subject: arg0, holder: arg1"), "go together"},
		{ACT("op: own, class: A, subject: arg0, owner: arg1, owner_class: A, named: x"),
		 "'named_by'"},
		{ACT("op: arm, class: C, subject: arg0, found: arg0"), "'found' needs 'callback'"},
		{ACT("op: arm, class: C, subject: arg0, callback: arg5"), "callback: arg5"},
		{ACT("op: arm, class: C, subject: arg0, callback: ret"), "is an argument: argN"},
		{ACT("op: arm, class: C, subject: arg0, callback: arg1, found: arg6"), "first six"},
		{ACT("op: arm, class: C, subject: arg0, callback: arg1, found: ret"), "no ret"},
		{ACT("op: arm, class: C, subject: arg0, callback: arg1, over: zero"),
		 "need 'found'"},
		{ACT("op: arm, class: C, subject: arg0+arg1, callback: arg1, found: arg0"),
		 "'subject' has 2 parts and 'found' has 1"},
		{ACT("op: arm, class: C, subject: callback+arg0, callback: arg1, found: arg0+arg1"),
		 "part 1 of 'found'"},
		{ACT("op: arm, class: C, subject: arg0+callback, callback: arg1, found: "
		     "callback+arg0"),
		 "part 1 of 'found'"},
		{ACT("op: arm, class: C, subject: arg0+3, callback: arg1, found: arg0+4"),
		 "part 2 of 'found'"},
		{ACT("op: arm, class: C, subject: callback+arg0, callback: arg1, notify: arg0, "
		     "notify_subject: arg0"),
		 "'notify_subject' has 1"},
		{ACT("op: arm, class: C, subject: arg0, callback: arg1, notify: arg0"),
		 "'notify' without 'notify_subject' (callback+arg0) has 2"},
		{ACT("op: retain, class: A, subject: arg0, holder: mine"), "(for a text: tag)"},
		{ACT("op: arm, class: C, subject: arg0, callback: arg1, found: arg0, stack: 12"),
		 "multiple of 8"},
		{ACT("op: arm, class: C, subject: arg0, callback: arg1, notify: arg1"),
		 "one argument"},
		{ACT("op: arm, class: C, subject: arg0, callback: arg1, notify_always: true"),
		 "no 'notify'"},
		{ACT("op: arm, class: T, subject: arg0, callback: arg1, found: arg0, fires: last"),
		 "needs 'over'"},
		{ACT("op: arm, class: O, subject: arg0, callback: arg1, found: arg0, over: zero"),
		 "is one-shot"},
		{ACT("op: call, class: A, subject: arg0, adopts: [x]"), "only a scope adopts"},
		{ACT("op: call, class: S, subject: arg0, adopts: ['x,y']"), "without a comma"},
		{ACT("class: A, subject: arg0"), "an act needs 'op'"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_error(rows[i].text, ACT_LINE, rows[i].words);
}

Test(pack, every_error_of_a_lock_has_its_line)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{ACT("op: lock, class: A, subject: arg0"), "op 'lock' is for locks"},
		{ACT("op: lock, class: lock, subject: arg0, try: taken"),
		 "'try' is for a function that returns nothing"},
		{ACT("op: wait, class: lock, subject: arg0"), "op 'wait' needs 'other'"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_error(rows[i].text, ACT_LINE, rows[i].words);
}

#define F HEAD_LINES + 1

Test(pack, every_error_of_a_function_has_its_line)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *words;
	} rows[] = {
		{HEAD "  - {args: 1, acts: []}\n", F, "needs a symbol or a pattern"},
		{HEAD "  - {symbol: f, pattern: g, args: 1, acts: []}\n", F, "not both"},
		{HEAD "  - {symbol: f-g, args: 1, acts: []}\n", F, "not the name of a C function"},
		{HEAD "  - {symbol: f, acts: []}\n", F, "a function needs 'args'"},
		{HEAD "  - {symbol: f, args: 33, acts: []}\n", F, "from 0 to 32"},
		{HEAD "  - {symbol: f, args: x, acts: []}\n", F, "from 0 to 32"},
		{HEAD "  - {symbol: f, args: 1}\n", F, "needs 'acts' or 'same_as'"},
		{HEAD "  - {symbol: f, args: 0, returns: void, acts: [{op: create, class: A, "
		      "subject: ret}]}\n",
		 F, "there is no ret"},
		{HEAD "  - {symbol: f, args: 1, returns: void, success: zero, acts: []}\n", F,
		 "has no success"},
		{HEAD "  - {symbol: f, args: 1, success: null, acts: []}\n", F,
		 "did you mean 'nonnull'?"},
		{HEAD "  - {symbol: f, args: 0, variadic: g, acts: []}\n", F, "before it"},
		{HEAD "  - {symbol: f, args: 1, variadic: f, acts: []}\n", F, "va_list"},
		{HEAD "  - {symbol: f, args: 1, same_as: g, with: []}\n", F, "no function of this"},
		{HEAD "  - {symbol: f, args: 1, acts: [{op: use, class: A, subject: arg0}]}\n"
		      "  - {symbol: g, args: 2, same_as: f, with: [arg0, arg1]}\n",
		 F + 1, "but f has 1"},
		{HEAD "  - {symbol: f, args: 1, acts: [{op: use, class: A, subject: arg0}]}\n"
		      "  - {symbol: f, args: 1, acts: [{op: use, class: A, subject: arg0}]}\n",
		 F + 1, "first in line 11"},
		{HEAD "  - 7\n", F, "a function is a mapping"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_error(rows[i].text, rows[i].line, rows[i].words);
}

#define TOP "pack: p\nabout: a\nlibraries: [{soname: l}]\n"

Test(pack, every_other_error_has_its_line)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *words;
	} rows[] = {
		{"", 1, "empty"},
		{"- a\n", 1, "a pack is a mapping"},
		{"a: [\n", 2, "did not find"},
		{"pack: p\nabout: a\n", 1, "needs 'libraries'"},
		{"pack: P\nabout: a\nlibraries: [{soname: l}]\n", 1, "a-z, 0-9"},
		{"pack: p\nabout: ''\nlibraries: [{soname: l}]\n", 2, "is empty"},
		{"pack: p\nabout: a\nlibraries: [{soname: l, versions: 3}]\n", 3, "ranges such as"},
		{"pack: p\nabout: a\nlibraries: [{name: l}]\n", 3, "keys of a library"},
		{"pack: p\nabout: a\nlibraries: []\n", 0, "of a library"},
		{TOP "inner_calls: maybe\n", 4, "'maybe' is unknown"},
		{TOP "classes: [{name: A, kind: fd}]\n", 4, "kind 'fd' is unknown"},
		{TOP "classes: [{name: fd, kind: object}]\n", 4, "name of a kind"},
		{TOP "classes: [{name: 'A,B', kind: object}]\n", 4, "has a comma"},
		{TOP "classes:\n  - {name: A, kind: object}\n  - {name: A, kind: scope}\n", 6,
		 "there twice"},
		{TOP "classes: [{name: A, kind: object, traits: [quite]}]\n", 4, "mean 'quiet'"},
		{TOP "classes: [{name: A, kind: object, traits: [must-close]}]\n", 4,
		 "means nothing of kind 'object'"},
		{TOP "classes: [{name: A, kind: object, counter: {at: 0, bits: 16}}]\n", 4,
		 "32 or 64"},
		{TOP "classes: [{name: A, kind: callback, counter: {at: 0, bits: 32}}]\n", 4,
		 "not counted"},
		{TOP "classes: [{name: A, kind: object, notice: {call: f, args: [subject], "
		     "subject: arg0}}]\n",
		 4, "one argument 'notice'"},
		{TOP "classes: [{name: A, kind: object, notice: {call: f, args: [notice], "
		     "subject: arg0}}]\n",
		 4, "once: true"},
		{TOP "classes: [{name: A, kind: object, notice: {call: f, args: [notice, subject], "
		     "subject: arg0, once: true}}]\n",
		 4, "knows no subject"},
		{TOP "classes: [{name: A, kind: object, notice: {call: f, args: [notice, subject], "
		     "subject: arg6}}]\n",
		 4, "arg6 is not there"},
		{TOP "classes: [{name: A, kind: object, notice: {call: f, args: [notice, x], "
		     "subject: arg0}}]\n",
		 4, "subject, notice or a number"},
		{TOP "process_life: [{function: a, library: b}]\n", 4, "needs 'what'"},
		{TOP "process_life: [{function: a, library: \"b\\x01\", what: c}]\n", 4, "control"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_error(rows[i].text, rows[i].line, rows[i].words);
}

Test(pack, a_function_without_acts_is_one_error)
{
	static const char *const texts[] = {
		HEAD "  - {symbol: f, args: 1, acts: []}\n",
		HEAD "  - symbol: f\n    args: 1\n    acts:\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct schema_errors errors = {.count = 0};
		struct pack *pack;

		cr_expect_eq(pack_parse(texts[i], strlen(texts[i]), NULL, &pack, &errors), -EINVAL);
		cr_expect_eq(errors.count, 1);
		cr_expect_eq(errors.items[0].line, F);
		cr_expect(strstr(errors.items[0].text, "'acts' is empty"));
		schema_errors_clear(&errors);
	}
}

Test(pack, all_errors_of_a_file_are_told_in_the_order_of_lines)
{
	const char *text = "pack: P\nabout: a\nlibraries: [{soname: l}]\nclases: []\n"
			   "classes:\n  - {name: A, kind: x}\n  - {name: B, kind: object, y: 1}\n";
	struct schema_errors errors = {.count = 0};
	struct pack *pack;

	cr_expect_eq(pack_parse(text, strlen(text), NULL, &pack, &errors), -EINVAL);
	cr_assert_eq(errors.count, 4);
	cr_expect_eq(errors.items[0].line, 1);
	cr_expect_eq(errors.items[1].line, 4);
	cr_expect_eq(errors.items[2].line, 6);
	cr_expect_eq(errors.items[3].line, 7);
	schema_errors_clear(&errors);
	cr_expect_eq(errors.count, 0);
}

Test(pack, aliases_cannot_make_much_of_little)
{
	size_t size = 1 << 16, length;
	char *text = malloc(size);
	struct schema_errors errors = {.count = 0};
	struct pack *pack;

	cr_assert_not_null(text);
	length = (size_t)snprintf(text, size, "%s  - {symbol: f, args: 1, acts: &a [", HEAD);
	for (int i = 0; i < 200; i++)
		length += (size_t)snprintf(text + length, size - length,
					   "{op: use, class: A, subject: arg0}, ");
	length += (size_t)snprintf(text + length, size - length, "]}\n");
	for (int i = 0; i < 1000; i++)
		length += (size_t)snprintf(text + length, size - length,
					   "  - {symbol: f%d, args: 1, acts: *a}\n", i);
	cr_expect_eq(pack_parse(text, length, NULL, &pack, &errors), -EINVAL);
	cr_expect(errors.count && strstr(errors.items[0].text, "repeat too much"));
	schema_errors_clear(&errors);
	free(text);
}

Test(pack, its_file_is_called_as_it_is)
{
	char folder[] = "/tmp/pack-XXXXXX", path[64];
	struct schema_errors errors = {.count = 0};
	struct pack *pack;
	FILE *file;

	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/q.yaml", folder);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs(TOP, file);
	fclose(file);
	cr_expect_eq(pack_read(path, &pack, &errors), -EINVAL);
	cr_expect(errors.count == 1 && strstr(errors.items[0].text, "they must be equal"));
	schema_errors_clear(&errors);
	unlink(path);
	cr_expect_eq(pack_read(path, &pack, &errors), -ENOENT);
	cr_expect_eq(pack_read(folder, &pack, &errors), -EISDIR);
	cr_expect_eq(errors.count, 0);
	rmdir(folder);
}
