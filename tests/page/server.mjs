// SPDX-License-Identifier: Apache-2.0
// The command under test, as a process that is waited for and ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const started = [];

// What a process says on stdout, line by line; ended by end().
export function start(program, args, options = {}) {
	const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
	const said = [];
	let errors = '';
	child.stderr.setEncoding('utf8').on('data', (text) => { errors += text; });
	child.stdin.on('error', () => {}); // its exit tells
	const lines = createInterface({ input: child.stdout });
	lines.on('line', (text) => said.push(text));
	const exit = once(child, 'close').then(([code, signal]) => signal ?? code);
	const process = {
		child, said, exit,
		errors: () => errors,
		async line() {
			if (said.length) return said.shift();
			await Promise.race([once(lines, 'line'), exit]);
			if (said.length) return said.shift();
			throw new Error(`${program} ended without a line: ${errors}`);
		},
		async end(signal = 'SIGTERM') {
			child.kill(signal);
			return exit;
		},
	};
	started.push(process);
	return process;
}

// rtctrack view, started in the repository whose sources it links to: answers with its address.
export async function serve(rtctrack, args) {
	const server = start(rtctrack, ['view', ...args], { cwd: fileURLToPath(new URL('.', import.meta.url)) });
	const url = (await server.line()).match(/http:\/\/\S+/)?.[0];
	if (!url) throw new Error('view printed no address');
	return Object.assign(server, { url, origin: new URL(url).origin });
}

export async function endAll() {
	for (const { child } of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
	await Promise.all(started.map(({ exit }) => exit));
}
