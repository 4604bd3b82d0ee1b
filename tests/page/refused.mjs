// SPDX-License-Identifier: Apache-2.0
// Whom the server answers, and who gets nothing of a trace: asked by a browser.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { openPage, visit } from './browser.mjs';
import { serve } from './server.mjs';

// A page of another origin on the same machine, which tries to read what the server has.
async function stranger() {
	const server = createServer((_, answer) => {
		answer.setHeader('content-type', 'text/html');
		answer.end('<title>a stranger</title><body></body>');
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

const attempts = (url) => ({
	fetch: `fetch('${url}session.json').then((answer) => answer.text(), () => 'refused')`,
	opaque: `fetch('${url}session.json', { mode: 'no-cors' }).then((answer) => answer.text().then((text) => text || 'refused'), () => 'refused')`,
	script: `new Promise((done) => { const script = document.createElement('script'); script.src = '${url}session.json';
		script.onload = () => done('loaded'); script.onerror = () => done('refused'); document.body.append(script); })`,
	image: `new Promise((done) => { const image = new Image(); image.src = '${url}trace/0';
		image.onload = () => done('loaded'); image.onerror = () => done('refused'); })`,
});

export async function refused({ checks, browser, work, rtctrack }) {
	const server = await serve(rtctrack, [`${work}/demo.db`]);
	const other = await stranger();

	await checks.check('a page of another origin can read nothing of the server', async () => {
		const page = await openPage(browser);
		await page.goto(other.url);
		for (const [name, script] of Object.entries(attempts(server.url)))
			assert.equal(await page.evaluate(script), 'refused', name);
		await page.context().close();
	});
	await checks.check('a page of another origin cannot show it in a frame', async () => {
		const page = await openPage(browser);
		await page.goto(other.url);
		await page.evaluate((url) => new Promise((done) => {
			const frame = document.createElement('iframe');
			frame.onload = done;
			frame.src = url;
			document.body.append(frame);
		}), server.url);
		const frame = page.frames()[1];
		assert.equal(await frame.locator('nav[aria-label="Views"]').count(), 0);
		await page.context().close();
	});
	await checks.check('a name that is made to lead to this machine is refused', async () => {
		const page = await openPage(browser);
		const answer = await page.goto(server.url.replace('127.0.0.1', 'rebound.example'));
		assert.equal(answer.status(), 403);
		await page.context().close();
	});
	await checks.check('without the token, with a wrong one, and outside of the page there is nothing', async () => {
		const page = await openPage(browser);
		const { pathname, origin } = new URL(server.url);
		const wrong = pathname.replace(/[0-9a-f]/, (digit) => (digit === '0' ? '1' : '0'));
		const status = async (path) => (await page.goto(`${origin}${path}`)).status();
		assert.equal(await status('/'), 403);
		assert.equal(await status(wrong), 403);
		assert.equal(await status(`${pathname}..%2f..%2fetc/passwd`), 404);
		assert.equal(await status(`${pathname}demo.db`), 404);
		await visit(page, server.url);
		await page.context().close();
	});
	other.close();
	await server.end();
}
