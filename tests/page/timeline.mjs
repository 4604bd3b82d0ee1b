// SPDX-License-Identifier: Apache-2.0
// The timeline by wheel, drag, keys, search and filter: each is in the address, and a reload shows it again.
import assert from 'node:assert/strict';
import { assertHarmless, choose, openPage, settled, visit } from './browser.mjs';

const fragment = (page) => new URL(page.url()).hash;

// The address says something else than before, which is what was chosen.
async function changes(page, action) {
	const before = fragment(page);
	await action();
	await page.waitForFunction((hash) => location.hash !== hash, before);
	await settled(page);
	return fragment(page);
}

export async function overPicture(page) {
	const canvas = page.locator('canvas.tl-lanes');
	await canvas.waitFor();
	const box = await canvas.boundingBox();
	const spot = { x: box.x + box.width * 0.6, y: box.y + Math.min(box.height, 300) * 0.5 };
	await page.mouse.move(spot.x, spot.y);
	return spot;
}

export async function dragFrom(page, spot, x) {
	await page.mouse.move(spot.x, spot.y);
	await page.mouse.down();
	for (let i = 1; i <= 10; i += 1) await page.mouse.move(spot.x + (x * i) / 10, spot.y);
	await page.mouse.up();
}

// By so many steps of the wheel; below zero it zooms in.
export async function zoom(page, steps) {
	await page.keyboard.down('Control');
	for (let i = 0; i < Math.abs(steps); i += 1) await page.mouse.wheel(0, 120 * Math.sign(steps));
	await page.keyboard.up('Control');
}

export async function timeline({ checks, browser, work, shots }) {
	const url = `file://${work}/demo.html`;
	const page = await openPage(browser);
	await visit(page, url);
	await choose(page, 'timeline');

	await checks.check('timeline: the wheel zooms, and the address says so', async () => {
		await overPicture(page);
		await changes(page, () => zoom(page, -4));
		await page.screenshot({ path: `${shots}/timeline-zoomed.png` });
	});
	await checks.check('timeline: what was zoomed is pulled aside', async () => {
		const spot = await overPicture(page);
		await changes(page, () => dragFrom(page, spot, -150));
	});
	await checks.check('timeline: a reload shows the same part of it', async () => {
		const axis = () => page.locator('canvas.tl-axis').screenshot();
		const [before, address] = [await axis(), fragment(page)];
		await page.reload();
		await page.locator('canvas.tl-axis').waitFor();
		await settled(page);
		assert.equal(fragment(page), address);
		assert.ok((await axis()).equals(before), 'another part');
	});
	await checks.check('timeline: by keys it zooms and moves', async () => {
		await page.locator('canvas.tl-lanes').focus();
		for (const key of ['+', 'd', 'a', '-', '0']) await changes(page, () => page.keyboard.press(key));
	});
	await checks.check('timeline: a search says how much it found, and shows it', async () => {
		await changes(page, async () => {
			await page.keyboard.press('/');
			await page.keyboard.type('udp');
		});
		await page.waitForFunction(() => /\b[1-9]\d* found/.test(document.body.innerText));
		await page.screenshot({ path: `${shots}/timeline-search.png` });
	});
	await checks.check('timeline: a filter leaves out kinds, and the address says so', async () => {
		await changes(page, () => page.locator('main.view-timeline').getByRole('button', { name: 'task' }).click());
		await page.screenshot({ path: `${shots}/timeline-filter.png` });
	});
	await checks.check('timeline: none of that asked for anything elsewhere', () => assertHarmless(page, url));
	await page.context().close();
}
