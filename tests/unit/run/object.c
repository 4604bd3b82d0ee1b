/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <run/library.h>
#include <run/object.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned destroyed;

static void destroy(struct object *object)
{
	destroyed++;
	free(object);
}

static const struct object_class class = {.name = "thing", .destroy = destroy};

static struct object *create(const char *holder)
{
	struct object *object = malloc(sizeof(*object));

	cr_assert_not_null(object);
	cr_assert_eq(object_init(object, &class, holder), 0);
	return object;
}

static void clean_up(void)
{
	cr_expect_eq(library_cleanup(60000), 0);
}

Test(object, it_is_destroyed_when_the_last_holder_releases_it)
{
	struct object *object = create("user");

	object_retain(object, "checklist");
	object_retain(object, "checklist");
	cr_expect_eq(object_refs(object), 3);
	object_release(object, "user");
	object_release(object, "checklist");
	cr_expect_eq(destroyed, 0);
	cr_expect_eq(object_refs(object), 1);
	object_release(object, "checklist");
	cr_expect_eq(destroyed, 1);
	clean_up();
}

struct seen {
	unsigned objects, user, agent;
};

static void see(const struct object *object, void *user)
{
	struct seen *seen = user;

	cr_expect_str_eq(object->class->name, "thing");
	seen->objects++;
	for (unsigned i = 0; i < OBJECT_HOLDERS; i++) {
		if (!object->holders[i].refs)
			continue;
		if (!strcmp(object->holders[i].name, "user"))
			seen->user += object->holders[i].refs;
		if (!strcmp(object->holders[i].name, "agent"))
			seen->agent += object->holders[i].refs;
	}
}

static struct seen look(void)
{
	struct seen seen = {0};

	object_visit(see, &seen);
	return seen;
}

Test(object, who_holds_what_is_alive_can_be_seen)
{
	struct object *first = create("user"), *second = create("agent"), *third = create("user");
	struct seen seen;

	object_retain(second, "user");
	object_retain(second, "user");
	seen = look();
	cr_expect_eq(seen.objects, 3);
	cr_expect_eq(seen.user, 4);
	cr_expect_eq(seen.agent, 1);

	object_release(second, "agent");
	seen = look();
	cr_expect_eq(seen.objects, 3);
	cr_expect_eq(seen.agent, 0);

	/* The one in the middle, the newest, the oldest. */
	object_release(second, "user");
	object_release(second, "user");
	cr_expect_eq(look().objects, 2);
	object_release(third, "user");
	cr_expect_eq(look().objects, 1);
	object_release(first, "user");
	cr_expect_eq(look().objects, 0);
	cr_expect_eq(destroyed, 3);
	clean_up();
}

Test(object, holders_that_let_go_make_room_for_others)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g",
					    "h", "i", "j", "k", "l", "m", "n"};
	struct object *object = create("user");

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		object_retain(object, names[i]);
		object_release(object, names[i]);
	}
	cr_expect_eq(object_refs(object), 1);
	object_release(object, "user");
	clean_up();
}

Test(object, a_holder_is_known_by_its_name_not_by_its_address)
{
	char name[] = "user";
	struct object *object = create("user");

	object_release(object, name);
	cr_expect_eq(destroyed, 1);
	clean_up();
}

/* What a process that does this writes to stderr; it must abort. */
static void expect_abort(void (*act)(struct object *object), const char *message)
{
	struct object *object = create("user");
	char text[256] = "";
	int pipe_fds[2], status;
	size_t size = 0;
	ssize_t got;
	pid_t pid;

	cr_assert_eq(pipe(pipe_fds), 0);
	pid = fork();
	cr_assert_geq(pid, 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		dup2(pipe_fds[1], STDERR_FILENO);
		act(object);
		_exit(0);
	}
	close(pipe_fds[1]);
	while ((got = read(pipe_fds[0], text + size, sizeof(text) - 1 - size)) > 0)
		size += (size_t)got;
	close(pipe_fds[0]);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	cr_expect_str_eq(text, message);
	object_release(object, "user");
}

static void release_strangely(struct object *object)
{
	object_release(object, "agent");
}

Test(object, a_release_by_one_who_holds_nothing_aborts_and_names_both)
{
	expect_abort(release_strangely, "dcstack: thing: a reference that is not held was released "
					"by holder \"agent\"\n");
	clean_up();
}

static void release_twice(struct object *object)
{
	object_retain(object, "agent");
	object_release(object, "user");
	object_release(object, "user");
}

Test(object, a_second_release_aborts_although_another_holds_it)
{
	expect_abort(release_twice, "dcstack: thing: a reference that is not held was released "
				    "by holder \"user\"\n");
	clean_up();
}

static void retain_by_too_many(struct object *object)
{
	static const char *const names[OBJECT_HOLDERS] = {"a", "b", "c", "d", "e", "f",
							  "g", "h", "i", "j", "k", "l"};

	for (unsigned i = 0; i < OBJECT_HOLDERS; i++)
		object_retain(object, names[i]);
}

Test(object, one_holder_too_many_aborts)
{
	expect_abort(retain_by_too_many,
		     "dcstack: thing: one holder too many: retained by holder \"l\"\n");
	clean_up();
}
