/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Correct programs of unusual habits, of which nothing is to be reported (but of "wrong-..."):
 *   live_annotated_unusual MODE
 */
#include <atomic>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <track/track.h>
#include <unistd.h>
#include <vector>

namespace
{

void sleep_ms(long ms)
{
	usleep(static_cast<useconds_t>(ms * 1000));
}

class Connection
{
      public:
	Connection()
	{
		track_scope_open(this, "Connection", TRACK_MUST_CLOSE | TRACK_QUIET);
	}
	~Connection()
	{
		close(); /* as if nobody had */
		track_scope_destroy(this);
	}
	void close()
	{
		track::Close closing(this);
	}
};

class Candidate : public track::Counted
{
      public:
	explicit Candidate(const void *owner) : track::Counted("Candidate")
	{
		retained("birth", owner);
		track_own(track_scope(owner), track_object(this));
	}
	void retain(const char *tag, const void *holder = nullptr)
	{
		count_++;
		retained(tag, holder);
	}
	void release(const char *tag, const void *holder = nullptr)
	{
		released(tag, holder);
		if (--count_ == 0)
			delete this;
	}

      private:
	~Candidate() = default;
	std::atomic<int> count_{1};
};

/* The close returns, and what it began ends a while later on another thread. */
void asynchronous()
{
	std::thread later;
	Connection connection;
	auto *candidate = new Candidate(&connection);
	{
		track::Close closing(&connection);
		later = std::thread([candidate] {
			sleep_ms(300);
			candidate->release("birth");
		});
	}
	later.join();
}

/* References are passed on from holder to holder. */
void passed_on()
{
	Connection connection;
	auto *candidate = new Candidate(&connection);
	char checklist, pair;
	for (int i = 0; i < 10000; i++) {
		candidate->retain("checklist", &checklist);
		candidate->release("pair", &pair);
	}
	candidate->release("anybody");
}

/* Objects of one address, made and freed by several threads in turn. */
void reused()
{
	static char place[64];
	static std::atomic<int> turn{0};
	std::vector<std::thread> threads;
	for (int t = 0; t < 4; t++)
		threads.emplace_back([t] {
			for (int i = 0; i < 500; i++) {
				while (turn.load() % 4 != t)
					std::this_thread::yield();
				track_object_create(place, "Slot");
				track_retain(place, "slot", track_nobody());
				track_use(track_object(place));
				track_release(place, "slot", track_nobody());
				track_object_destroy(place);
				turn++;
			}
		});
	for (auto &thread : threads)
		thread.join();
}

/* Both use and end what was made before the fork. */
void forked()
{
	auto connection = std::make_unique<Connection>();
	auto *candidate = new Candidate(connection.get());
	pid_t pid = fork();
	candidate->retain("both");
	candidate->release("both");
	candidate->release("birth");
	connection.reset();
	if (pid == 0)
		_exit(0);
	waitpid(pid, nullptr, 0);
}

/* The rest of a child's belongings ends with it. */
void forked_and_left()
{
	pid_t pid = fork();
	if (pid == 0) {
		auto *connection = new Connection;
		new Candidate(connection);
		execl("/bin/true", "true", nullptr);
		_exit(1);
	}
	waitpid(pid, nullptr, 0);
}

/* Threads end inside of a call. */
void open_calls()
{
	Connection connection;
	for (int i = 0; i < 200; i++)
		std::thread([&] { track_scope_call(&connection); }).join();
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	connection.close();
	sleep_ms(1200);
	close(fd);
}

struct Handler {
	int calls = 0;
	void set()
	{
		track_callback_arm(this, "on_message", 0);
	}
	void call()
	{
		track::Fire fire(this);
		calls++;
		set();
	}
	void reset()
	{
		track_callback_release(this);
	}
};

void set_inside()
{
	Connection connection;
	Handler handler;
	handler.set();
	track_own(track_scope(&connection), track_callback(&handler));
	for (int i = 0; i < 100; i++)
		handler.call();
	handler.reset();
}

/* Once each, asked for again inside of the call. */
void one_shots()
{
	char callback;
	track_callback_arm(&callback, "once", TRACK_ONE_SHOT);
	for (int i = 0; i < 1000; i++) {
		track::Fire fire(&callback);
		track_callback_arm(&callback, "once", TRACK_ONE_SHOT);
	}
	track_callback_cancel(&callback);
	track_callback_release(&callback);
}

void timers()
{
	Connection connection;
	char timer;
	for (int i = 0; i < 100000; i++) {
		track_timer_arm(&timer, "keepalive");
		track_own(track_scope(&connection), track_timer(&timer));
	}
	track_timer_cancel(&timer);
}

/* Some loops tell a cancelled timer of it by the call that it waits for; and a task that is done
 * lets its timer run out. */
void late_timers()
{
	char timer, task;
	{
		Connection connection;
		track_timer_arm(&timer, "keepalive");
		track_own(track_scope(&connection), track_timer(&timer));
		track_timer_cancel(&timer);
		track_task_spawn(&task, "handshake");
		track_own(track_scope(&connection), track_task(&task));
		track_task_poll(&task);
		track_task_polled(&task);
		track_task_done(&task);
		track_timer_fire(&timer);
		track_timer_arm(&timer, "handshake");
		track_own(track_task(&task), track_timer(&timer));
		track_timer_fire(&timer);
	}
	track_timer_fire(&timer);
}

/* Who closes hears of the end from within, and has no more to do. */
void left_while_closing()
{
	char connection;
	track_scope_open(&connection, "Connection", TRACK_MUST_CLOSE);
	track_scope_close(&connection);
	std::exit(0);
}

/* The program ends while another thread still closes. */
void left_behind()
{
	static char connection;
	static std::atomic<bool> closing{false};
	track_scope_open(&connection, "Connection", TRACK_MUST_CLOSE);
	std::thread([] {
		track_scope_close(&connection);
		closing = true;
		for (;;)
			pause();
	}).detach();
	while (!closing)
		std::this_thread::yield();
	std::exit(0);
}

/* The owner is said once, the timer armed at every tick. */
void ticks()
{
	char connection, timer;
	for (int i = 0; i < 3; i++) {
		track_scope_open(&connection, "Connection", TRACK_MUST_CLOSE);
		track_timer_arm(&timer, "tick");
		track_own(track_scope(&connection), track_timer(&timer));
		for (int j = 0; j < 100; j++) {
			track_timer_fire(&timer);
			track_timer_arm(&timer, "tick");
			track_timer_arm(&timer, "tick");
		}
		track_timer_cancel(&timer);
		track_scope_close(&connection);
		track_scope_closed(&connection);
		track_scope_destroy(&connection);
		track_timer_arm(&timer, "tick");
		track_timer_fire(&timer);
	}
}

void tick_too_late()
{
	char connection, timer;
	track_scope_open(&connection, "Connection", TRACK_MUST_CLOSE);
	track_timer_arm(&timer, "tick");
	track_own(track_scope(&connection), track_timer(&timer));
	track_timer_fire(&timer);
	track_timer_arm(&timer, "tick");
	track_scope_close(&connection);
	track_scope_closed(&connection);
	track_scope_destroy(&connection);
	track_timer_fire(&timer);
}

/* A base class tells of its birth when its members have begun to act. */
void owned_before_birth()
{
	char connection, timer;
	for (int i = 0; i < 3; i++) {
		track_timer_arm(&timer, "consent");
		track_own(track_object(&connection), track_timer(&timer));
		track_object_create(&connection, "Connection");
		track_timer_fire(&timer);
		track_object_destroy(&connection);
	}
}

/* Woken by others while it is polled. */
void tasks()
{
	Connection connection;
	char task;
	std::atomic<bool> over{false};
	track_task_spawn(&task, "handshake");
	track_own(track_scope(&connection), track_task(&task));
	track_waker_made(&task, "socket", track_nobody());
	std::thread waker([&] {
		while (!over)
			track_task_wake(&task);
	});
	for (int i = 0; i < 10000; i++) {
		track_task_poll(&task);
		track_task_polled(&task);
	}
	over = true;
	waker.join();
	track_waker_gone(&task, "socket", track_nobody());
	track_task_done(&task);
}

/* No time to close. */
void terminated()
{
	auto *connection = new Connection;
	new Candidate(connection);
	raise(SIGTERM);
}

std::jmp_buf buffer;

void jumped()
{
	Connection connection;
	for (int i = 0; i < 300; i++)
		if (setjmp(buffer) == 0) {
			track_scope_call(&connection);
			longjmp(buffer, 1);
		}
	for (int i = 0; i < 300; i++)
		try {
			track::Call call(&connection);
			throw std::runtime_error("out");
		} catch (const std::exception &) {
		}
}

char signalled;

void on_alarm(int)
{
	track_retain(&signalled, "signal", track_nobody());
	track_release(&signalled, "signal", track_nobody());
}

void signals()
{
	Connection connection;
	track_object_create(&signalled, "Shared");
	track_retain(&signalled, "main", track_nobody());
	std::signal(SIGALRM, on_alarm);
	for (int i = 0; i < 2000; i++) {
		track_retain(&signalled, "loop", track_nobody());
		raise(SIGALRM);
		track_release(&signalled, "loop", track_nobody());
	}
	track_release(&signalled, "main", track_nobody());
	track_object_destroy(&signalled);
}

void nested(int depth, char *scopes)
{
	track_scope_open(scopes + depth, "Layer", TRACK_MUST_CLOSE);
	track_scope_call(scopes + depth);
	if (depth < 99)
		nested(depth + 1, scopes);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	track_scope_called(scopes + depth);
	close(fd);
	track_scope_close(scopes + depth);
	track_scope_closed(scopes + depth);
	track_scope_destroy(scopes + depth);
}

void deep()
{
	char scopes[100];
	nested(0, scopes);
}

/* Very many, none of which stays. */
void short_lives()
{
	Connection connection;
	for (int i = 0; i < 1000000; i++) {
		auto *candidate = new Candidate(&connection);
		candidate->release("birth");
	}
}

/* Nothing belongs to anything. */
void without_owners()
{
	static char objects[100], callbacks[100];
	for (char &object : objects) {
		track_object_create(&object, "Global");
		track_retain(&object, "table", track_nobody());
	}
	for (char &callback : callbacks)
		track_callback_arm(&callback, "on_event", 0);
}

/* What a session leaves behind is gone soon after its mark. */
void marks()
{
	std::atomic<Candidate *> left{nullptr};
	std::atomic<bool> over{false};
	std::thread later([&] {
		while (!over) {
			sleep_ms(50);
			Candidate *candidate = left.exchange(nullptr);
			if (candidate)
				candidate->release("birth");
		}
	});
	for (int i = 0; i < 6; i++) {
		Connection connection;
		auto *candidate = new Candidate(&connection);
		connection.close();
		left = candidate;
		track_mark(("session " + std::to_string(i)).c_str());
		while (left != nullptr)
			sleep_ms(10);
	}
	over = true;
	later.join();
}

/* Two parts of a program close at once. */
void closed_by_two()
{
	for (int i = 0; i < 100; i++) {
		Connection connection;
		std::thread other([&] { connection.close(); });
		connection.close();
		other.join();
	}
}

/* What serves all is used, held and needed by one after another. */
void served()
{
	static char library;
	track_scope_open(&library, "Library", TRACK_MUST_CLOSE);
	track_object_create(&library, "Library");
	track_retain(&library, "process", track_nobody());
	for (int i = 0; i < 30000; i++) {
		auto holder = std::make_unique<int>(i);
		auto connection = std::make_unique<Connection>();
		track_object_create(holder.get(), "Session");
		track_needs(track_object(holder.get()), track_scope(&library));
		track_retain(&library, "session", track_object(holder.get()));
		connection->close();
		track_release(&library, "session", track_object(holder.get()));
		track_object_destroy(holder.get());
	}
	track_release(&library, "process", track_nobody());
	track_object_destroy(&library);
	track_scope_close(&library);
	track_scope_closed(&library);
	track_scope_destroy(&library);
}

const struct {
	const char *name;
	void (*run)();
} modes[] = {
	{"asynchronous", asynchronous},
	{"passed-on", passed_on},
	{"reused", reused},
	{"forked", forked},
	{"forked-and-left", forked_and_left},
	{"open-calls", open_calls},
	{"set-inside", set_inside},
	{"one-shots", one_shots},
	{"timers", timers},
	{"late-timers", late_timers},
	{"left-while-closing", left_while_closing},
	{"wrong-left-behind", left_behind},
	{"ticks", ticks},
	{"wrong-tick-too-late", tick_too_late},
	{"owned-before-birth", owned_before_birth},
	{"tasks", tasks},
	{"terminated", terminated},
	{"jumped", jumped},
	{"signals", signals},
	{"deep", deep},
	{"short-lives", short_lives},
	{"without-owners", without_owners},
	{"marks", marks},
	{"closed-by-two", closed_by_two},
	{"served", served},
};

} // namespace

/* Without a mode: their names. */
int main(int argc, char **argv)
{
	for (const auto &mode : modes)
		if (argc < 2)
			std::puts(mode.name);
		else if (std::strcmp(mode.name, argv[1]) == 0)
			mode.run();
	return 0;
}
