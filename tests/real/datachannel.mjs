// SPDX-License-Identifier: Apache-2.0
// node-datachannel (libdatachannel), run by tests/real/run.sh: datachannel.mjs SESSIONS closed|open
//
// Each session is a pair of connections in this process that exchange messages
// over a data channel. `closed` closes both; `open` keeps both until the end.
// REAL_MODULES is the folder with node_modules.
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.REAL_MODULES ?? process.cwd(), '/'));
const library = require('node-datachannel');

const MESSAGES = 5;
const LIMIT_MS = 60000;
const CONFIG = { iceServers: [], bindAddress: '127.0.0.1' };

function within(promise, what) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`no ${what} in ${LIMIT_MS} ms`)), LIMIT_MS);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// The description with all its candidates, once they are gathered.
function described(connection) {
	return new Promise((resolve) => {
		connection.onGatheringStateChange((state) => {
			if (state === 'complete') resolve(connection.localDescription());
		});
	});
}

// A callee that knows the caller's address sends checks at once, and under load they arrive before
// the caller has its answer, which libdatachannel does not survive. So it has to be called first.
function without_candidates(sdp) {
	const lines = sdp.split('\r\n');
	return lines.filter((line) => !/^a=(candidate|end-of-candidates)/.test(line)).join('\r\n');
}

// A channel without an onClosed handler keeps its connection from closing.
function closed(channel) {
	return new Promise((resolve) => channel.onClosed(resolve));
}

function ended(connection) {
	return new Promise((resolve) => {
		connection.onStateChange((state) => {
			if (state === 'closed') resolve();
		});
	});
}

async function session(number) {
	const caller = new library.PeerConnection(`caller ${number}`, CONFIG);
	const callee = new library.PeerConnection(`callee ${number}`, CONFIG);
	const ends = [ended(caller), ended(callee)];
	const pair = { caller, callee, channels: [], closings: [], ends, count: 0 };
	const echoed = new Promise((resolve) => {
		callee.onDataChannel((incoming) => {
			pair.channels.push(incoming);
			pair.closings.push(closed(incoming));
			incoming.onMessage((text) => incoming.sendMessage(text));
		});
		const offer = described(caller);
		const channel = caller.createDataChannel('messages');
		pair.channels.push(channel);
		pair.closings.push(closed(channel));
		channel.onOpen(() => channel.sendMessage('message 1'));
		channel.onMessage(() => {
			pair.count += 1;
			if (pair.count < MESSAGES) channel.sendMessage(`message ${pair.count + 1}`);
			else resolve();
		});
		offer.then(({ sdp, type }) => {
			const answer = described(callee);
			callee.setRemoteDescription(without_candidates(sdp), type);
			return answer;
		}).then(({ sdp, type }) => caller.setRemoteDescription(sdp, type));
	});
	await within(echoed, 'echo');
	return pair;
}

// One layer after the other: what closes both at once loses a notice now and then.
async function close(pair) {
	pair.channels[0].close();
	await within(Promise.all(pair.closings), 'close of the channels');
	pair.caller.close();
	pair.callee.close();
	await within(Promise.all(pair.ends), 'close of the connections');
}

const [sessions, mode] = process.argv.slice(2);
if (process.argv.length !== 4 || !['closed', 'open'].includes(mode)) {
	console.error('usage: datachannel.mjs SESSIONS closed|open');
	process.exit(2);
}
const kept = [];
let messages = 0;
for (let number = 1; number <= Number(sessions); number += 1) {
	const pair = await session(number);
	messages += pair.count;
	if (mode === 'closed') await close(pair);
	else kept.push(pair);
}
if (mode === 'closed') library.cleanup();
console.log(`sessions=${sessions} messages=${messages}`);
if (mode === 'open') process.exit(kept.length === Number(sessions) ? 0 : 1);
