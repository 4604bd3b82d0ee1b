// SPDX-License-Identifier: Apache-2.0
// WebRTC stacks for node, behind the interface of a browser. SAMPLES_MODULES is the folder with
// node_modules.
import dns from 'node:dns';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.SAMPLES_MODULES ?? process.cwd(), '/'));

// It does not survive checks that arrive before it has its answer. So it tells nobody where it is, and
// is found by its own checks. through (may be left out): a relay that its packets go by.
function datachannel() {
	const library = require('node-datachannel');
	const { RTCPeerConnection } = require('node-datachannel/polyfill');
	const hidden = (sdp) => sdp.replace(/^a=(candidate|end-of-candidates).*\r\n/gm, '');
	function make(through) {
		class Peer extends RTCPeerConnection {
			get localDescription() {
				const { type, sdp } = super.localDescription;
				return { type, sdp: through ? through.forEcho(sdp) : hidden(sdp) };
			}

			setRemoteDescription({ type, sdp }) {
				return super.setRemoteDescription({ type, sdp: through ? through.forPeer(sdp) : sdp });
			}
		}
		const peer = new Peer({ iceServers: [], bindAddress: '127.0.0.1' });
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

export const PEERS = { 'node-datachannel': datachannel, werift };
