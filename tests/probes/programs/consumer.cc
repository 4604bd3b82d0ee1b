// SPDX-License-Identifier: Apache-2.0
//
// consumer leak|fixed: in the shape of an SFU's worker: a data consumer whose SendMessage has to
// call the callback that it is given, and to free it. Nothing of it is exported. Messages are
// refused by exceptions, too, which pass through it. In the form `leak` four early returns forget
// the callback.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <vector>

#define FRAME __attribute__((noinline))

namespace RTC
{
using onQueuedCallback = const std::function<void(bool queued, bool sctpSendBufferFull)>;

class DataConsumer
{
      public:
	FRAME explicit DataConsumer(bool leak);
	FRAME ~DataConsumer();

	FRAME void SendMessage(const uint8_t *msg, size_t len, uint32_t ppid,
			       const std::vector<uint16_t> &subchannels, const uint16_t *required,
			       onQueuedCallback *cb);

	bool active = true;
	size_t maxMessageSize = 1024;

      private:
	FRAME void Refuse(onQueuedCallback *cb);
	FRAME void Carry(const uint8_t *msg, size_t len);

	bool leak;
	size_t sent = 0;
};

// What does nothing is not called, else.
DataConsumer::DataConsumer(bool leak) : leak(leak)
{
	asm volatile("" ::: "memory");
}

DataConsumer::~DataConsumer()
{
	asm volatile("" ::: "memory");
}

void DataConsumer::Refuse(onQueuedCallback *cb)
{
	if (leak || !cb)
		return;
	(*cb)(false, false);
	delete cb;
}

void DataConsumer::Carry(const uint8_t *msg, size_t len)
{
	if (len && msg[0] == '!')
		throw std::runtime_error("not carried");
	sent += len;
}

void DataConsumer::SendMessage(const uint8_t *msg, size_t len, uint32_t ppid,
			       const std::vector<uint16_t> &subchannels, const uint16_t *required,
			       onQueuedCallback *cb)
{
	if (!active) {
		Refuse(cb);
		return;
	}
	if (len > maxMessageSize) {
		Refuse(cb);
		return;
	}
	if (ppid == 0) {
		Refuse(cb);
		return;
	}
	if (required && subchannels.empty()) {
		Refuse(cb);
		return;
	}
	if (cb) {
		(*cb)(true, false);
		delete cb;
	}
	Carry(msg, len);
}
} // namespace RTC

using namespace RTC;

static int called, caught;
static const std::vector<uint16_t> none, some{1, 2};
static const uint16_t required = 7;
static const uint8_t message[] = "message", refused[] = "!message";

static onQueuedCallback *newCallback()
{
	return new onQueuedCallback([](bool, bool) { called++; });
}

static FRAME void sendInactive(DataConsumer &consumer)
{
	consumer.active = false;
	consumer.SendMessage(message, 7, 51, some, nullptr, newCallback());
	consumer.active = true;
}

static FRAME void sendLarge(DataConsumer &consumer)
{
	consumer.SendMessage(message, 4096, 51, some, nullptr, newCallback());
	called += 0;
}

static FRAME void sendUnknown(DataConsumer &consumer)
{
	consumer.SendMessage(message, 7, 0, some, nullptr, newCallback());
	called += 0;
}

static FRAME void sendUnsubscribed(DataConsumer &consumer)
{
	consumer.SendMessage(message, 7, 51, none, &required, newCallback());
	called += 0;
}

// Each third one is thrown through, each seventh one asks for no call.
static FRAME void sendOne(DataConsumer &consumer, int number)
{
	onQueuedCallback *cb = number % 7 ? newCallback() : nullptr;
	try {
		consumer.SendMessage(number % 3 ? message : refused, 7, 51, some, &required, cb);
	} catch (const std::runtime_error &) {
		caught++;
	}
}

static FRAME void consume(bool leak)
{
	DataConsumer consumer(leak);
	for (int i = 0; i < 1167; i++)
		sendOne(consumer, i);
	sendInactive(consumer);
	sendLarge(consumer);
	sendUnknown(consumer);
	sendUnsubscribed(consumer);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: consumer leak|fixed\n", stderr);
		return 2;
	}
	consume(!strcmp(argv[1], "leak"));
	printf("called=%d caught=%d\n", called, caught);
	return 0;
}
