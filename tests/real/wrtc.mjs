// SPDX-License-Identifier: Apache-2.0
// @roamhq/wrtc (libwebrtc in Node), run by tests/real/wrtc.sh: wrtc.mjs SESSIONS WIDTH collected|ended|kept
//
// Each session is WIDTH pairs of connections in this process, made at the same time, that exchange
// a message over a data channel. `collected` closes them and lets the garbage collector run at the
// end (node --expose-gc); `ended` closes them and ends; `kept` closes none. Each session and the
// collector's run end with a mark, but not in `ended`.
// REAL_MODULES is the folder with node_modules, RTCTRACK the command that sets marks.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.REAL_MODULES ?? process.cwd(), '/'));
const { RTCPeerConnection } = require('@roamhq/wrtc');

const LIMIT_MS = 60000;
const CONFIG = { iceServers: [] };

function within(promise, what) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`no ${what} in ${LIMIT_MS} ms`)), LIMIT_MS);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Only a recorded run has a place for marks.
function mark(text) {
	if (!process.env.RTCTRACK_SPOOL_DIR) return;
	execFileSync(process.env.RTCTRACK, ['mark', text], { stdio: 'ignore' });
}

function gathered(connection) {
	return new Promise((resolve) => {
		const look = () => {
			if (connection.iceGatheringState === 'complete') resolve();
		};
		connection.onicegatheringstatechange = look;
		look();
	});
}

async function describe(connection, description) {
	await connection.setLocalDescription(description);
	await gathered(connection);
	return connection.localDescription;
}

async function connect(caller, callee) {
	await callee.setRemoteDescription(await describe(caller, await caller.createOffer()));
	await caller.setRemoteDescription(await describe(callee, await callee.createAnswer()));
}

async function pair() {
	const caller = new RTCPeerConnection(CONFIG);
	const callee = new RTCPeerConnection(CONFIG);
	const echoed = new Promise((resolve) => {
		callee.ondatachannel = ({ channel }) => {
			channel.onmessage = ({ data }) => channel.send(data);
		};
		const channel = caller.createDataChannel('messages');
		channel.onopen = () => channel.send('message');
		channel.onmessage = resolve;
	});
	await within(connect(caller, callee), 'connection');
	await within(echoed, 'echo');
	return [caller, callee];
}

async function session(width) {
	return (await Promise.all(Array.from({ length: width }, pair))).flat();
}

function threads() {
	return fs.readdirSync('/proc/self/task').length;
}

// What a closed connection still holds goes when its JavaScript object does, some rounds later.
async function collect() {
	for (let still = 0, before = threads(); still < 5;) {
		globalThis.gc();
		await new Promise((resolve) => setTimeout(resolve, 100));
		const now = threads();
		still = now < before ? 0 : still + 1;
		before = now;
	}
}

const [sessions, width, mode] = process.argv.slice(2);
if (process.argv.length !== 5 || !['collected', 'ended', 'kept'].includes(mode)) {
	console.error('usage: wrtc.mjs SESSIONS WIDTH collected|ended|kept');
	process.exit(2);
}
// A function of its own: what is left in a loop's variables is not collected.
async function round(number, width, kept) {
	const connections = await session(width);
	if (kept) kept.push(...connections);
	else for (const connection of connections) connection.close();
	if (mode !== 'ended') mark(`session ${number}`);
	return connections.length / 2;
}

const kept = mode === 'kept' ? [] : null;
let pairs = 0;
for (let number = 1; number <= Number(sessions); number += 1) {
	pairs += await round(number, Number(width), kept);
}
if (mode === 'collected') {
	await collect();
	mark(`session ${Number(sessions) + 1}`);
}
console.log(`pairs=${pairs}`);
process.exit(kept && kept.length !== pairs * 2 ? 1 : 0);
