// SPDX-License-Identifier: Apache-2.0
// A stack for node, run by tests/samples/interop.sh: node.mjs PEER MODE,CLOSER...
// PEER: node-datachannel or werift. ECHO_URL is dc-echo's, SAMPLES_MODULES the folder with
// node_modules. Prints a line per visit.
import dns from 'node:dns';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as client from '../../samples/browser/client.mjs';
import { settled, status } from './status.mjs';
import { visit } from './visit.mjs';

const require = createRequire(path.join(process.env.SAMPLES_MODULES ?? process.cwd(), '/'));
const base = process.env.ECHO_URL;

// It does not survive checks that arrive before it has its answer. So it tells nobody where it is, and
// is found by its own checks.
function datachannel() {
	const library = require('node-datachannel');
	const { RTCPeerConnection } = require('node-datachannel/polyfill');
	class Hidden extends RTCPeerConnection {
		get localDescription() {
			const { type, sdp } = super.localDescription;
			return { type, sdp: sdp.replace(/^a=(candidate|end-of-candidates).*\r\n/gm, '') };
		}
	}
	function make() {
		const peer = new Hidden({ iceServers: [], bindAddress: '127.0.0.1' });
		return Object.defineProperty(peer, 'onicecandidate', { set: () => {} });
	}
	return { make, end: () => library.cleanup() };
}

// It asks a public STUN server where it is given none: there is none here. It wants keys for media
// of a peer that has no media: there is nothing to use them for.
function werift() {
	dns.promises.lookup = async () => {
		throw new Error('no STUN server here');
	};
	const { RTCDtlsTransport, RTCPeerConnection } = require('werift');
	RTCDtlsTransport.prototype.startSrtp = () => {};
	const make = () => new RTCPeerConnection({
		iceServers: [],
		iceUseIpv4: false,
		iceUseIpv6: false,
		iceAdditionalHostAddresses: ['127.0.0.1'],
		iceInterfaceAddresses: { udp4: '127.0.0.1' },
	});
	return { make, end: () => {} };
}

const PEERS = { 'node-datachannel': datachannel, werift };
const [name, ...visits] = process.argv.slice(2);
if (!PEERS[name] || !base) {
	console.error('usage: ECHO_URL=... node.mjs node-datachannel|werift MODE,CLOSER...');
	process.exit(2);
}
const { make, end } = PEERS[name]();
for (const one of visits) {
	const before = await status(base);
	const peer = make();
	const said = await visit(client, base, peer, ...one.split(',')).catch((error) => error.message);
	peer.close();
	console.log(said, await settled(base, before));
}
end();
process.exit(0);
