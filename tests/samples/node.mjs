// SPDX-License-Identifier: Apache-2.0
// A stack for node, run by tests/samples/interop.sh: node.mjs PEER MODE,CLOSER...
// ECHO_URL is dc-echo's. Prints a line per visit.
import * as client from '../../samples/browser/client.mjs';
import { PEERS } from './peers.mjs';
import { settled, status } from './status.mjs';
import { visit } from './visit.mjs';

const base = process.env.ECHO_URL;
const [name, ...visits] = process.argv.slice(2);
if (!PEERS[name] || !base) {
	console.error(`usage: ECHO_URL=... node.mjs ${Object.keys(PEERS).join('|')} MODE,CLOSER...`);
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
