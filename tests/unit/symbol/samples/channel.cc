/* SPDX-License-Identifier: Apache-2.0 */
/* Functions whose names are worth asking for; none is exported. */
#include <functional>
#include <string>

#define NOT_INLINE __attribute__((noinline, noipa, visibility("hidden")))

namespace RTC
{
class Channel
{
      public:
	NOT_INLINE int Send(const std::string &text, const std::function<void(bool, bool)> *done);
	NOT_INLINE int Send(int number);
	template <class T> NOT_INLINE int Count(T value);
	int sent = 0;
};

int Channel::Send(const std::string &text, const std::function<void(bool, bool)> *done)
{
	sent += static_cast<int>(text.size());
	(*done)(true, false);
	return sent;
}

int Channel::Send(int number)
{
	return sent += number;
}

template <class T> int Channel::Count(T value)
{
	return sent + static_cast<int>(value);
}
} // namespace RTC

int main(int argc, char **argv)
{
	RTC::Channel channel;
	std::function<void(bool, bool)> done = [&channel](bool queued, bool) {
		channel.sent += queued;
	};

	channel.Send(argv[0], &done);
	return channel.Send(argc) + channel.Count(2L) == 0;
}
