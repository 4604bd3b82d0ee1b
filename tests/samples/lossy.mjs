// SPDX-License-Identifier: Apache-2.0
// Messages over a bad network, run by tests/samples/robust.sh: lossy.mjs MODE,CLOSER SEED
// Of the packets a tenth is lost (never two of a sort in a row), a fifth is late, a tenth comes twice (none of STUN).
// ECHO_URL is dc-echo's. Prints what came back, and how the packets fared on standard error.
import * as client from '../../samples/browser/client.mjs';
import { PEERS } from './peers.mjs';
import { relay } from './relay.mjs';
import { settled, status } from './status.mjs';

const LIMIT_MS = 120000;
// Where a fifth is lost usrsctp now and then sends nothing for several of its timeouts of 3 s, and after ten it gives up:
// one visit in some 150 (samples/dcstack/README.md says why). At a tenth it was never silent for more than 4 s in 204.
const NETWORK = { loss: 0.1, late: 0.2, twice: 0.1 };
const MESSAGES = 20;
const base = process.env.ECHO_URL;
const { make, end } = PEERS['node-datachannel']();

function within(promise, what) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`no ${what()} in ${LIMIT_MS} ms`)), LIMIT_MS);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Numbered, and of many sizes: one packet, a part of one, several.
function messages() {
	return Array.from({ length: MESSAGES }, (_, i) => `${i} `.padEnd((i * 397) % 2500, 'x'));
}

function echo(channel, ordered) {
	const sent = messages();
	const rest = [...sent];
	const back = new Promise((resolve, reject) => {
		channel.onmessage = ({ data }) => {
			const at = ordered ? 0 : rest.indexOf(data);
			if (rest[at] !== data) reject(new Error(`message ${sent.length - rest.length} came back as another`));
			rest.splice(at, 1);
			if (rest.length === 0) resolve(sent.length);
		};
	});
	for (const message of sent) channel.send(message);
	return within(back, () => `echo of ${rest.length} messages`);
}

async function visit(mode, closer, peer) {
	const connection = new client.Connection(base, peer);
	const coming = new Promise((resolve) => {
		connection.addEventListener('channel', ({ detail }) => resolve(detail));
	});
	if (mode === 'offer') connection.open('echo');
	await (mode === 'offer' ? connection.offer() : connection.call());
	const channel = await within(coming, () => 'channel');
	await within(client.opened(channel), () => 'open channel');
	const mixed = await within(client.opened(connection.open('unordered', { ordered: false })), () => 'second channel');
	const counts = await Promise.all([echo(channel, true), echo(mixed, false)]);
	// Its farewell may be lost, and then consent tells, much later. So the server closes too.
	if (closer === 'peer') connection.close();
	const start = Date.now();
	await connection.closeRemote().catch((error) => {
		if (!(error instanceof client.Refused)) throw error;
	});
	const prompt = Date.now() - start < 5000; // who waited for the peer would wait longer
	return `${mode} ordered=${counts[0]} unordered=${counts[1]} closer=${closer} prompt=${prompt}`;
}

const [words, seed] = process.argv.slice(2);
const before = await status(base);
const through = await relay({ seed: Number(seed), ...NETWORK });
const peer = make(through);
const said = await visit(...words.split(','), peer).catch(({ message }) => `${message}, ICE ${peer.iceConnectionState}`);
peer.close();
console.log(said, await settled(base, before));
console.error(`packets ${JSON.stringify(through.counts)}`);
through.close();
end();
process.exit(0);
