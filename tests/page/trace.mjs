// SPDX-License-Identifier: Apache-2.0
// What a trace says, asked outside of the page.
import { execFileSync } from 'node:child_process';

export const rows = (trace, sql) =>
	JSON.parse(execFileSync('sqlite3', ['-readonly', '-json', trace, sql], { encoding: 'utf8' }) || '[]');

// The finding that is shown first.
export const first = (trace) => rows(trace, 'SELECT * FROM finding ORDER BY rank LIMIT 1')[0];
