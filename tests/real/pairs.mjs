// SPDX-License-Identifier: Apache-2.0
// What the two Node programs share: arguments, the talk, the last line.

const MESSAGES = 10;

export function arguments_of(argv) {
	const [sessions, mode] = [Number(argv[2]), argv[3]];
	if (argv.length !== 4 || !Number.isInteger(sessions) || !['closed', 'open'].includes(mode)) {
		console.error(`usage: ${argv[1]} SESSIONS closed|open`);
		process.exit(2);
	}
	return { sessions, close: mode === 'closed' };
}

// Send one message after the other, each when the echo of the one before has come.
export function echo_session(send, on_message) {
	return new Promise((resolve) => {
		let echoed = 0;
		on_message(() => {
			echoed++;
			if (echoed < MESSAGES)
				send(`message ${echoed}`);
			else
				resolve(echoed);
		});
		send('message 0');
	});
}

// Resolves once the line is out, so that process.exit cannot cut it off.
export function print_count(sessions, messages) {
	return new Promise((resolve) => {
		process.stdout.write(`sessions=${sessions} messages=${messages}\n`, resolve);
	});
}
