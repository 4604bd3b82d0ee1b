/* SPDX-License-Identifier: Apache-2.0 */
/* As plain.c, with what C++ adds: scopes, templates, lambdas. */
#include <cstdint>
#include <cstdio>
#include <link.h>

extern "C" __attribute__((noinline)) void *here()
{
	return static_cast<char *>(__builtin_return_address(0)) - 1;
}

#define PLACE(name)                                                                                \
	void *name = here();                                                                       \
	asm volatile("" ::: "memory");                                                             \
	return name

namespace ice
{
template <class T> struct Agent {
	__attribute__((noinline)) void *gather(T)
	{
		PLACE(place); /* LINE template */
	}
};

namespace
{
struct Hidden {
	static __attribute__((noinline)) void *method(int)
	{
		PLACE(place);
	}
};

inline __attribute__((always_inline)) void *helper()
{
	return here(); /* LINE helper */
}
} // namespace

__attribute__((noinline)) void *close(const char *, int)
{
	void *place = helper();
	asm volatile("" ::: "memory");
	return place;
}
} // namespace ice

static void print(const char *place, void *address)
{
	uintptr_t bias = 0;

	dl_iterate_phdr(
		[](dl_phdr_info *info, size_t, void *result) {
			*static_cast<uintptr_t *>(result) = info->dlpi_addr;
			return 1;
		},
		&bias);
	std::printf("%s %lx\n", place,
		    static_cast<unsigned long>(reinterpret_cast<uintptr_t>(address) - bias));
}

int main()
{
	auto lambda = [](int) __attribute__((noinline))->void *
	{
		PLACE(place);
	};

	print("template", ice::Agent<int>().gather(1));
	print("anonymous", ice::Hidden::method(1));
	print("helper", ice::close("", 1));
	print("lambda", lambda(1));
}
