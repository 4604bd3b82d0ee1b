/* SPDX-License-Identifier: Apache-2.0 */
/* What track.h has for C++, said once, and printed as live_records reads it back. */
#include <cstdio>
#include <stdexcept>
#include <track/track.h>

namespace
{

class Candidate : public track::Counted
{
      public:
	Candidate() : track::Counted("Candidate")
	{
	}
};

char connection, callback;

/* Its destructor tells the end, also where an exception leaves. */
void throws()
{
	track::Fire fire(&callback);
	throw std::runtime_error("thrown");
}

void say_all()
{
	track_scope_open(&connection, "Connection", TRACK_MUST_CLOSE);
	std::puts("open scope#1 Connection 4 stack");
	{
		track::Call call(&connection);
		std::puts("call scope#1");
		{
			Candidate candidate;
			std::puts("create object#2 Candidate stack");
			candidate.retained("pair", &connection);
			std::puts("retain object#2 pair -> object#1 stack");
			candidate.released("pair", &connection);
			std::puts("release object#2 pair -> object#1 stack");
			std::puts("destroy object#2 stack");
		}
		std::puts("call scope#1 40000000");
	}
	try {
		throws();
	} catch (const std::exception &) {
	}
	std::puts("fire callback#3 stack");
	std::puts("fire callback#3 40000000");
	{
		track::Close close(&connection);
		std::puts("close scope#1 stack");
	}
	std::puts("close scope#1 40000000");
}

} // namespace

int main()
{
	say_all();
	return 0;
}
