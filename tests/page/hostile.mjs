// SPDX-License-Identifier: Apache-2.0
// Texts of a trace stay texts, in every view, and in every finding's.
import assert from 'node:assert/strict';
import { assertHarmless, choose, openPage, settled, VIEWS, visit } from './browser.mjs';
import { serve } from './server.mjs';
import { rows } from './trace.mjs';

const FINDINGS_MOST = 8; // each rule and some of its texts
const NAME = '<img src=x onerror=hostile()>';

// Elements that the page never makes, or never makes like that.
const strangers = (page) => page.evaluate(() =>
	[...document.querySelectorAll('img, svg[onload], [onerror], [onload], iframe, object, b, main script')]
		.concat([...document.querySelectorAll('a[href]')].filter((a) => /^\s*(javascript|data|vbscript):/i.test(a.getAttribute('href'))))
		.map((element) => element.outerHTML.slice(0, 100)));

async function everywhere(page, url, prints, shots) {
	await visit(page, url);
	for (const view of VIEWS) {
		await choose(page, view);
		assert.deepEqual(await strangers(page), [], view);
		if (shots) await page.screenshot({ path: `${shots}/hostile-${view}.png` });
	}
	for (const [index, print] of prints.entries()) {
		await page.evaluate((hash) => { location.hash = hash; }, `#finding/${print}`);
		await page.locator('main.view-finding').waitFor();
		await settled(page);
		assert.deepEqual(await strangers(page), [], `finding ${print}`);
		if (shots && index === 0) await page.screenshot({ path: `${shots}/hostile-one.png`, fullPage: true });
	}
}

export async function hostile({ checks, browser, work, shots, rtctrack }) {
	const prints = rows(`${work}/hostile.db`, `SELECT fingerprint FROM (SELECT fingerprint, rank,
		row_number() OVER (PARTITION BY rule ORDER BY rank) AS nth FROM finding) ORDER BY nth, rank LIMIT ${FINDINGS_MOST}`)
		.map(({ fingerprint }) => fingerprint);
	const file = `file://${work}/hostile.html`;

	await checks.check('hostile names, from a file: they are shown as they are, and are nothing but text', async () => {
		const page = await openPage(browser);
		await everywhere(page, file, prints, shots);
		assert.ok((await page.locator('main').innerText()).includes(NAME), 'the name is not shown');
		await assertHarmless(page, file);
		await page.context().close();
	});
	await checks.check('hostile names, served: they are nothing but text', async () => {
		const server = await serve(rtctrack, [`${work}/${NAME}.db`, '--source-url', 'https://example.com/{file}#{line}']);
		const page = await openPage(browser);
		await everywhere(page, server.url, prints.slice(0, 2), null);
		await assertHarmless(page, server.origin);
		await page.context().close();
		await server.end();
	});
	await checks.check('hostile addresses: what stands in the fragment is nothing but text', async () => {
		const page = await openPage(browser);
		for (const view of VIEWS) {
			const text = encodeURIComponent(NAME);
			await page.goto('about:blank');
			await visit(page, `${file}#${view}/${text}?q=${text}&search=${text}&filter=${text}&class=${text}&kind=${text}&by=${text}`);
			assert.deepEqual(await strangers(page), [], view);
		}
		await assertHarmless(page, file);
		await page.context().close();
	});
}
