// SPDX-License-Identifier: Apache-2.0
// Leak tests in node:test: `await recorded(t, 'server.mjs', '--port', '0')` runs the program under rtctrack,
// and fails the test where it fails, or leaves sockets, descriptors or threads behind.
//     npm test                        # PATH leads to rtctrack
//     rtctrack report --merge traces
// RTCTRACK names the command where it is not in PATH, RTCTRACK_TRACES another folder than traces. Where
// recording does not work at all the test is skipped; with RTCTRACK_MUST_RECORD=1 it fails.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const { RTCTRACK = 'rtctrack', RTCTRACK_TRACES: TRACES = 'traces', RTCTRACK_MUST_RECORD } = process.env;
const ending = new URL('ending.mjs', import.meta.url).href;

// Each test has a trace of its own: tests of equal names in other files have another.
function traceOf(name) {
	const unlike = createHash('sha256').update(`${relative('.', process.argv[1])} ${name}`).digest('hex').slice(0, 8);
	return join(TRACES, `${name.replace(/[^A-Za-z0-9._-]/g, '_')}-${unlike}.db`);
}

// Resolves to the exit code, or the error that there was none, and all that was said.
function run(options, trace, ...command) {
	return new Promise((resolve) => {
		const child = spawn(RTCTRACK, ['run', ...options, '-o', trace, '--', ...command]);
		let said = '';
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
		child.once('error', ({ message }) => resolve({ code: message, said }));
		child.once('close', (code) => resolve({ code, said }));
	});
}

export async function recorded(t, program, ...words) {
	const trace = traceOf(t.fullName ?? t.name);
	mkdirSync(TRACES, { recursive: true });
	writeFileSync(trace, ''); // a folder where nothing can be written is a fault, and nothing to skip
	rmSync(trace);
	// Neither a policy nor a gate: what is wrong with those is to fail the test.
	const tried = await run(['--policy', 'none', '--quiet'], trace, '/bin/true');
	rmSync(trace, { force: true });
	if (tried.code !== 0) {
		const why = `recording does not work here: 'rtctrack doctor' says why (${tried.code}) ${tried.said}`.trim();
		if (RTCTRACK_MUST_RECORD) throw new Error(why);
		t.skip(why);
		return;
	}
	const { code, said } = await run(['--gate', '--strict'], trace, process.execPath, '--import', ending, program, ...words);
	if (code === 0) return;
	const more = existsSync(trace) ? ` (rtctrack report ${trace})` : '';
	throw new Error(`it fails or leaks: exit code ${code}${more}\n${said}`);
}
