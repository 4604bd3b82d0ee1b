// SPDX-License-Identifier: Apache-2.0
// Leaks one socket, asked for by the function of that name.
//     node script.mjs FUNCTION
import dgram from 'node:dgram';
import net from 'node:net';

const kept = [];

function listen() {
	const server = net.createServer();
	server.listen(0);
	kept.push(server);
}

function answerPhone() {
	listen();
}

function callPhone() {
	listen();
}

// Node opens the socket later, when nothing of this is on the stack any more.
function bindLater() {
	const socket = dgram.createSocket('udp4');
	socket.bind(0, '127.0.0.1');
	kept.push(socket);
	socket.on('listening', () => process.reallyExit(0));
}

({ answerPhone, callPhone, bindLater })[process.argv[2]]();
if (kept[0] instanceof net.Server) kept[0].on('listening', () => process.reallyExit(0));
