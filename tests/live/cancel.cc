/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A C++ destructor must run when its thread is cancelled, also where an
 * unwinder was loaded into the process; exceptions must still be caught.
 */
#include <condition_variable>
#include <cstdio>
#include <mutex>
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

static std::mutex mutex;
static std::condition_variable condition;

/* Through a wait that takes the mutex again: its lock gives it back. */
static void *wait_for_condition(void *arg)
{
	guard held;
	std::unique_lock<std::mutex> lock(mutex);
	for (;;)
		condition.wait(lock);
	return arg;
}

static bool is_cancelled(void *(*start)(void *))
{
	pthread_t thread;
	void *result = nullptr;
	if (pthread_create(&thread, nullptr, start, nullptr))
		return false;
	usleep(20000);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	return result == PTHREAD_CANCELED;
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
	bool cancelled = is_cancelled(wait_for_ever) && is_cancelled(wait_for_condition);
	bool caught = catches(), is_free = mutex.try_lock();
	std::printf("destroyed=%d caught=%d\n", destroyed, caught);
	return cancelled && destroyed == 3 && caught && is_free ? 0 : 1;
}
