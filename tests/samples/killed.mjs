// SPDX-License-Identifier: Apache-2.0
// Peers that die, run by tests/samples/robust.sh: killed.mjs close|wait PHASE...
// Each peer is a process that is killed (SIGKILL) when it has come to PHASE with dc-echo at ECHO_URL:
// `close` then has dc-echo close the connection, which must be prompt; `wait` lets it find out by
// itself. Prints a line per phase.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as client from '../../samples/browser/client.mjs';
import { PEERS } from './peers.mjs';
import { kind, relay } from './relay.mjs';
import { settled, status } from './status.mjs';

const PROMPT_MS = 5000; // who waited for the peer would wait longer
const FORGOTTEN_MS = 60000; // ICE gives up and consent expires before
const base = process.env.ECHO_URL;

function die() {
	process.kill(process.pid, 'SIGKILL');
}

// Kills at a packet of this kind from dc-echo, after some that came through.
const at = (wanted, after = 0) => {
	let left = after;
	return (data) => {
		if (kind(data) !== wanted) return;
		if (left === 0) die();
		left -= 1;
	};
};

// What to watch for, and what the peer does once its channel is open.
const PHASES = {
	call: {}, // it never answers our offer
	offer: {}, // it never sends a check
	ice: { watch: at('stun', 2) }, // the first come before the answer does
	'dtls begins': { watch: at('dtls') },
	'dtls goes on': { watch: at('dtls', 1) },
	'sctp begins': { watch: at('application') },
	'sctp goes on': { watch: at('application', 1) },
	open: { opened: die },
	transfer: { opened: (channel) => transfer(channel) },
};

function transfer(channel) {
	let back = 0;
	channel.onmessage = () => {
		back += 1;
		if (back === 20) die();
	};
	setInterval(() => channel.bufferedAmount < 1 << 20 && channel.send(new Uint8Array(65536)), 1);
}

async function peer(phase) {
	const { watch, opened = () => {} } = PHASES[phase];
	const { make } = PEERS['node-datachannel']();
	const connection = new client.Connection(base, make(await relay({ watch })));
	const tell = () => fs.writeSync(1, `${connection.id}\n`);
	if (phase === 'call') {
		await connection.signalling.post('call');
		tell();
		die();
	}
	const channel = connection.open('echo');
	connection.signalling.post = announced(connection.signalling, tell, phase === 'offer');
	await connection.offer();
	await client.opened(channel);
	opened(channel);
}

// What posts an offer, and tells its number before anything else happens.
function announced(signalling, tell, last) {
	const post = signalling.post.bind(signalling);
	return async (...words) => {
		const reply = await post(...words);
		tell();
		if (last) die();
		return reply;
	};
}

async function died(phase) {
	const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'peer', phase], { stdio: ['ignore', 'pipe', 'inherit'] });
	let said = '';
	child.stdout.setEncoding('utf8').on('data', (text) => {
		said += text;
	});
	const limit = setTimeout(() => child.kill('SIGTERM'), 60000);
	const signal = await new Promise((resolve) => child.on('close', (_, by) => resolve(by)));
	clearTimeout(limit);
	return { id: Number(said), signal };
}

async function closed(phase) {
	const before = await status(base);
	const { id, signal } = await died(phase);
	const start = Date.now();
	const reply = await fetch(new URL(`close?id=${id}`, base), { method: 'POST' });
	const text = (await reply.text()).trim();
	const prompt = Date.now() - start < PROMPT_MS;
	return `${phase}: ${signal} ${text} prompt=${prompt} ${await settled(base, before)}`;
}

async function forgotten(phases) {
	const before = await status(base);
	const all = await Promise.all(phases.map(died));
	const level = await settled(base, before, FORGOTTEN_MS);
	return phases.map((phase, i) => `${phase}: ${all[i].signal} ${level}`);
}

const [mode, ...phases] = process.argv.slice(2);
if (!base || !['peer', 'close', 'wait'].includes(mode) || phases.some((phase) => !PHASES[phase])) {
	console.error(`usage: ECHO_URL=... killed.mjs close|wait ${Object.keys(PHASES).join('|')}...`);
	process.exit(2);
}
if (mode === 'peer') await peer(phases[0]);
if (mode === 'close') for (const phase of phases) console.log(await closed(phase));
if (mode === 'wait') console.log((await forgotten(phases)).join('\n'));
