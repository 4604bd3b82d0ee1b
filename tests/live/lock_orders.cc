/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks taken in both orders, or all around, by threads one after the other, so that nothing hangs:
 * lock_orders NAME [PLUGIN]. It is to be told only where they are the same locks.
 */
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <mutex>
#include <new>
#include <pthread.h>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

namespace
{

/* Where locks come and go. */
char *room;
std::mutex own, beside;

/* Each a place of its own, which counts (rule lock-order). */
template <int Place>
__attribute__((noinline)) void take_both(pthread_mutex_t *first, pthread_mutex_t *second)
{
	std::thread([=] {
		pthread_mutex_lock(first);
		pthread_mutex_lock(second);
		pthread_mutex_unlock(second);
		pthread_mutex_unlock(first);
		__asm__ volatile("" ::"i"(Place));
	}).join();
}

pthread_mutex_t *native(std::mutex &lock)
{
	return lock.native_handle();
}

pthread_mutex_t *initialised(size_t which)
{
	auto *lock = reinterpret_cast<pthread_mutex_t *>(room + which * sizeof(pthread_mutex_t));
	pthread_mutex_init(lock, nullptr);
	return lock;
}

/* Objects of C++ at one address, one after the other; nothing is called at the end of the first. */
void reused()
{
	auto *first = new (room) std::mutex;
	take_both<1>(native(own), native(*first));
	first->~mutex();
	auto *second = new (room) std::mutex;
	take_both<2>(native(*second), native(own));
}

/* The same in memory that had a lock before of which all was seen. */
void reused_after_known()
{
	pthread_mutex_destroy(initialised(0));
	reused();
}

void renewed()
{
	take_both<1>(native(own), initialised(0));
	take_both<2>(initialised(0), native(own));
}

void known()
{
	auto *first = initialised(0), *second = initialised(1);
	take_both<1>(first, second);
	take_both<2>(second, first);
}

void in_modules()
{
	take_both<1>(native(own), native(beside));
	take_both<2>(native(beside), native(own));
}

/* Three all around; in between the second one may become another one. */
void around(bool is_renewed)
{
	auto *first = initialised(0), *second = initialised(1), *third = initialised(2);
	take_both<1>(first, second);
	if (is_renewed) {
		pthread_mutex_destroy(second);
		pthread_mutex_init(second, nullptr);
	}
	take_both<2>(second, third);
	take_both<3>(third, first);
}

void ring()
{
	around(false);
}

void broken_ring()
{
	around(true);
}

const char *plugin_path;

struct plugin {
	void *library;
	pthread_mutex_t *lock;
};

/* What it opens is told with a stack that leads into it. */
plugin load()
{
	void *library = dlopen(plugin_path, RTLD_NOW);
	if (!library)
		std::exit(3);
	close(reinterpret_cast<int (*)()>(dlsym(library, "plugin_open"))());
	return {library, static_cast<pthread_mutex_t *>(dlsym(library, "plugin_lock"))};
}

void in_plugin()
{
	plugin loaded = load();
	take_both<1>(native(own), loaded.lock);
	take_both<2>(loaded.lock, native(own));
}

/* Its lock was taken before it was noticed that there is a plugin. */
void in_late_plugin()
{
	void *library = dlopen(plugin_path, RTLD_NOW);
	auto *lock = static_cast<pthread_mutex_t *>(dlsym(library, "plugin_lock"));
	take_both<1>(native(own), lock);
	load();
	take_both<2>(lock, native(own));
	take_both<3>(native(own), lock);
}

void in_another_plugin()
{
	plugin before = load();
	take_both<1>(native(own), before.lock);
	dlclose(before.library);
	plugin after = load();
	if (after.lock != before.lock)
		std::exit(4);
	take_both<2>(after.lock, native(own));
}

/* Where its lock was, memory is allocated. */
void where_plugin_was()
{
	constexpr uintptr_t page = 4096;
	plugin gone = load();
	take_both<1>(native(own), gone.lock);
	dlclose(gone.library);
	void *at = reinterpret_cast<void *>(reinterpret_cast<uintptr_t>(gone.lock) & -page);
	if (mmap(at, page, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != at)
		std::exit(5);
	take_both<2>(native(*new (gone.lock) std::mutex), native(own));
}

const struct {
	const char *name;
	void (*run)();
} programs[] = {
	{"reused", reused},
	{"reused-after-known", reused_after_known},
	{"renewed", renewed},
	{"known", known},
	{"in-modules", in_modules},
	{"ring", ring},
	{"broken-ring", broken_ring},
	{"in-plugin", in_plugin},
	{"in-late-plugin", in_late_plugin},
	{"in-another-plugin", in_another_plugin},
	{"where-plugin-was", where_plugin_was},
};

} // namespace

int main(int argc, char **argv)
{
	plugin_path = argc > 2 ? argv[2] : nullptr;
	room = static_cast<char *>(std::calloc(4, sizeof(pthread_mutex_t)));
	for (const auto &program : programs)
		if (room && argc > 1 && std::strcmp(argv[1], program.name) == 0) {
			program.run();
			return 0;
		}
	return 2;
}
