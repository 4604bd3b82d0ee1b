// SPDX-License-Identifier: Apache-2.0
// Chromium, run by tests/real/chromium.sh: chromium.mjs PAIRS closed|open PROFILE COMMAND...
//
// COMMAND starts Chromium, itself or behind `rtctrack run --spool-dir`; it is told what to do through
// a pipe. Its page makes pairs of connections that exchange messages over a data channel. `closed`
// closes both; `open` keeps both. A recorded run has a mark before the pairs and one after.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { performance } from 'node:perf_hooks';

const LIMIT_MS = 60000;
const FLAGS = [
	'--headless',
	'--remote-debugging-pipe',
	'--no-first-run',
	'--disable-gpu',
	'--disable-breakpad',
	'--disable-component-update',
	'--disable-background-networking',
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

// What is sent and received are JSON texts that end in a zero byte.
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

async function drive(call) {
	const { targetInfos } = await call('Target.getTargets');
	const { targetId } = targetInfos.find(({ type }) => type === 'page');
	const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
	const before = udpSockets();
	mark('before');
	const start = performance.now();
	const expression = `(${page})(${Number(pairs)}, ${mode === 'closed'})`;
	const { result } = await call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, sessionId);
	const took = performance.now() - start;
	await new Promise((resolve) => setTimeout(resolve, 500)); // sockets are closed in another process
	mark('after');
	const left = udpSockets() - before;
	console.error(`page ${(took / 1000).toFixed(2)} s`);
	await call('Browser.close');
	return `${result.value ?? result.description} udp=${left}`;
}

const [pairs, mode, profile, ...command] = process.argv.slice(2);
if (process.argv.length < 6 || !['closed', 'open'].includes(mode)) {
	console.error('usage: chromium.mjs PAIRS closed|open PROFILE COMMAND...');
	process.exit(2);
}
const [program, ...words] = [...command, ...FLAGS, `--user-data-dir=${profile}`, 'about:blank'];
const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'] });
for (const pipe of [child.stdio[3], child.stdio[4]]) pipe.on('error', () => {}); // its exit tells
const ended = new Promise((resolve) => {
	child.on('exit', (code, signal) => resolve(`exit=${signal ?? code}`));
});
const limit = setTimeout(() => child.kill(), LIMIT_MS);
const said = await Promise.race([drive(talk(child)), ended]);
console.log(said, await ended);
clearTimeout(limit);
