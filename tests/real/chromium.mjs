// SPDX-License-Identifier: Apache-2.0
// Chromium, run by tests/real/chromium.sh: chromium.mjs PAIRS closed|open PROFILE COMMAND...
//
// COMMAND starts Chromium, itself or behind `rtctrack run --spool-dir`; it is told what to do through
// a pipe. Its page makes pairs of connections that exchange messages over a data channel. `closed`
// closes both; `open` keeps both. A recorded run has a mark before the pairs and one after.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { performance } from 'node:perf_hooks';
import { attach, evaluate, launch } from '../devtools.mjs';

const LIMIT_MS = 60000;
const FLAGS = [
	'--host-resolver-rules=MAP * ~NOTFOUND',
	'--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter',
];

// This runs in the page.
async function page(pairs, close) {
	const kept = [];
	let messages = 0;
	for (let made = 0; made < pairs; made += 1) {
		const caller = new RTCPeerConnection();
		const callee = new RTCPeerConnection();
		caller.onicecandidate = ({ candidate }) => candidate && callee.addIceCandidate(candidate);
		callee.onicecandidate = ({ candidate }) => candidate && caller.addIceCandidate(candidate);
		callee.ondatachannel = ({ channel }) => {
			channel.onmessage = ({ data }) => channel.send(data);
		};
		const channel = caller.createDataChannel('messages');
		const echoed = new Promise((resolve) => {
			let count = 0;
			channel.onopen = () => channel.send('message 1');
			channel.onmessage = () => {
				messages += 1;
				count += 1;
				if (count < 5) channel.send(`message ${count + 1}`);
				else resolve();
			};
		});
		await caller.setLocalDescription();
		await callee.setRemoteDescription(caller.localDescription);
		await callee.setLocalDescription();
		await caller.setRemoteDescription(callee.localDescription);
		await echoed;
		if (close) {
			caller.close();
			callee.close();
		} else {
			kept.push(caller, callee);
		}
	}
	globalThis.kept = kept;
	return `pairs=${pairs} messages=${messages}`;
}

function mark(text) {
	const at = command.indexOf('--spool-dir');
	if (at < 0) return;
	execFileSync(command[0], ['mark', '--spool-dir', command[at + 1], text], { stdio: ['ignore', 'ignore', 'inherit'] });
}

// By the kernel's account: those of this network namespace that are bound and not connected.
function udpSockets() {
	const lines = ['udp', 'udp6'].flatMap((name) => fs.readFileSync(`/proc/self/net/${name}`, 'utf8').split('\n').slice(1));
	return lines.filter((line) => /^0+:0000$/.test(line.trim().split(/\s+/)[2])).length;
}

// Sockets are closed in another process: all of them in the end, or as many as stay.
async function socketsLeft(before) {
	const end = performance.now() + LIMIT_MS / 2;
	let left;
	let last;
	do {
		last = left;
		await new Promise((resolve) => setTimeout(resolve, 500));
		left = udpSockets() - before;
	} while (performance.now() < end && (mode === 'closed' ? left > 0 : left !== last));
	return left;
}

async function drive(call) {
	const sessionId = await attach(call);
	const before = udpSockets();
	mark('before');
	const start = performance.now();
	const expression = `(${page})(${Number(pairs)}, ${mode === 'closed'})`;
	const result = await evaluate(call, sessionId, expression);
	const took = performance.now() - start;
	const left = await socketsLeft(before);
	mark('after');
	console.error(`page ${(took / 1000).toFixed(2)} s`);
	await call('Browser.close');
	return `${result} udp=${left}`;
}

const [pairs, mode, profile, ...command] = process.argv.slice(2);
if (process.argv.length < 6 || !['closed', 'open'].includes(mode)) {
	console.error('usage: chromium.mjs PAIRS closed|open PROFILE COMMAND...');
	process.exit(2);
}
const { child, call, ended } = launch(command, profile, FLAGS);
const limit = setTimeout(() => child.kill(), LIMIT_MS);
const said = await Promise.race([drive(call), ended]);
console.log(said, await ended);
clearTimeout(limit);
