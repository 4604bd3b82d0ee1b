/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A C++ destructor must run when its thread is cancelled, also where an
 * unwinder was loaded into the process; exceptions must still be caught.
 */
#include <cstdio>
#include <pthread.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

static int destroyed;

struct guard {
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	~guard()
	{
		close(fd);
		destroyed++;
	}
};

static void *wait_for_ever(void *arg)
{
	guard held;
	for (;;)
		pause();
	return arg;
}

static bool catches()
{
	try {
		guard held;
		throw std::runtime_error("thrown");
	} catch (const std::exception &) {
		return true;
	}
}

int main()
{
	pthread_t thread;
	if (pthread_create(&thread, nullptr, wait_for_ever, nullptr))
		return 1;
	usleep(20000);
	pthread_cancel(thread);
	pthread_join(thread, nullptr);
	bool caught = catches();
	std::printf("destroyed=%d caught=%d\n", destroyed, caught);
	return destroyed == 2 && caught ? 0 : 1;
}
