// SPDX-License-Identifier: Apache-2.0
// Chromium, run by tests/samples/interop.sh: chromium.mjs PROFILE VISIT... -- COMMAND...
//
// COMMAND starts Chromium. It opens the page of dc-echo at ECHO_URL, and there each VISIT is made:
// MODE,CLOSER as in visit.mjs; reload: the page is loaded anew in the middle of a transfer; page: its
// buttons are pressed; names: the page has .local names only, and is not told where the server is.
// Prints a line per visit.
import { attach, evaluate, launch } from '../devtools.mjs';
import { settled, status } from './status.mjs';
import { visit } from './visit.mjs';

const LIMIT_MS = 200000;
const base = process.env.ECHO_URL;
const CLIENT = "await import('/client.mjs')";

// This runs in the page: a transfer that does not end before the page does.
async function endless(client, address) {
	const connection = new client.Connection(address, new RTCPeerConnection());
	const channel = connection.open('endless');
	await connection.offer();
	await client.opened(channel);
	const echoed = new Promise((resolve) => {
		channel.onmessage = resolve;
	});
	(async () => {
		for (;;) await client.send(channel, new Uint8Array(65536));
	})();
	await echoed;
	return 'under way';
}

// This runs in the page: what a person would do, and the lines that he would read.
async function press() {
	const at = (id) => document.getElementById(id);
	const lines = () => [...at('log').children].map((line) => line.textContent);
	const said = [];

	async function until(what, test) {
		const end = Date.now() + 30000;
		while (!test()) {
			if (Date.now() > end) throw new Error(`the page never said ${what}: ${lines().join(' | ')}`);
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		said.push(what);
	}

	const logged = (text) => until(text, () => lines().some((line) => line.includes(text)));
	for (const [connect, close] of [['offer', 'close'], ['call', 'remote-close']]) {
		at(connect).click();
		await logged('is open');
		await until('a path', () => at('path').value !== 'none');
		at('text').value = connect;
		at('text-form').requestSubmit();
		await until('echo', () => lines().some((line) => /came over/.test(line) && line.includes(`"${connect}"`)));
		at('text').value = 'x'.repeat(300000);
		at('text-form').requestSubmit();
		await logged('The text has 300000 bytes');
		at('text').value = connect;
		at('size').value = -5;
		at('send-binary').click();
		await logged('bytes: ');
		at('size').value = 300000;
		at('send-binary').click();
		await logged('came over');
		await logged('sent over');
		at('ask').click();
		await logged('"message" is open');
		at(close).click();
		await until('not connected', () => at('state').value === 'not connected');
		await until('nothing of the old one', () => at('largest').value === 'unknown' && at('path').value === 'none');
		at('log').replaceChildren();
	}
	return said.join(', ');
}

// This runs in the page: it is found by its .local name only.
async function names(client, address) {
	const peer = new RTCPeerConnection();
	const set = peer.setRemoteDescription.bind(peer);
	peer.setRemoteDescription = ({ type, sdp }) => set({ type, sdp: sdp.replace(/^a=candidate.*\r\n/gm, '') });
	const connection = new client.Connection(address, peer);
	const channel = connection.open('echo');
	await connection.offer();
	await client.opened(channel);
	const echoed = new Promise((resolve) => {
		channel.onmessage = ({ data }) => resolve(data);
	});
	channel.send('found');
	const said = await echoed;
	const lines = peer.localDescription.sdp.match(/^a=candidate.*/gm) ?? [];
	peer.close();
	return `${said}, names=${lines.length > 0 && lines.every((line) => line.includes('.local'))}`;
}

async function reload(call, page) {
	const said = await evaluate(call, page, `(async () => (${endless})(${CLIENT}, location.href))()`);
	await evaluate(call, page, 'globalThis.old = true');
	await call('Page.reload', {}, page);
	return `reload while ${said}`;
}

const KINDS = {
	reload,
	page: (call, page) => evaluate(call, page, `(${press})()`),
	names: (call, page) => evaluate(call, page, `(async () => (${names})(${CLIENT}, location.href))()`),
};

function meet(call, page, words) {
	const given = words.map((word) => JSON.stringify(word)).join(', ');
	return evaluate(call, page, `(async () => (${visit})(${CLIENT}, location.href, new RTCPeerConnection(), ${given}))()`);
}

async function loaded(call, page) {
	const end = Date.now() + 30000;
	const ready = 'globalThis.old ? "old" : document.readyState';
	while ((await evaluate(call, page, ready)) !== 'complete' && Date.now() < end) {
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

async function drive(call, visits) {
	const page = await attach(call);
	await call('Page.enable', {}, page);
	const { origin } = new URL(base);
	if (open) await call('Browser.grantPermissions', { origin, permissions: ['audioCapture'] });
	await call('Page.navigate', { url: base }, page);
	for (const one of visits) {
		await loaded(call, page);
		const before = await status(base);
		const said = await (KINDS[one]?.(call, page) ?? meet(call, page, one.split(',')));
		console.log(said.split('\n')[0], await settled(base, before));
	}
	await call('Browser.close');
}

const words = process.argv.slice(2);
const split = words.indexOf('--');
if (split < 2 || split === words.length - 1 || !base) {
	console.error('usage: ECHO_URL=... chromium.mjs PROFILE VISIT... -- COMMAND...');
	process.exit(2);
}
const [profile, ...visits] = words.slice(0, split);
// Without names the addresses themselves are in the candidates. TCP is there for a page that may use
// a microphone only.
const open = visits.includes('names') ? '' : 'WebRtcHideLocalIpsWithMdns,';
const { child, call, ended } = launch(words.slice(split + 1), profile, [
	'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE 10.0.0.1',
	`--disable-features=${open}MediaRouter`,
]);
const limit = setTimeout(() => child.kill(), LIMIT_MS);
await Promise.race([drive(call, visits), ended]);
console.log(await ended);
clearTimeout(limit);
