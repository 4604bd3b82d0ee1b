// SPDX-License-Identifier: Apache-2.0
/* A sample whose functions lie in several pieces: inlined code with hot and cold parts. */
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace pieces
{
struct Session {
	std::string name;
	std::map<int, std::vector<std::string>> lines;

	void add(int key, const char *text)
	{
		if (key < 0)
			throw std::runtime_error("negative key of " + name);
		lines[key].emplace_back(text);
	}
	size_t count() const
	{
		size_t sum = 0;
		for (const auto &line : lines)
			sum += line.second.size();
		return sum;
	}
};

size_t fill(int from)
{
	Session session{"fill", {}};

	for (int i = from; i < 20; i++)
		session.add(i, "text");
	return session.count();
}
} // namespace pieces

int main(int argc, char **)
{
	try {
		printf("%zu\n", pieces::fill(argc));
	} catch (const std::exception &error) {
		puts(error.what());
	}
	return 0;
}
