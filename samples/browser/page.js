// SPDX-License-Identifier: Apache-2.0
import { Connection, pieces, send } from './client.mjs';

const at = (id) => document.getElementById(id);
const NEED_CONNECTION = ['close', 'remote-close', 'open', 'ask'];
const NEED_CHANNEL = ['send-text', 'send-binary', 'close-channel'];
const LINES = 200;

let connection;
let channels = [];

function log(text, kind = '') {
	const line = document.createElement('li');
	line.textContent = `${new Date().toLocaleTimeString()} ${text}`;
	line.className = kind;
	at('log').prepend(line);
	while (at('log').children.length > LINES) at('log').lastChild.remove();
}

function show() {
	const open = channels.filter((channel) => channel.readyState === 'open');
	const chosen = at('channels').value;
	at('state').value = connection ? connection.peer.connectionState : 'not connected';
	for (const id of ['offer', 'call']) at(id).disabled = Boolean(connection);
	for (const id of NEED_CONNECTION) at(id).disabled = !connection;
	for (const id of NEED_CHANNEL) at(id).disabled = open.length === 0;
	at('channels').replaceChildren(...open.map((channel) => new Option(`${channel.id} ${channel.label}`, channel.id)));
	if (open.some((channel) => String(channel.id) === chosen)) at('channels').value = chosen;
	at('limit').disabled = !at('reliability').value;
}

function forget(why) {
	if (!connection) return;
	connection.close();
	connection = undefined;
	channels = [];
	at('path').value = 'none';
	at('largest').value = 'unknown';
	log(why);
	show();
}

// The pair in use, as the browser sees it.
async function showPath() {
	const made = connection;
	const stats = await made.peer.getStats();
	if (made !== connection) return;
	const one = (id) => stats.get(id) ?? {};
	for (const pair of stats.values()) {
		if (pair.type !== 'candidate-pair' || !pair.nominated) continue;
		const [local, remote] = [one(pair.localCandidateId), one(pair.remoteCandidateId)];
		at('path').value = `${local.protocol} ${local.candidateType} > ${remote.address}:${remote.port} ${remote.candidateType}`;
	}
	at('largest').value = `${connection.largest} bytes`;
}

function described(data) {
	if (typeof data === 'string') return data.length > 60 ? `text of ${data.length} characters` : `"${data}"`;
	return `${data.byteLength} bytes`;
}

function watch(channel) {
	channels.push(channel);
	channel.addEventListener('open', () => {
		log(`channel ${channel.id} "${channel.label}" is open`);
		watchTransport(connection);
		show();
	});
	channel.addEventListener('close', () => {
		log(`channel ${channel.id} "${channel.label}" is closed`);
		channels = channels.filter((one) => one !== channel);
		show();
	});
	channel.addEventListener('message', ({ data }) => log(`came over ${channel.id}: ${described(data)}`));
}

// What the server's close ends at once. The state of the whole connection follows much later.
function watchTransport(made) {
	const { transport } = made.peer.sctp;
	transport.onstatechange = () => {
		if (made === connection && transport.state !== 'connected') forget('closed by the server');
	};
}

function watched() {
	const made = new Connection(document.baseURI, new RTCPeerConnection());
	made.addEventListener('channel', ({ detail }) => watch(detail));
	made.addEventListener('state', ({ detail }) => {
		if (made !== connection) return;
		show();
		if (detail === 'connected') showPath().catch(failed);
		if (detail === 'failed') forget('the connection has failed');
	});
	return made;
}

function failed(error) {
	log(error.message, 'error');
}

function options() {
	const chosen = { ordered: !at('unordered').checked };
	const reliability = at('reliability').value;
	if (reliability) chosen[reliability] = number('limit');
	return chosen;
}

// What a field says, within the limits that the page has for it.
function number(id) {
	const field = at(id);
	if (field.value === '' || !field.checkValidity()) throw new Error(`${field.dataset.name}: ${field.validationMessage || 'Please enter a number.'}`);
	return field.valueAsNumber;
}

// One that is closing is on the list until it is closed.
function channel() {
	const chosen = channels.find(({ id }) => String(id) === at('channels').value);
	if (chosen?.readyState !== 'open') throw new Error('The channel is not open any more.');
	return chosen;
}

async function connect(begin) {
	connection = watched();
	const made = connection;
	show();
	try {
		await begin(made);
	} catch (error) {
		if (made === connection) forget('not connected');
		throw error;
	}
}

function sendText() {
	const over = channel();
	const text = at('text').value;
	const { size } = new Blob([text]);
	if (size > connection.largest) throw new Error(`The text has ${size} bytes, the largest message has ${connection.largest}.`);
	over.send(text);
	log(`sent over ${over.id}: ${described(text)}`);
}

const actions = {
	offer: () => connect((made) => {
		made.open('echo', options());
		return made.offer();
	}),
	call: () => connect((made) => made.call()),
	close: () => forget('closed here'),
	'remote-close': () => connection.closeRemote(),
	open: () => connection.open('echo', options()),
	'close-channel': () => channel().close(),
	ask: () => connection.ask(at('text').value),
	'send-binary': async () => {
		const over = channel();
		const size = number('size');
		if (size === 0) over.send(new Uint8Array(0));
		for (const piece of pieces(size, connection.largest)) await send(over, piece);
		log(`sent over ${over.id}: ${size} bytes`);
	},
};

function run(action) {
	Promise.resolve().then(action).catch(failed);
}

for (const [id, action] of Object.entries(actions)) {
	at(id).addEventListener('click', () => run(action));
}
at('text-form').addEventListener('submit', (event) => {
	event.preventDefault();
	run(sendText);
});
at('reliability').addEventListener('change', show);
// A page that is reloaded says so, where a browser would leave the server to find out.
addEventListener('pagehide', () => connection?.close());
show();
