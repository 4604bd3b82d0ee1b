// SPDX-License-Identifier: Apache-2.0
// A page that is open while a program is recorded.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { assertHarmless, choose, openPage, settled, visit, WAIT_MS } from './browser.mjs';
import { serve, start } from './server.mjs';

// A line for the program, and its own once the session is over.
async function session(run, name) {
	run.child.stdin.write(`${name}\n`);
	assert.equal(await run.line(), name);
}

async function awaitFile(path) {
	const until = performance.now() + WAIT_MS;
	while (!existsSync(path)) {
		assert.ok(performance.now() < until, `${path} did not come to be`);
		await new Promise((done) => setTimeout(done, 50));
	}
}

const shows = (page, text) => page.locator('main').getByText(text).first().waitFor();

export async function live({ checks, browser, work, rtctrack, steps, shots }) {
	const trace = `${work}/live.db`;
	const run = start(rtctrack, ['run', '-q', '-o', trace, '--grace', '0.1', '--', steps]);
	await session(run, 'first');
	await awaitFile(trace);
	const server = await serve(rtctrack, [trace]);
	const page = await openPage(browser);

	await checks.check('live: the page is there while the program runs, and says that it does', async () => {
		await visit(page, server.url);
		await page.getByText(/live|recording|running/i).first().waitFor();
		await shows(page, /1 UDP socket outlived/);
		await page.screenshot({ path: `${shots}/live-overview.png` });
		assert.equal(await page.getByText(/(passes|fails) the gate/).count(), 0, 'nothing is final while it runs');
	});
	await checks.check('live: what is forgotten later comes to the page by itself', async () => {
		await session(run, 'second');
		await session(run, 'third');
		await shows(page, /3 UDP sockets outlived/);
	});
	await checks.check('live: what a user chose stays while the trace grows', async () => {
		await choose(page, 'timeline');
		await page.keyboard.press('/');
		await page.keyboard.type('fourth');
		const field = page.locator('[data-search]');
		await session(run, 'fourth');
		await page.waitForFunction(() => /fourth/.test(document.querySelector('main').innerText) || /fourth/.test(location.hash));
		await settled(page);
		assert.equal(await field.inputValue(), 'fourth');
		assert.ok(await field.evaluate((element) => element === document.activeElement), 'the focus is lost');
	});
	await checks.check('live: at the end the findings are final, and the page says so', async () => {
		await choose(page, 'overview');
		run.child.stdin.end();
		assert.equal(await run.exit, 0);
		await shows(page, /4 UDP sockets outlived/);
		await page.waitForFunction(() => !/\b(live|recording)\b/i.test(document.querySelector('header').innerText));
		await settled(page);
		await page.screenshot({ path: `${shots}/live-over.png` });
		await assertHarmless(page, server.origin);
	});
	await checks.check('live: where the server ends, the page stays as it is', async () => {
		await server.end();
		await choose(page, 'timeline');
		await choose(page, 'overview');
		await shows(page, /4 UDP sockets outlived/);
	});
	await page.context().close();
}
