/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often a soak is misled by chance: of series of counts as programs have them, how many have
 * which verdict.
 *   bench_trends [TRIES]        (default 1000)
 */
#include "../unit/analyze/series.inc.c"

#include <stdio.h>

static const struct {
	const char *name;
	series_maker *make;
	double a, b;
	int counts[9]; /* ends with 0 */
} rows[] = {
	{"constant", series_line, 0, 0, {6, 50}},
	{"noise, deviation 1", series_line, 0, 1, {6, 7, 8, 9, 10, 12, 20, 50}},
	{"noise, deviation 3", series_line, 0, 3, {6, 7, 8, 9, 10, 12, 20, 50}},
	{"wandering, AR(1) 0.7", series_wander, 0.7, 3, {6, 8, 10, 12, 20, 50, 200}},
	{"wandering, AR(1) 0.9", series_wander, 0.9, 3, {6, 8, 10, 12, 20, 50, 200}},
	{"saw of 7", series_saw, 7, 0, {20, 50}},
	{"saw of 12", series_saw, 12, 0, {20}},
	{"saw of 30", series_saw, 30, 0, {50}},
	{"saw of 40", series_saw, 40, 0, {50}},
	{"saw of 60", series_saw, 60, 0, {50}},
	{"60 (1 - e^(-i/12))", series_saturate, 60, 12, {6, 12, 20, 30, 40, 50, 60}},
	{"200 slots, 10 a session", series_fill, 200, 10, {12, 20, 40, 100}},
	{"200 slots, 3 a session", series_fill, 200, 3, {20, 40, 100}},
	{"1 a session", series_line, 1, 0, {6, 50}},
	{"1 a session, deviation 1", series_line, 1, 1, {6, 7, 8, 9, 10, 12, 20, 50}},
	{"1 a session, deviation 3", series_line, 1, 3, {6, 7, 8, 9, 10, 12, 20, 50}},
	{"1 of 5 sessions", series_leak, 5, 0, {6, 12, 20, 50, 100}},
	{"1 of 5 sessions, noise", series_leak, 5, 1, {12, 20, 50, 100}},
	{"1 of 50 sessions", series_leak, 50, 0, {20, 50, 100, 200, 400}},
	{"1 of 50 sessions, noise", series_leak, 50, 1, {50, 100, 200, 400}},
};

static int print_row(size_t row, int count, int tries)
{
	struct series_rates rates;
	int error = series_try(rows[row].make, rows[row].a, rows[row].b, count, tries, &rates);

	if (error != 0)
		return error;
	printf("%-26s %8d", rows[row].name, count);
	for (int verdict = 0; verdict < TREND_TOO_FEW; verdict++)
		printf(" %8.1f %%", rates.percent[verdict]);
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	int tries = argc > 1 ? atoi(argv[1]) : 1000, error = 0;

	printf("%-26s %8s", "counts", "sessions");
	for (int verdict = 0; verdict < TREND_TOO_FEW; verdict++)
		printf(" %10s", trend_name((enum trend_verdict)verdict));
	putchar('\n');
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (const int *count = rows[i].counts; error == 0 && *count != 0; count++)
			error = print_row(i, *count, tries);
	return error != 0;
}
