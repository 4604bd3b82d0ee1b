// SPDX-License-Identifier: Apache-2.0
// Messages between two connections in this process, run by tests/bench/datachannel.sh:
// datachannel.mjs node-datachannel|werift MESSAGES SIZE
// As dc-loopback does: one sends, the other says when all have come. Prints the seconds.
import dns from 'node:dns';
import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

const require = createRequire(path.join(process.env.SAMPLES_MODULES ?? process.cwd(), '/'));
const HIGH = 1 << 20;
const LOW = HIGH / 4;

// Each resolves to the channel of the caller, with send, buffered and what to call when that is low;
// received is called with each message that came, said with the word of the callee.

function datachannel({ received, said }) {
	const { PeerConnection } = require('node-datachannel');
	const config = { iceServers: [], bindAddress: '127.0.0.1' };
	const caller = new PeerConnection('caller', config);
	const callee = new PeerConnection('callee', config);
	caller.onLocalDescription((sdp, type) => callee.setRemoteDescription(sdp, type));
	callee.onLocalDescription((sdp, type) => caller.setRemoteDescription(sdp, type));
	callee.onLocalCandidate((candidate, mid) => caller.addRemoteCandidate(candidate, mid));
	callee.onDataChannel((channel) => {
		channel.onMessage((data) => received(data, (word) => channel.sendMessage(word)));
	});
	const channel = caller.createDataChannel('messages');
	channel.onMessage(said);
	channel.setBufferedAmountLowThreshold(LOW);
	const one = {
		send: (data) => channel.sendMessageBinary(data),
		end: () => channel.sendMessage('end'),
		buffered: () => channel.bufferedAmount(),
		low: (then) => channel.onBufferedAmountLow(then),
	};
	return new Promise((resolve) => channel.onOpen(() => resolve(one)));
}

async function werift({ received, said }) {
	dns.promises.lookup = async () => {
		throw new Error('no STUN server here');
	};
	const { RTCDtlsTransport, RTCPeerConnection } = require('werift');
	RTCDtlsTransport.prototype.startSrtp = () => {}; // there is no media
	const config = {
		iceServers: [],
		iceUseIpv4: false,
		iceUseIpv6: false,
		iceAdditionalHostAddresses: ['127.0.0.1'],
		iceInterfaceAddresses: { udp4: '127.0.0.1' },
	};
	const caller = new RTCPeerConnection(config);
	const callee = new RTCPeerConnection(config);
	callee.onDataChannel.subscribe((channel) => {
		channel.onMessage.subscribe((data) => received(data, (word) => channel.send(word)));
	});
	const channel = caller.createDataChannel('messages');
	channel.onMessage.subscribe(said);
	const opened = new Promise((resolve) => {
		channel.stateChanged.subscribe((state) => state === 'open' && resolve());
	});
	await caller.setLocalDescription(await caller.createOffer());
	await callee.setRemoteDescription(caller.localDescription);
	await callee.setLocalDescription(await callee.createAnswer());
	await caller.setRemoteDescription(callee.localDescription);
	await opened;
	channel.bufferedAmountLowThreshold = LOW;
	let then = () => {};
	channel.bufferedAmountLow.subscribe(() => then());
	return {
		send: (data) => channel.send(data),
		end: () => channel.send('end'),
		buffered: () => channel.bufferedAmount,
		low: (next) => {
			then = next;
		},
	};
}

async function run(pair, messages, size) {
	let count = 0;
	let tell;
	const all = new Promise((resolve) => {
		tell = resolve;
	});
	const channel = await pair({
		received: (data, reply) => {
			if (typeof data !== 'string') count += 1;
			else if (count === messages) reply('all');
		},
		said: tell,
	});
	const data = Buffer.alloc(size);
	const start = performance.now();
	for (let sent = 0; sent < messages; sent += 1) {
		if (channel.buffered() > HIGH) await new Promise((resolve) => channel.low(resolve));
		channel.send(data);
	}
	channel.end();
	await all;
	return (performance.now() - start) / 1000;
}

const PAIRS = { 'node-datachannel': datachannel, werift };
const [name, messages, size] = process.argv.slice(2);
if (!PAIRS[name] || !(Number(messages) > 0) || !(Number(size) > 0)) {
	console.error(`usage: datachannel.mjs ${Object.keys(PAIRS).join('|')} MESSAGES SIZE`);
	process.exit(2);
}
console.log((await run(PAIRS[name], Number(messages), Number(size))).toFixed(4));
process.exit(0);
