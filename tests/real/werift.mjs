// SPDX-License-Identifier: Apache-2.0
// werift (WebRTC in TypeScript), run by tests/real/run.sh: werift.mjs SESSIONS closed|open
//
// Each session is a pair of connections in this process that exchange messages
// over a data channel. `closed` closes both; `open` keeps both until the end.
// REAL_MODULES is the folder with node_modules.
import dns from 'node:dns';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.REAL_MODULES ?? process.cwd(), '/'));
const { RTCPeerConnection } = require('werift');

const MESSAGES = 5;
const LIMIT_MS = 60000;
const CONFIG = {
	iceServers: [],
	iceUseIpv4: false,
	iceUseIpv6: false,
	iceAdditionalHostAddresses: ['127.0.0.1'],
	iceInterfaceAddresses: { udp4: '127.0.0.1' },
};

// It asks a public STUN server where it is given none. Here the name is looked up in
// /etc/hosts alone, on the same thread of libuv's pool, and then there is none.
const { lookup } = dns.promises;
dns.promises.lookup = async () => {
	await lookup('localhost');
	throw new Error('no STUN server here');
};

function within(promise, what) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`no ${what} in ${LIMIT_MS} ms`)), LIMIT_MS);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function connect(caller, callee) {
	await caller.setLocalDescription(await caller.createOffer());
	await callee.setRemoteDescription(caller.localDescription);
	await callee.setLocalDescription(await callee.createAnswer());
	await caller.setRemoteDescription(callee.localDescription);
}

async function session() {
	const caller = new RTCPeerConnection(CONFIG);
	const callee = new RTCPeerConnection(CONFIG);
	const pair = { caller, callee, count: 0 };
	const echoed = new Promise((resolve) => {
		callee.onDataChannel.subscribe((incoming) => {
			incoming.onMessage.subscribe((text) => incoming.send(text));
		});
		const channel = caller.createDataChannel('messages');
		channel.stateChanged.subscribe((state) => {
			if (state === 'open') channel.send(Buffer.from('message 1'));
		});
		channel.onMessage.subscribe(() => {
			pair.count += 1;
			if (pair.count < MESSAGES) channel.send(Buffer.from(`message ${pair.count + 1}`));
			else resolve();
		});
	});
	await within(connect(caller, callee), 'connection');
	await within(echoed, 'echo');
	return pair;
}

const [sessions, mode] = process.argv.slice(2);
if (process.argv.length !== 4 || !['closed', 'open'].includes(mode)) {
	console.error('usage: werift.mjs SESSIONS closed|open');
	process.exit(2);
}
const kept = [];
let messages = 0;
for (let number = 1; number <= Number(sessions); number += 1) {
	const pair = await session();
	messages += pair.count;
	if (mode === 'closed') await within(Promise.all([pair.caller.close(), pair.callee.close()]), 'close');
	else kept.push(pair);
}
console.log(`sessions=${sessions} messages=${messages}`);
if (mode === 'open') process.exit(kept.length === Number(sessions) ? 0 : 1);
