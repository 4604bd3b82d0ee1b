// SPDX-License-Identifier: Apache-2.0
// What dc-echo tells of itself at /status.

const WATCHED = ['connections', 'objects', 'references', 'fds', 'threads'];
const LIMIT_MS = 30000;

export async function status(base) {
	const reply = await fetch(new URL('status', base));
	const lines = (await reply.text()).trim().split('\n').map((line) => line.split(' '));
	return Object.fromEntries(lines.filter(([name]) => WATCHED.includes(name)));
}

// Waits until everything is as it was before: "level=before", or what differs.
export async function settled(base, before, limit = LIMIT_MS) {
	const end = Date.now() + limit;
	let differs;
	do {
		const now = await status(base);
		differs = WATCHED.filter((name) => now[name] !== before[name]).map((name) => `${name}=${before[name]}>${now[name]}`);
		if (differs.length === 0) return 'level=before';
		await new Promise((resolve) => setTimeout(resolve, 20));
	} while (Date.now() < end);
	return differs.join(' ');
}
