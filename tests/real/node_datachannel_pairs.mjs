// SPDX-License-Identifier: Apache-2.0
// node_datachannel_pairs.mjs SESSIONS closed|open: pairs of libdatachannel's peer connections
// that talk, one after the other. REAL_MODULES is the folder that holds node_modules.
import { createRequire } from 'node:module';
import { arguments_of, echo_session, print_count } from './pairs.mjs';

const require = createRequire(`${process.env.REAL_MODULES}/`);
const { PeerConnection, cleanup } = require('node-datachannel');
const config = { iceServers: [], bindAddress: '127.0.0.1' };

// Resolves with the description once it names every candidate.
function complete_description(peer) {
	return new Promise((resolve) => {
		peer.onGatheringStateChange((state) => {
			if (state === 'complete')
				resolve(peer.localDescription());
		});
	});
}

function channel_closed(channel) {
	return new Promise((resolve) => channel.onClosed(resolve));
}

async function open_pair() {
	const caller = new PeerConnection('caller', config);
	const callee = new PeerConnection('callee', config);
	const closed = [];
	callee.onDataChannel((incoming) => {
		closed.push(channel_closed(incoming));
		incoming.onMessage((message) => incoming.sendMessage(message));
	});

	const offer = complete_description(caller);
	const channel = caller.createDataChannel('echo');
	closed.push(channel_closed(channel));
	const opened = new Promise((resolve) => channel.onOpen(resolve));
	const { sdp, type } = await offer;
	const answer = complete_description(callee);
	callee.setRemoteDescription(sdp, type);
	const answered = await answer;
	caller.setRemoteDescription(answered.sdp, answered.type);
	await opened;
	return { caller, callee, channel, closed };
}

async function close_pair(pair) {
	pair.channel.close();
	await Promise.all(pair.closed);
	pair.caller.close();
	pair.callee.close();
}

const { sessions, close } = arguments_of(process.argv);
const kept = [];
let messages = 0;
for (let i = 0; i < sessions; i++) {
	const pair = await open_pair();
	messages += await echo_session((text) => pair.channel.sendMessage(text),
		(receive) => pair.channel.onMessage(receive));
	if (close)
		await close_pair(pair);
	else
		kept.push(pair);
}
if (close)
	cleanup();
await print_count(sessions, messages);
process.exit(0);
