// SPDX-License-Identifier: Apache-2.0
// Exceptions through several frames and threads, and threads that are cancelled: every destructor
// runs.
#include <atomic>
#include <cstdio>
#include <exception>
#include <pthread.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <vector>

extern "C" {
#include "account.h"
}

namespace
{
std::atomic<int> destroyed, caught, cancelled;

struct Socket {
	int fd = account_open();
	~Socket()
	{
		account_close(fd);
		destroyed++;
	}
};

void deeper(int depth)
{
	Socket socket;
	if (depth == 0)
		throw std::runtime_error("the bottom");
	deeper(depth - 1);
}

void throws()
{
	for (int i = 0; i < 50; i++) {
		try {
			deeper(10);
		} catch (const std::runtime_error &) {
			caught++;
		}
	}
}

void *waits(void *)
{
	Socket socket;
	for (;;)
		usleep(1000);
	return nullptr;
}

void cancels()
{
	for (int i = 0; i < 20; i++) {
		pthread_t thread;
		void *result;
		account_check(!pthread_create(&thread, nullptr, waits, nullptr), "no thread");
		usleep(500);
		pthread_cancel(thread);
		pthread_join(thread, &result);
		cancelled += result == PTHREAD_CANCELED;
	}
}

void rethrow_elsewhere()
{
	std::exception_ptr carried;
	std::thread([&] {
		try {
			deeper(3);
		} catch (...) {
			carried = std::current_exception();
		}
	}).join();
	try {
		std::rethrow_exception(carried);
	} catch (const std::exception &error) {
		std::printf("carried over: %s\n", error.what());
	}
}
} // namespace

int main()
{
	std::vector<std::thread> threads;
	for (int i = 0; i < 4; i++)
		threads.emplace_back(throws);
	for (auto &thread : threads)
		thread.join();
	cancels();
	rethrow_elsewhere();
	std::printf("caught=%d cancelled=%d live=%d\n", caught.load(), cancelled.load(),
		    4 * 50 * 11 + 20 + 4 - destroyed.load());
	std::fflush(stdout);
	account_print();
	return 0;
}
