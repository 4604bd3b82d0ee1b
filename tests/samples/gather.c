/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathers on an address with the help of a STUN server, and prints a line for each candidate:
 *   samples_gather ADDRESS HOST:PORT [translate]
 * translate: between the two stands a translator of addresses, as a home has one.
 */
#include <errno.h>
#include <ice/agent.h>
#include <run/library.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each packet of the agent goes on to the server from another port, and back. */
struct translator {
	struct carrier *inside, *outside;
	struct address server, agent;
};

static struct executor *executor;
static struct agent *agent;
static struct translator translator;
static sem_t gathered;

struct step {
	struct job job;
	int (*fn)(char **arguments);
	char **arguments;
	int result;
	sem_t done;
};

static void run_step(struct job *job)
{
	struct step *step = (struct step *)job;

	step->result = step->fn(step->arguments);
	sem_post(&step->done);
}

static void await(sem_t *semaphore)
{
	while (sem_wait(semaphore) < 0 && errno == EINTR)
		;
}

static int on_executor(int (*fn)(char **arguments), char **arguments)
{
	struct step step = {.job.run = run_step, .fn = fn, .arguments = arguments};

	sem_init(&step.done, 0, 0);
	executor_post(executor, &step.job);
	await(&step.done);
	sem_destroy(&step.done);
	return step.result;
}

static void from_inside(void *user, struct carrier *carrier, const struct address *from,
			const uint8_t *data, size_t size)
{
	(void)user, (void)carrier;
	translator.agent = *from;
	carrier_send(translator.outside, &translator.server, data, size);
}

static void from_outside(void *user, struct carrier *carrier, const struct address *from,
			 const uint8_t *data, size_t size)
{
	(void)user, (void)carrier, (void)from;
	carrier_send(translator.inside, &translator.agent, data, size);
}

/* The server's address is replaced by the translator's. */
static int translate(const char *ip, const char *server, char *ret_server, size_t size)
{
	const char *port = strrchr(server, ':');
	struct address address;

	if (!port || address_parse(ip, (uint16_t)atoi(port + 1), &translator.server) < 0 ||
	    address_parse(ip, 0, &address) < 0)
		return -EINVAL;
	if (carrier_open(CARRIER_UDP, executor, &address, "test", &translator.inside) < 0 ||
	    carrier_open(CARRIER_UDP, executor, &address, "test", &translator.outside) < 0)
		return -EIO;
	carrier_set_receiver(translator.inside, from_inside, NULL);
	carrier_set_receiver(translator.outside, from_outside, NULL);
	snprintf(ret_server, size, "%s:%u", ip, address_port(carrier_local(translator.inside)));
	return 0;
}

static void on_candidate(void *user, const struct candidate *candidate)
{
	char line[CANDIDATE_LINE_MAX];

	(void)user;
	if (candidate_format(candidate, line, sizeof(line)) > 0)
		puts(line);
}

static void on_gathered(void *user)
{
	(void)user;
	puts("gathered");
	sem_post(&gathered);
}

static void on_state(void *user, enum agent_state state)
{
	(void)user, (void)state;
}

static void on_data(void *user, const uint8_t *data, size_t size)
{
	(void)user, (void)data, (void)size;
}

static const struct agent_events events = {on_candidate, on_gathered, on_state, on_data};

static int start(char **arguments)
{
	char server[64];
	struct agent_config config = {
		.executor = executor,
		.bind_address = arguments[1],
		.stun_server = arguments[2],
		.no_tcp = true,
	};

	if (arguments[3]) {
		int r = translate(arguments[1], arguments[2], server, sizeof(server));
		if (r < 0)
			return r;
		config.stun_server = server;
	}
	int r = agent_create(&config, &events, NULL, &agent);
	return r < 0 ? r : agent_gather(agent);
}

static int stop(char **arguments)
{
	(void)arguments;
	agent_destroy(agent);
	carrier_release(translator.inside, "test");
	carrier_release(translator.outside, "test");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3 || library_start(NULL) < 0)
		return 2;
	sem_init(&gathered, 0, 0);
	executor = library_executor();
	int r = on_executor(start, argv);
	if (r == 0)
		await(&gathered);
	else
		fprintf(stderr, "%s\n", strerror(-r));
	on_executor(stop, argv);
	return library_cleanup(60000) == 0 && r == 0 ? 0 : 1;
}
