// SPDX-License-Identifier: Apache-2.0
// A million lifetimes: every view works; how smoothly is printed, and never judged.
import assert from 'node:assert/strict';
import { assertHarmless, choose, frameTimes, longestTask, openPage, settled, VIEWS, visit } from './browser.mjs';
import { serve } from './server.mjs';
import { dragFrom, overPicture, zoom } from './timeline.mjs';
import { first, rows } from './trace.mjs';

const STEPS = 30;
const DRAGS = 6;

async function loaded({ checks, work }, page, name, url) {
	await checks.check(`a million lifetimes, ${name}: they are loaded, and the overview says what leaks`, async () => {
		assert.ok(rows(`${work}/million.db`, 'SELECT count(*) AS count FROM resource')[0].count >= 1e6);
		const begun = performance.now();
		await visit(page, url);
		await page.locator('main').getByText(/20 UDP sockets outlived their agent/).first().waitFor();
		checks.say(`${name}: the overview was there after ${((performance.now() - begun) / 1000).toFixed(1)} s; ${await longestTask(page)}`);
	});
}

async function smooth({ checks, shots }, page) {
	await checks.check('a million lifetimes: the timeline zooms in and out, is pulled aside, and searched', async () => {
		const begun = performance.now();
		await choose(page, 'timeline');
		checks.say(`the timeline was there after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
		await page.evaluate(() => { window.seen.tasks = []; });
		const spot = await overPicture(page);
		checks.say(`zooming in:  ${await frameTimes(page, () => zoom(page, -STEPS))}`);
		await settled(page);
		await page.screenshot({ path: `${shots}/million-zoomed.png` });
		checks.say(`pulling:     ${await frameTimes(page, async () => {
			for (let i = 0; i < DRAGS; i += 1) await dragFrom(page, spot, i % 2 ? 300 : -300);
		})}`);
		checks.say(`zooming out: ${await frameTimes(page, () => zoom(page, STEPS))}`);
		await settled(page);
		checks.say(`timeline: ${await longestTask(page)}`);
		await page.keyboard.press('/');
		const searched = performance.now();
		await page.keyboard.type('connectivity');
		await page.waitForFunction(() => /142[ ,.\u2009\u202f']?872/.test(document.body.innerText));
		checks.say(`142,872 were found after ${((performance.now() - searched) / 1000).toFixed(1)} s`);
		await settled(page);
		await page.screenshot({ path: `${shots}/million-search.png` });
	});
}

async function allViews({ checks, work, shots }, page, url) {
	await checks.check('a million lifetimes: every view is there', async () => {
		for (const view of VIEWS) {
			const begun = performance.now();
			await page.evaluate(() => { window.seen.tasks = []; });
			if (view === 'finding') {
				await page.evaluate((hash) => { location.hash = hash; }, `#finding/${first(`${work}/million.db`).fingerprint}`);
				await page.locator('main.view-finding').waitFor();
				await settled(page);
			} else {
				await choose(page, view);
			}
			checks.say(`${view} was there after ${((performance.now() - begun) / 1000).toFixed(1)} s; ${await longestTask(page)}`);
			await page.screenshot({ path: `${shots}/million-${view}.png` });
			assert.ok((await page.locator('main').innerText()).length > 20, `${view} is empty`);
		}
		await assertHarmless(page, url);
	});
}

export async function million(at) {
	const file = `file://${at.work}/million.html`;
	const page = await openPage(at.browser);
	await loaded(at, page, 'from a file', file);
	await page.context().close();
	const server = await serve(at.rtctrack, [`${at.work}/million.db`]);
	const served = await openPage(at.browser);
	await loaded(at, served, 'served', server.url);
	await allViews(at, served, server.origin);
	await smooth(at, served);
	await served.context().close();
	await server.end();
}
