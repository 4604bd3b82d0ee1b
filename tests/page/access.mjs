// SPDX-License-Identifier: Apache-2.0
// Every view for everybody: light and dark, by axe, by keyboard, narrow, enlarged, in few colours, without motion.
import assert from 'node:assert/strict';
import { choose, inaccessible, openPage, settled, VIEWS, visit, widerThanWindow } from './browser.mjs';
import { first } from './trace.mjs';

// The traces whose views are looked at, each with the address of its finding.
const looked = (work) => [
	{ name: 'demo', url: `file://${work}/demo.html`, fingerprint: first(`${work}/demo.db`).fingerprint },
	{ name: 'hang', url: `file://${work}/hang.html`, fingerprint: first(`${work}/hang.db`).fingerprint },
	{ name: 'cycle', url: `file://${work}/cycle.html`, fingerprint: first(`${work}/cycle.db`).fingerprint },
	{ name: 'clean', url: `file://${work}/clean.html`, fingerprint: null },
	{ name: 'both', url: `file://${work}/both.html`, fingerprint: null },
];

// The finding's view without one chosen is a list, or the first: the one that is meant is named.
async function show(page, { url, fingerprint }, view) {
	if (view === 'finding' && fingerprint) {
		await page.goto(`${url}#finding/${fingerprint}`);
		await page.locator('main.view-finding').waitFor();
		await settled(page);
	} else {
		await choose(page, view);
	}
}

const shoot = (page, shots, name) => page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });

async function colours(at, colorScheme, names = null) {
	const { checks, browser, work, shots } = at;
	for (const trace of looked(work).filter(({ name }) => !names || names.includes(name))) {
		const page = await openPage(browser, { colorScheme });
		await checks.check(`${trace.name}, ${colorScheme}: axe finds nothing serious in any view`, async () => {
			const found = [];
			await visit(page, trace.url);
			for (const view of VIEWS) {
				await show(page, trace, view);
				await shoot(page, shots, `${trace.name}-${view}-${colorScheme}`);
				found.push(...(await inaccessible(page)).map((text) => `${view}: ${text}`));
			}
			assert.deepEqual(found, []);
		});
		await page.context().close();
	}
}

// Each view with less room, or other wishes of its user: usable, and no wider than the window.
const CIRCUMSTANCES = [
	{ name: 'a window of 400 pixels', file: 'narrow', options: { viewport: { width: 400, height: 800 } } },
	{ name: 'enlarged to 200 %', file: 'enlarged', options: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } },
	{ name: 'few colours', file: 'forced', options: { forcedColors: 'active' } },
];

async function circumstances({ checks, browser, work, shots }) {
	const trace = looked(work)[0];
	for (const { name, file, options } of CIRCUMSTANCES) {
		const page = await openPage(browser, options);
		await checks.check(`${name}: every view is there, and nothing is scrolled sideways`, async () => {
			const wide = [];
			await visit(page, trace.url);
			for (const view of VIEWS) {
				await show(page, trace, view);
				await shoot(page, shots, `${file}-${view}`);
				const wider = await widerThanWindow(page);
				if (wider) wide.push(`${view}: ${wider}`);
				assert.ok((await page.locator('main').innerText()).length > 20, `${view} is empty`);
			}
			assert.deepEqual(wide, []);
		});
		await page.context().close();
	}
}

// Where the focus is, in words that differ for different elements.
const focused = (page) => page.evaluate(() => {
	const element = document.activeElement;
	return `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 40)}`;
});

// The focus is drawn: an outline that is not that of its surroundings, or a shadow, or a border.
const focusShows = (page) => page.evaluate(() => {
	const style = getComputedStyle(document.activeElement);
	return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
});

