// SPDX-License-Identifier: Apache-2.0
// One visit to dc-echo, by whatever has an RTCPeerConnection: in a page of Chromium, whose driver
// hands it over as text, and in node. So it uses nothing but its arguments.

// client: the module samples/browser/client.mjs. mode: offer, or answer. closer: peer, or server.
// Resolves to what came back, in one line.
export async function visit(client, base, peer, mode, closer) {
	const { Connection, opened, pieces, send } = client;
	const connection = new Connection(base, peer);
	const LIMIT_MS = 60000;
	const said = [mode];

	function within(promise, what) {
		let timer;
		const late = new Promise((_, reject) => {
			timer = setTimeout(() => reject(new Error(`no ${what()} in ${LIMIT_MS} ms after ${said.join(' ')}`)), LIMIT_MS);
		});
		return Promise.race([promise, late]).finally(() => clearTimeout(timer));
	}

	// A channel of this label that the server opens.
	function incoming(label) {
		return new Promise((resolve) => {
			connection.addEventListener('channel', ({ detail }) => detail.label === label && resolve(detail));
		});
	}

	function ended(channel) {
		return new Promise((resolve) => channel.addEventListener('close', resolve, { once: true }));
	}

	function same(one, other) {
		if (typeof one === 'string' || typeof other === 'string') return one === other;
		const [a, b] = [new Uint8Array(one), new Uint8Array(other)];
		return a.length === b.length && a.every((byte, i) => byte === b[i]);
	}

	// How many came back as they were sent. Where enough is less, the rest may be lost.
	async function echo(channel, messages, { ordered = true, enough = messages.length } = {}) {
		const rest = [...messages];
		let good = 0;
		const back = new Promise((resolve, reject) => {
			channel.onmessage = ({ data }) => {
				const at = ordered ? 0 : rest.findIndex((one) => same(one, data));
				if (at < 0 || !same(rest[at], data)) reject(new Error(`message ${good + 1} came back as another`));
				rest.splice(at, 1);
				good += 1;
				if (good === enough) resolve();
			};
		});
		async function sendAll() {
			for (const message of messages) await send(channel, message);
		}
		await sendAll();
		// A machine that stands still for a second may lose all that is not sent again.
		const again = setInterval(() => {
			if (enough === messages.length) return;
			rest.push(...messages);
			sendAll().catch(() => {});
		}, 5000);
		await within(back, () => `echo of message ${good + 1} by ${channel.label}`).finally(() => clearInterval(again));
		return good;
	}

	// What Chromium sends on a channel of the peer's is lost until its network thread, too, has it as open:
	// so it knocks until it is answered, and lets all answers pass.
	async function knock(channel) {
		const answered = new Promise((resolve) => {
			channel.onmessage = resolve;
		});
		channel.send('knock');
		const again = setInterval(() => channel.send('knock'), 50);
		await within(answered, () => 'answer to a knock').finally(() => clearInterval(again));
		const last = new Promise((resolve) => {
			channel.onmessage = ({ data }) => data === 'enter' && resolve();
		});
		channel.send('enter');
		await within(last, () => 'end of the answers');
	}

	// By the server's account: udp or tcp.
	async function transport() {
		const text = await (await fetch(new URL('status', base))).text();
		return new RegExp(`^connection ${connection.id} connected (\\w+) `, 'm').exec(text)?.[1];
	}

	const numbered = (count) => Array.from({ length: count }, (_, i) => `message ${i + 1}`);
	let channel;
	if (mode === 'offer') {
		channel = connection.open('echo', { protocol: 'echo.1' });
		await connection.offer();
	} else {
		const coming = incoming('echo');
		await connection.call();
		channel = await within(coming, () => 'channel');
	}
	await within(opened(channel), () => 'open channel');
	if (mode === 'answer') await knock(channel);
	said.push(`text=${await echo(channel, ['hello', 'Grüße, 你好, 😀', 'x'.repeat(16384)])}`);
	const over = await transport(); // its side may open after ours, but before it echoes
	said.push(`binary=${await echo(channel, [new Uint8Array([0]), ...pieces(3000, 1000)])}`);
	const large = [...pieces(1 << 20, connection.largest)];
	await echo(channel, large);
	said.push(`bytes=${1 << 20}`);

	const unordered = await within(opened(connection.open('unordered', { ordered: false })), () => 'open');
	said.push(`unordered=${await echo(unordered, numbered(100), { ordered: false })}`);
	const partial = await within(opened(connection.open('partial', { ordered: false, maxRetransmits: 0 })), () => 'open');
	await echo(partial, numbered(20), { ordered: false, enough: 10 });
	const timed = await within(opened(connection.open('timed', { maxPacketLifeTime: 1000 })), () => 'open');
	await echo(timed, numbered(20), { ordered: false, enough: 10 });
	said.push('partial=ok');

	const asked = incoming('message');
	const told = within(asked, () => 'channel').then((one) => new Promise((resolve) => {
		one.onmessage = ({ data }) => resolve(data);
	}));
	await connection.ask('from the server');
	said.push(`asked="${await within(told, () => 'message')}"`);

	const reset = ended(unordered);
	unordered.close();
	await within(reset, () => 'end of a channel');
	const end = ended(channel);
	if (closer === 'server') await within(connection.closeRemote(), () => 'close at the server');
	else connection.close();
	if (closer === 'server') await within(end, () => 'end by the server');
	if (closer === 'server') connection.close();
	said.push(`closer=${closer}`, `over=${over}`);
	return said.join(' ');
}
