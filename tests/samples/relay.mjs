// SPDX-License-Identifier: Apache-2.0
// A stretch of bad network between a peer in this process and dc-echo: each knows the other by a port
// of the relay only. Packets pass, wait, come twice or not at all, as a seed decides.
import dgram from 'node:dgram';

const HOST = '127.0.0.1';
const WAIT_MS = 15;

// Numbers from 0 to 1 (mulberry32).
function random(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

async function bound() {
	const socket = dgram.createSocket('udp4');
	socket.on('error', () => {}); // who is gone does not answer
	await new Promise((resolve) => socket.bind(0, HOST, resolve));
	return socket;
}

// By the first byte (RFC 7983).
export function kind(data) {
	if (data[0] < 4) return 'stun';
	return data[0] === 23 ? 'application' : 'dtls';
}

const CANDIDATE = /^(?:a=)?candidate:\S+ 1 udp \d+ (\S+) (\d+) typ .*$/im;
const CANDIDATES = /^a=(candidate|end-of-candidates).*\r\n/gm;

// loss, twice, late: how many of the packets, from 0 to 1. watch: sees first what dc-echo sends.
export async function relay({ seed = 1, loss = 0, twice = 0, late = 0, watch = () => {} } = {}) {
	const draw = random(seed);
	const near = { socket: await bound(), missed: new Set() }; // the peer sends here
	const far = { socket: await bound(), missed: new Set() }; // dc-echo sends here
	let open = true;
	const counts = { passed: 0, lost: 0, twice: 0, late: 0 };

	function forward(from, to, data) {
		if (!to.address) return;
		// Whoever says it again is heard. libdatachannel gives a handshake five retransmissions, and consent
		// (RFC 7675) expires after six checks: that all of them are lost would be luck.
		const sort = `${kind(data)} ${data.length}`;
		const again = from.missed.delete(sort);
		if (draw() < loss && !again) {
			from.missed.add(sort);
			counts.lost += 1;
			return;
		}
		// libjuice, which node-datachannel has, never nominates a pair after an answer that came twice.
		const copies = draw() < twice && kind(data) !== 'stun' ? 2 : 1;
		counts.twice += copies - 1;
		for (let copy = 0; copy < copies; copy += 1) {
			const wait = draw() < late ? 1 + draw() * WAIT_MS : 0;
			counts.late += wait > 0;
			const { port, address } = to.address;
			const send = () => open && from.out.send(data, port, address, () => {});
			if (wait > 0) setTimeout(send, wait);
			else send();
			counts.passed += 1;
		}
	}

	// What came at near leaves by far, so that dc-echo sees it come from where it sends.
	near.out = far.socket;
	far.out = near.socket;
	near.socket.on('message', (data, from) => {
		near.address = from;
		forward(near, far, data);
	});
	far.socket.on('message', (data) => {
		watch(data);
		forward(far, near, data);
	});

	// The description that leads to a port of the relay in place of its author's.
	function through(sdp, socket) {
		const line = `a=candidate:1 1 udp 2122260223 ${HOST} ${socket.address().port} typ host\r\n`;
		return `${sdp.replace(CANDIDATES, '')}${line}a=end-of-candidates\r\n`;
	}

	return {
		counts,
		forEcho: (sdp) => through(sdp, far.socket),
		forPeer(sdp) {
			const [, address, port] = CANDIDATE.exec(sdp);
			far.address = { address, port: Number(port) };
			return through(sdp, near.socket);
		},
		close() {
			open = false;
			near.socket.close();
			far.socket.close();
		},
	};
}
