// SPDX-License-Identifier: Apache-2.0
// Chromium by playwright-core, and pages that tell all they do that a page of ours must not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/`); // the folder of node_modules
const { chromium } = require('playwright-core');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];
export const WAIT_MS = Number(process.env.PAGE_WAIT_MS ?? 60000); // a minute, as in all tests: what is waited for is to be seen, not a time

export const launch = () =>
	chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

// In each page before its own scripts: what a hostile text would call, and what the page's thread did.
function witness() {
	window.seen = { hostile: 0, violations: [], tasks: [], frames: [] };
	window.hostile = () => {
		window.seen.hostile += 1;
	};
	addEventListener('securitypolicyviolation', (event) =>
		window.seen.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
	new PerformanceObserver((list) => {
		for (const entry of list.getEntries()) window.seen.tasks.push(entry.duration);
	}).observe({ type: 'longtask', buffered: true });
}

// A page in a context of its own; page.watched has what it asked for, said and showed.
export async function openPage(browser, options = {}) {
	const context = await browser.newContext({
		viewport: { width: 1280, height: 800 }, colorScheme: 'light', reducedMotion: 'reduce', ...options });
	context.setDefaultTimeout(WAIT_MS);
	await context.addInitScript(witness);
	const page = await context.newPage();
	watch(page);
	return page;
}

export function watch(page) {
	page.watched = { requests: [], errors: [], dialogs: 0 };
	page.on('request', (request) => page.watched.requests.push(request.url()));
	page.on('pageerror', (error) => page.watched.errors.push(error.message));
	page.on('console', (message) => {
		if (message.type() === 'error') page.watched.errors.push(message.text());
	});
	page.on('dialog', (dialog) => {
		page.watched.dialogs += 1;
		dialog.dismiss();
	});
}

export const VIEWS = ['overview', 'finding', 'timeline', 'flame', 'compare'];

// Once nothing is asked of the trace any more, and what was drawn is on the screen: nothing says that it is on its way.
const isStill = () => {
	const main = document.querySelector('main');
	return main && main.getAttribute('aria-busy') !== 'true' && main.childElementCount > 0 && !/^(Opening|Reading|Drawing) .*…$/m.test(main.innerText);
};
const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

export async function settled(page) {
	for (let i = 0; i < 3; i += 1) {
		await page.waitForFunction(isStill);
		await page.evaluate(drawn);
	}
}

// A view by the page's own tabs.
export async function choose(page, name) {
	await page.locator(`nav[aria-label="Views"] a[href^="#${name}"]`).click();
	await page.locator(`main.view-${name}`).waitFor();
	await settled(page);
}

// The page at that address, with the overview there.
export async function visit(page, url) {
	await page.goto(url);
	await page.locator('nav[aria-label="Views"]').waitFor();
	await settled(page);
}

// Nothing was run, reported or asked for that is not the page's own. origin: with which its requests begin.
export async function assertHarmless(page, origin) {
	const seen = await page.evaluate(() => window.seen);
	assert.equal(seen.hostile, 0, 'a text of the trace ran as a script');
	assert.deepEqual(seen.violations, [], 'the content policy was violated');
	assert.deepEqual(page.watched.errors, [], 'the console has errors');
	assert.equal(page.watched.dialogs, 0, 'a dialog was opened');
	const strangers = page.watched.requests.filter((url) => !/^(blob|data):/.test(url) && !url.startsWith(origin));
	assert.deepEqual(strangers, [], 'requests left the page');
}

// What axe finds of weight, one text each; the rules are those of WCAG 2.1 A and AA and its own good practice.
export async function inaccessible(page) {
	if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
	const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
	return violations
		.filter(({ impact }) => impact === 'serious' || impact === 'critical')
		.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')} (${nodes.length})`);
}

// The times between frames while the body goes on: median, 95th percentile, worst, in milliseconds.
export async function frameTimes(page, body) {
	await page.evaluate(() => {
		const frames = (window.seen.frames = []);
		const frame = (time) => {
			if (window.seen.frames !== frames) return; // another watch began
			frames.push(time);
			requestAnimationFrame(frame);
		};
		requestAnimationFrame(frame);
	});
	await body();
	const times = await page.evaluate(() => {
		const { frames } = window.seen;
		window.seen.frames = null;
		return frames;
	});
	const steps = times.slice(1).map((time, index) => time - times[index]).sort((a, b) => a - b);
	const at = (share) => (steps[Math.min(steps.length - 1, Math.floor(steps.length * share))] ?? NaN).toFixed(1);
	return `median ${at(0.5)} ms, p95 ${at(0.95)} ms, worst ${at(1)} ms of ${steps.length} frames`;
}

// Browsers tell of tasks of 50 ms and more.
export async function longestTask(page) {
	const longest = await page.evaluate(() => Math.max(0, ...window.seen.tasks));
	return `longest task of the page's thread: ${longest ? `${longest.toFixed(0)} ms` : 'none above 50 ms'}`;
}

// No sideways scroll: nothing is wider than the window.
export const widerThanWindow = (page) => page.evaluate(() => {
	const limit = document.documentElement.clientWidth;
	return document.documentElement.scrollWidth > limit ? `${document.documentElement.scrollWidth} > ${limit}` : '';
});
