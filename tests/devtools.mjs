// SPDX-License-Identifier: Apache-2.0
// A headless Chromium that is told what to do through a pipe. Shared by the tests that need a page.
import { spawn } from 'node:child_process';

const FLAGS = [
	'--headless',
	'--remote-debugging-pipe',
	'--no-first-run',
	'--disable-gpu',
	'--disable-breakpad',
	'--disable-component-update',
	'--disable-background-networking',
];

// What is sent and received are JSON texts that end in a zero byte. What comes unasked is dropped.
function talk(child) {
	const waiting = new Map();
	let number = 0;
	let rest = '';
	child.stdio[4].setEncoding('utf8').on('data', (text) => {
		const texts = (rest + text).split('\0');
		rest = texts.pop();
		for (const { id, result, error } of texts.map((one) => JSON.parse(one))) {
			const { resolve, reject } = waiting.get(id) ?? {};
			waiting.delete(id);
			if (error) reject?.(new Error(error.message));
			else resolve?.(result);
		}
	});
	return (method, params = {}, sessionId = undefined) => {
		number += 1;
		child.stdio[3].write(`${JSON.stringify({ id: number, method, params, sessionId })}\0`);
		return new Promise((resolve, reject) => waiting.set(number, { resolve, reject }));
	};
}

// command starts Chromium and takes its flags. Answers with the process, with what sends it a method
// of the DevTools protocol, and with what resolves to its exit.
export function launch(command, profile, flags) {
	const [program, ...words] = [...command, ...FLAGS, ...flags, `--user-data-dir=${profile}`, 'about:blank'];
	const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'] });
	for (const pipe of [child.stdio[3], child.stdio[4]]) pipe.on('error', () => {}); // its exit tells
	const ended = new Promise((resolve) => {
		child.on('exit', (code, signal) => resolve(`exit=${signal ?? code}`));
	});
	return { child, call: talk(child), ended };
}

// The session of the first page: what its methods are called with.
export async function attach(call) {
	const { targetInfos } = await call('Target.getTargets');
	const { targetId } = targetInfos.find(({ type }) => type === 'page');
	const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
	return sessionId;
}

// The value of an expression in the page, or the text of the error that it threw.
export async function evaluate(call, sessionId, expression) {
	const asked = { expression, awaitPromise: true, returnByValue: true };
	const { result, exceptionDetails } = await call('Runtime.evaluate', asked, sessionId);
	return exceptionDetails ? exceptionDetails.exception?.description ?? exceptionDetails.text : result.value;
}
