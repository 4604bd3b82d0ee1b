// SPDX-License-Identifier: Apache-2.0
//
// thrower leak|close: a queue whose send() has to call the callback that it is given, and sessions
// that have to be closed. Nothing of it is exported. Exceptions pass through both, and what is made
// calls itself. In the form `leak` an early return forgets one callback, and one session is not
// closed.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

#define FRAME __attribute__((noinline))

namespace conference
{
using Queued = const std::function<void(bool, bool)>;

struct Session {
	int depth;
	std::vector<int> members;

	static FRAME Session *Open(int depth, bool refuse);
	FRAME void Close();
};

struct Consumer {
	size_t sent = 0;
	size_t limit = 1000;

	FRAME void SendMessage(const uint8_t *message, size_t bytes, uint32_t protocol,
			       const std::vector<uint16_t> *channels, const uint16_t *required,
			       Queued *callback);
};

static FRAME void checked(bool refuse)
{
	if (refuse)
		throw std::runtime_error("refused");
}

// What it calls itself for is thrown through it at each depth.
Session *Session::Open(int depth, bool refuse)
{
	checked(refuse && depth == 0);
	Session *inner = depth ? Open(depth - 1, refuse) : nullptr;
	if (inner)
		inner->Close();
	return new Session{depth, std::vector<int>(4, depth)};
}

void Session::Close()
{
	delete this;
}

void Consumer::SendMessage(const uint8_t *message, size_t bytes, uint32_t protocol,
			   const std::vector<uint16_t> *channels, const uint16_t *required,
			   Queued *callback)
{
	if (required && channels->empty())
		return; // forgets the callback
	sent += message[0] + bytes;
	if (callback)
		(*callback)(protocol == 51, sent < limit);
	checked(protocol == 0);
}
} // namespace conference

using namespace conference;

static int queued, caught;
static const std::vector<uint16_t> no_channels, some_channels{1, 2};
static const uint16_t required = 7;
static const uint8_t bytes[] = "message";

static Queued *new_callback()
{
	return new Queued([](bool, bool) { queued++; });
}

static FRAME void forget_callback(Consumer &consumer, bool leak)
{
	Queued *callback = new_callback();
	consumer.SendMessage(bytes, sizeof(bytes), 51, leak ? &no_channels : &some_channels,
			     &required, callback);
	if (!leak)
		delete callback;
}

static FRAME void forget_session(bool leak)
{
	Session *session = Session::Open(2, false);
	if (!leak)
		session->Close();
}

// An odd one is thrown through, after its callback was called.
static FRAME void send_one(Consumer &consumer, int number)
{
	Queued *callback = number % 5 ? new_callback() : nullptr;
	try {
		consumer.SendMessage(bytes, sizeof(bytes), number % 2 ? 0 : 51, &some_channels,
				     nullptr, callback);
	} catch (const std::runtime_error &) {
		caught++;
	}
	delete callback;
}

static FRAME void open_one(int number)
{
	try {
		Session::Open(number % 4, number % 3 == 0)->Close();
	} catch (const std::runtime_error &) {
		caught++;
	}
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: thrower leak|close\n", stderr);
		return 2;
	}
	bool leak = !strcmp(argv[1], "leak");
	Consumer consumer;
	for (int i = 0; i < 200; i++) {
		send_one(consumer, i);
		open_one(i);
	}
	forget_callback(consumer, leak);
	forget_session(leak);
	printf("queued=%d caught=%d\n", queued, caught);
	return 0;
}