// Of the tabs, and of buttons that are pressed or not.
async function fewColours({ checks, browser, work }) {
	await checks.check('few colours: what is chosen differs from what is not', async () => {
		const page = await openPage(browser, { forcedColors: 'active' });
		await visit(page, `file://${work}/demo.html`);
		const behind = (selector) => page.locator(selector).first().evaluate((element) => getComputedStyle(element).backgroundColor);
		assert.notEqual(await behind('nav a[aria-current="page"]'), await behind('nav a:not([aria-current])'));
		assert.notEqual(await behind('main button[aria-pressed="true"]'), await behind('main button[aria-pressed="false"]'));
		await page.context().close();
	});
}

async function keyboard({ checks, browser, work }) {
	const leak = first(`${work}/demo.db`);
	const page = await openPage(browser);
	await visit(page, `file://${work}/demo.html`);
	await checks.check('by keyboard: digits choose the views, and the focus is never lost in one', async () => {
		for (const [index] of VIEWS.entries()) {
			await page.keyboard.press(String(index + 1));
			const current = await page.locator('nav[aria-label="Views"] a[aria-current="page"]').getAttribute('title');
			assert.match(current, new RegExp(`\\(${index + 1}\\)`));
			await settled(page);
		}
	});
	await checks.check('by keyboard: Tab reaches the leaked finding, Enter opens it, each stop is seen', async () => {
		await page.keyboard.press('1');
		await settled(page);
		const hidden = [];
		const isThere = () => page.evaluate((print) => document.activeElement.matches(`a[href*="${print}"]`), leak.fingerprint);
		for (let i = 0; i < 100 && !(await isThere()); i += 1) {
			await page.keyboard.press('Tab');
			if (!(await focusShows(page))) hidden.push(await focused(page));
		}
		assert.ok(await isThere(), 'Tab does not reach the finding');
		assert.deepEqual(hidden, [], 'the focus does not show');
		await page.keyboard.press('Enter');
		await page.locator('main.view-finding').waitFor();
		await settled(page);
		assert.match(page.url(), new RegExp(leak.fingerprint));
	});
	await checks.check('by keyboard: Tab goes through every view and out of it again', async () => {
		for (const [index, view] of VIEWS.entries()) {
			await page.keyboard.press(String(index + 1));
			await settled(page);
			await page.locator('.skip').focus();
			let left = false;
			for (let i = 0; i < 300 && !left; i += 1) {
				await page.keyboard.press('Tab');
				left = await page.evaluate(() => document.activeElement === document.body || document.activeElement.matches('.skip'));
			}
			assert.ok(left, `the focus stays in ${view}`);
		}
	});
	await checks.check('by keyboard: ? tells the keys, Escape closes that, / goes to the search', async () => {
		await page.keyboard.press('3');
		await settled(page);
		await page.keyboard.press('?');
		await page.getByRole('dialog').waitFor();
		assert.match(await page.getByRole('dialog').innerText(), /search/i);
		assert.deepEqual(await inaccessible(page), []);
		await page.keyboard.press('Escape');
		await page.getByRole('dialog').waitFor({ state: 'hidden' });
		await page.keyboard.press('/');
		assert.ok(await page.evaluate(() => document.activeElement.hasAttribute('data-search')), 'no search has the focus');
	});
	await page.context().close();
}

async function motion({ checks, browser, work }) {
	await checks.check('who wants less motion gets none', async () => {
		const page = await openPage(browser, { reducedMotion: 'reduce' });
		await visit(page, `file://${work}/demo.html`);
		for (const view of VIEWS) {
			await choose(page, view);
			const moving = await page.evaluate(() => document.getAnimations().filter((one) => one.effect?.getComputedTiming().duration > 1).length);
			assert.equal(moving, 0, `${view} moves`);
		}
		await page.context().close();
	});
}

export async function access(at) {
	await colours(at, 'light');
	await colours(at, 'dark', ['demo', 'hang']); // the same elements in other colours
	await circumstances(at);
	await fewColours(at);
	await keyboard(at);
	await motion(at);
}
