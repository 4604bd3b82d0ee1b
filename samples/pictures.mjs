// SPDX-License-Identifier: Apache-2.0
// pictures.mjs PAGES PICTURES: each row's view of a page of PAGES, as a PNG. Run by pictures.sh, where playwright-core is.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inFewColours } from './palette.mjs';

const require = createRequire(`${process.cwd()}/`);
const { chromium } = require('playwright-core');
const [pages, pictures] = process.argv.slice(2);

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--hide-scrollbars'];
const WIDTH = 1280;

// The finding that is shown first, as its link on the overview has it.
async function openFirst(page) {
	await page.locator('main a[href^="#finding/"]').first().click();
	await page.locator('main.view-finding').waitFor();
}

// picture, page, view, its height, what is done there before
const ROWS = [
	['overview', 'demo', 'overview', 760, null],
	['timeline', 'demo', 'timeline', 760, null],
	['finding', 'demo', 'overview', 1000, openFirst],
	['deadlock', 'deadlock', 'overview', 800, openFirst],
	['flame', 'demo', 'flame', 760, null],
	['compare', 'compare', 'compare', 760, null],
];

// Once nothing is asked any more and all is drawn.
async function settle(page) {
	const still = () => {
		const main = document.querySelector('main');
		return main?.getAttribute('aria-busy') === 'false' && !/^(Opening|Reading|Drawing) .*…$/m.test(main.innerText);
	};
	const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
	for (let i = 0; i < 3; i += 1) {
		await page.waitForFunction(still);
		await page.evaluate(drawn);
	}
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
const context = await browser.newContext({ colorScheme: 'light', reducedMotion: 'reduce' });
const empty = await context.newPage();
for (const [name, file, view, height, before] of ROWS) {
	const page = await context.newPage();
	await page.setViewportSize({ width: WIDTH, height });
	await page.goto(`file://${pages}/${file}.html#${view}`);
	await page.locator(`main.view-${view}`).waitFor();
	await settle(page);
	await before?.(page);
	await settle(page);
	const png = await inFewColours(empty, await page.screenshot());
	writeFileSync(`${pictures}/${name}.png`, png);
	console.log(`${pictures}/${name}.png  ${Math.ceil(png.length / 1024)} KiB`);
	await page.close();
}
await browser.close();
