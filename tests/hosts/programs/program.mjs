// SPDX-License-Identifier: Apache-2.0
// net, dgram, fs, child_process, worker_threads; prints what never varies.
import { execFile, fork, spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const self = fileURLToPath(import.meta.url);

async function tcp() {
	const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const answers = await Promise.all(Array.from({ length: 20 }, async (_, number) => {
		const client = net.connect(server.address().port, '127.0.0.1');
		client.end(`line ${number}`);
		let text = '';
		for await (const chunk of client) text += chunk;
		return text;
	}));
	server.close();
	await once(server, 'close');
	console.log('tcp', answers.join());
}

async function udp() {
	const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
	await once(socket, 'listening');
	socket.send('datagram', socket.address().port, '127.0.0.1');
	const [message] = await once(socket, 'message');
	socket.close();
	console.log('udp', message.toString());
}

async function files() {
	await Promise.all(Array.from({ length: 20 }, (_, i) => fs.writeFile(`file-${i}`, `${i}`)));
	const texts = await Promise.all(Array.from({ length: 20 }, (_, i) => fs.readFile(`file-${i}`, 'utf8')));
	await Promise.all(Array.from({ length: 20 }, (_, i) => fs.unlink(`file-${i}`)));
	console.log('files', texts.join());
}

async function children() {
	const { stdout } = await promisify(execFile)('sh', ['-c', 'echo from a child']);
	console.log('execFile', stdout.trim());
	const child = spawn('cat', { env: {}, stdio: ['pipe', 'pipe', 'inherit'] });
	child.stdin.end('piped');
	let text = '';
	for await (const chunk of child.stdout) text += chunk;
	console.log('spawn', text);
	const other = fork(self, ['child']);
	const [message] = await once(other, 'message');
	const [code] = await once(other, 'exit');
	console.log('fork', message, code);
}

async function workers() {
	const sums = await Promise.all([1, 2, 3].map(async (number) => {
		const worker = new Worker(self);
		worker.postMessage(number);
		const [answer] = await once(worker, 'message');
		await worker.terminate();
		return answer;
	}));
	console.log('workers', sums.join());
}

if (!isMainThread) {
	parentPort.once('message', (number) => parentPort.postMessage(number * 10));
} else if (process.argv[2] === 'child') {
	process.send('hello from a fork', () => process.exit(4));
} else {
	await tcp();
	await udp();
	await files();
	await children();
	await workers();
	console.error('last words');
	process.exitCode = 6;
}
