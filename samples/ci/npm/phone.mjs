// SPDX-License-Identifier: Apache-2.0
// What is tested: a phone that calls itself, over a UDP socket for each call.
//     node phone.mjs [CALLS [BUSY]]    default: 3 calls; at the call of that number the line is busy
// Its bug: who finds the line busy waits for ever, and does not hang up.
import dgram from 'node:dgram';
import { once } from 'node:events';

async function makeCall(busy) {
	const call = dgram.createSocket('udp4');
	call.bind(0, '127.0.0.1');
	await once(call, 'listening');
	if (busy) {
		call.unref();
		return;
	}
	call.send('hello', call.address().port, '127.0.0.1');
	await once(call, 'message');
	call.close();
}

const [calls = 3, busy = 0] = process.argv.slice(2).map(Number);
for (let i = 1; i <= calls; i++) await makeCall(i === busy);
console.log(`${calls} calls`);
