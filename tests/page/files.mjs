// SPDX-License-Identifier: Apache-2.0
// Files that are dropped on the page, and traces that are none: each gets what it asks for, or a sentence.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { assertHarmless, choose, openPage, settled, VIEWS, visit } from './browser.mjs';
import { serve } from './server.mjs';

// As a browser does it when a file is let go over the page.
async function drop(page, paths) {
	const list = paths.map((path) => ({ name: basename(path), text: readFileSync(path).toString('base64') }));
	await page.evaluate((dropped) => {
		const dataTransfer = new DataTransfer();
		for (const { name, text } of dropped)
			dataTransfer.items.add(new File([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))], name));
		for (const type of ['dragenter', 'dragover', 'drop'])
			document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
	}, list);
}

const DROPPED = [
	{ file: 'other.db', says: /no trace|neither a trace/i, what: 'a script' },
	{ file: 'stranger.db', says: /another program|no trace/i, what: 'a database of another program' },
	{ file: 'schema.db', says: /schema version 99/i, what: 'a trace of another schema' },
	{ file: 'short.db', says: /damaged|cut short/i, what: 'a trace that is cut short' },
];

async function dropped({ checks, browser, work }) {
	const url = `file://${work}/clean.html`;

	await checks.check('a trace that is dropped on the page is shown', async () => {
		const page = await openPage(browser);
		await visit(page, url);
		await drop(page, [`${work}/demo.db`]);
		await page.locator('main').getByText(/10 UDP sockets outlived their agent/).first().waitFor();
		await assertHarmless(page, url);
		await page.context().close();
	});
	await checks.check('a trace whose recorder was killed, dropped without its log: it is shown as far as it goes', async () => {
		const page = await openPage(browser);
		await visit(page, url);
		await drop(page, [`${work}/killed.db`]);
		await page.locator('main').getByText(/10 UDP sockets outlived their agent/).first().waitFor();
		await page.locator('main').getByText(/not finished|unfinished|did not end|cut off|killed|incomplete/i).first().waitFor();
		await assertHarmless(page, url);
		await page.context().close();
	});
	for (const { file, says, what } of DROPPED) {
		await checks.check(`${what}, dropped on the page: it says what is wrong, and what was there stays`, async () => {
			const page = await openPage(browser);
			await visit(page, url);
			const before = await page.locator('main').innerText();
			await drop(page, [`${work}/${file}`]);
			await page.getByText(says).first().waitFor();
			await page.keyboard.press('Escape');
			await settled(page);
			assert.equal(await page.locator('main').innerText(), before);
			await assertHarmless(page, url);
			await page.context().close();
		});
	}
}

// What the server makes of traces that are none: it says so itself, or the page does.
async function served({ checks, browser, work, rtctrack }) {
	for (const { file, says, what } of DROPPED) {
		await checks.check(`${what}, served: a sentence says what is wrong`, async () => {
			let said;
			try {
				const server = await serve(rtctrack, [`${work}/${file}`]);
				const page = await openPage(browser);
				await page.goto(server.url);
				await page.locator('main h1').waitFor();
				said = await page.locator('main').innerText();
				await page.context().close();
				await server.end();
			} catch (error) {
				said = error.message;
			}
			assert.match(said, new RegExp(`${says.source}|schema|not a trace|is no|malformed|99`, 'i'));
		});
	}
	await checks.check('several traces, served: one is chosen, and the address says which', async () => {
		const server = await serve(rtctrack, [`${work}/clean.db`, `${work}/demo.db`]);
		const page = await openPage(browser);
		await visit(page, `${server.url}#overview?trace=1`);
		await page.locator('main').getByText(/10 UDP sockets outlived their agent/).first().waitFor();
		await choose(page, 'timeline');
		assert.match(page.url(), /trace=1/);
		await assertHarmless(page, server.origin);
		await page.context().close();
		await server.end();
	});
	await checks.check('several traces: where the address names none the worst is chosen, and one list leads into each', async () => {
		const server = await serve(rtctrack, [`${work}/clean.db`, `${work}/demo.db`]);
		const page = await openPage(browser);
		await visit(page, server.url);
		await page.locator('main h1', { hasText: /^.?Findings in 1 of 2 recordings; the worst: 10 UDP sockets outlived their agent/ }).waitFor();
		assert.match(await page.locator('table.recordings tbody tr').first().innerText(), /demo\.db[^]*leaked/);
		await page.locator('.merged a.sentence', { hasText: /in 1 of 2 recordings, 10 in all/ }).click();
		await page.locator('main.view-finding h1', { hasText: /10 UDP sockets/ }).waitFor();
		assert.match(page.url(), /trace=1/);
		await assertHarmless(page, server.origin);
		await page.context().close();
		await server.end();
	});
}

// In each view, also with a finding chosen; nothing is thrown and something is there.
async function stands(page, url, origin) {
	await visit(page, url);
	for (const view of VIEWS) {
		await choose(page, view);
		assert.ok((await page.locator('main').innerText()).length > 0, `${view} is empty`);
	}
	await assertHarmless(page, origin);
}

async function strange({ checks, browser, work, rtctrack }) {
	for (const name of ['broken', 'empty']) {
		await checks.check(`a trace that is ${name}: every view stands it`, async () => {
			const server = await serve(rtctrack, [`${work}/${name}.db`]);
			const page = await openPage(browser);
			await stands(page, server.url, server.origin);
			await page.context().close();
			await server.end();
		});
	}
	await checks.check('an address that names nothing that is there shows a view all the same', async () => {
		const page = await openPage(browser);
		const url = `file://${work}/demo.html`;
		for (const fragment of ['#nowhere', '#finding/0000', '#timeline?from=x&to=-1', '#%ff%', '#compare?a=7', '#flame?by=__proto__', '#overview?trace=9']) {
			await page.goto('about:blank');
			await visit(page, url + fragment);
			assert.ok((await page.locator('main').innerText()).length > 0, fragment);
		}
		await assertHarmless(page, url);
		await page.context().close();
	});
}

export async function files(at) {
	await dropped(at);
	await served(at);
	await strange(at);
}
