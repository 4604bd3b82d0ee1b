// SPDX-License-Identifier: Apache-2.0
// werift_pairs.mjs SESSIONS closed|open: pairs of werift's peer connections that talk, one after
// the other. REAL_MODULES is the folder that holds node_modules.
import { createRequire } from 'node:module';
import { arguments_of, echo_session, print_count } from './pairs.mjs';

const require = createRequire(`${process.env.REAL_MODULES}/`);
const { RTCPeerConnection } = require('werift');
const config = {
	iceServers: [],
	iceUseIpv4: false,
	iceUseIpv6: false,
	iceAdditionalHostAddresses: ['127.0.0.1'],
	iceInterfaceAddresses: { udp4: '127.0.0.1' },
};

async function open_pair() {
	const caller = new RTCPeerConnection(config);
	const callee = new RTCPeerConnection(config);
	callee.onDataChannel.subscribe((incoming) => {
		incoming.onMessage.subscribe((message) => incoming.send(message));
	});

	const channel = caller.createDataChannel('echo');
	const opened = new Promise((resolve) => {
		channel.stateChanged.subscribe((state) => {
			if (state === 'open')
				resolve();
		});
	});
	await caller.setLocalDescription(await caller.createOffer());
	await callee.setRemoteDescription(caller.localDescription);
	await callee.setLocalDescription(await callee.createAnswer());
	await caller.setRemoteDescription(callee.localDescription);
	await opened;
	return { caller, callee, channel };
}

const { sessions, close } = arguments_of(process.argv);
const kept = [];
let messages = 0;
for (let i = 0; i < sessions; i++) {
	const pair = await open_pair();
	messages += await echo_session((text) => pair.channel.send(text),
		(receive) => pair.channel.onMessage.subscribe(receive));
	if (close)
		await Promise.all([pair.caller.close(), pair.callee.close()]);
	else
		kept.push(pair);
}
await print_count(sessions, messages);
process.exit(0);
