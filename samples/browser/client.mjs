// SPDX-License-Identifier: Apache-2.0
// A connection to dc-echo: signalling over its HTTP requests, and channels whose messages come
// back. Knows of no page; connect() takes the server's address and the RTCPeerConnection to use.

export class Refused extends Error {}

// Each description holds what is known so far; our candidates follow.
class Signalling {
	constructor(base) {
		this.base = base;
		this.id = 0;
		this.found = [];
	}

	async post(path, body = '') {
		const query = this.id ? `?id=${this.id}` : '';
		const reply = await fetch(new URL(path + query, this.base), { method: 'POST', body });
		const text = await reply.text();
		if (!reply.ok) throw new Refused(text.trim());
		const id = Number(reply.headers.get('Connection-Id'));
		if (id && !this.id) {
			this.id = id;
			for (const line of this.found.splice(0)) this.post('candidate', line).catch(() => {});
		}
		return text;
	}

	// The server may have closed the connection by the time that a candidate is found.
	candidate(line) {
		if (this.id) this.post('candidate', line).catch(() => {});
		else this.found.push(line);
	}
}

export class Connection extends EventTarget {
	constructor(base, peer) {
		super();
		this.peer = peer;
		this.signalling = new Signalling(base);
		peer.onicecandidate = ({ candidate }) => this.signalling.candidate(candidate?.candidate ?? '');
		peer.onconnectionstatechange = () => this.tell('state', peer.connectionState);
		peer.ondatachannel = ({ channel }) => this.adopt(channel);
	}

	get id() {
		return this.signalling.id;
	}

	get largest() {
		return this.peer.sctp?.maxMessageSize || 65536;
	}

	tell(type, detail) {
		this.dispatchEvent(Object.assign(new Event(type), { detail }));
	}

	adopt(channel) {
		channel.binaryType = 'arraybuffer';
		this.tell('channel', channel);
		return channel;
	}

	open(label, options = {}) {
		return this.adopt(this.peer.createDataChannel(label, options));
	}

	// We offer. There has to be a channel by now, or there would be nothing to offer.
	async offer() {
		await this.peer.setLocalDescription();
		const sdp = await this.signalling.post('offer', this.peer.localDescription.sdp);
		await this.peer.setRemoteDescription({ type: 'answer', sdp });
	}

	// The server offers.
	async call() {
		const sdp = await this.signalling.post('call');
		await this.peer.setRemoteDescription({ type: 'offer', sdp });
		await this.peer.setLocalDescription();
		await this.signalling.post('answer', this.peer.localDescription.sdp);
	}

	ask(text) {
		return this.signalling.post('send', text);
	}

	closeRemote() {
		return this.signalling.post('close');
	}

	close() {
		this.peer.close();
	}
}

// Resolves when event comes at target; rejects when it is closed or fails first.
export function arrival(target, event) {
	return new Promise((resolve, reject) => {
		target.addEventListener(event, resolve, { once: true });
		for (const end of ['close', 'error']) {
			if (end !== event) target.addEventListener(end, () => reject(new Error(`${end} before ${event}`)), { once: true });
		}
	});
}

export async function opened(channel) {
	if (channel.readyState !== 'open') await arrival(channel, 'open');
	return channel;
}

// Waits while much is on its way, since a full buffer closes the channel.
export async function send(channel, data) {
	const much = 1 << 20;
	if (channel.bufferedAmount > much) {
		channel.bufferedAmountLowThreshold = much / 2;
		await arrival(channel, 'bufferedamountlow');
	}
	channel.send(data);
}

// Size bytes as messages of at most largest bytes.
export function* pieces(size, largest) {
	for (let offset = 0; offset < size; offset += largest) {
		const piece = new Uint8Array(Math.min(largest, size - offset));
		for (let i = 0; i < piece.length; i += 1) piece[i] = (offset + i) * 31 + ((offset + i) >> 8);
		yield piece;
	}
}
