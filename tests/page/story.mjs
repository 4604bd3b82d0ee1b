// SPDX-License-Identifier: Apache-2.0
// From the overview to the line that leaks, as a user goes; from the command and from a file.
import assert from 'node:assert/strict';
import { assertHarmless, openPage, settled, visit } from './browser.mjs';
import { serve } from './server.mjs';
import { first, rows } from './trace.mjs';

const SOURCE = 'https://example.com/blob/main/{file}#L{line}';
const shownState = async (page) => [new URL(page.url()).hash, await page.locator('main').innerText()];

// Of the finding's line in the source; the path is that below the repository.
function sourceOf(finding) {
	const file = finding.culprit_file.slice(finding.culprit_file.indexOf('samples/'));
	return { end: `${file}#L${finding.culprit_line}`, text: `${file.split('/').pop()}:${finding.culprit_line}` };
}

async function byClicks(at, from, url, origin) {
	const { checks, browser, work } = at;
	const leak = first(`${work}/demo.db`);
	const page = await openPage(browser);
	const main = page.locator('main');

	await checks.check(`${from}: the overview says what leaks, without a click`, async () => {
		const begun = performance.now();
		await visit(page, url);
		await main.getByText(/10 UDP sockets outlived their agent/).first().waitFor();
		checks.say(`${from}: the overview of the demo's trace was there after ${(performance.now() - begun).toFixed(0)} ms`);
		const text = await main.innerText();
		assert.match(text, /leaked/i);
		assert.match(text, /candidate/);
	});
	await checks.check(`${from}: a click leads from the overview to the leaked socket's finding`, async () => {
		await main.locator(`a[href*="${leak.fingerprint}"]`).first().click();
		await page.locator('main.view-finding').waitFor();
		await settled(page);
		assert.match(page.url(), new RegExp(`#finding/${leak.fingerprint}`));
		await main.getByText(leak.culprit_function).first().waitFor();
	});
	await checks.check(`${from}: from there a link leads to the file and line that leak`, async () => {
		const wanted = sourceOf(leak);
		const links = main.locator(`a[href$="${wanted.end}"]`);
		await links.first().waitFor();
		assert.equal((await links.first().getAttribute('href')).startsWith('https://example.com/blob/main/'), true);
		assert.match(await links.first().innerText(), new RegExp(wanted.text.replaceAll('.', '\\.')));
	});
	await checks.check(`${from}: the finding has its balance of references, and a suppression to copy`, async () => {
		const text = await main.innerText();
		const tags = rows(`${work}/demo.db`, 'SELECT DISTINCT tag FROM reference WHERE tag IS NOT NULL AND retained > released');
		for (const { tag } of tags.filter((row) => /checklist|selected pair/.test(row.tag)))
			assert.ok(text.includes(tag), `no '${tag}' in the balance`);
		assert.match(text, /fd-leak:/, 'no suppression');
	});
	await checks.check(`${from}: a reload shows the same`, async () => {
		const before = await shownState(page);
		await page.reload();
		await main.getByText(leak.culprit_function).first().waitFor();
		await settled(page);
		assert.deepEqual(await shownState(page), before);
	});
	await checks.check(`${from}: the address, opened elsewhere, shows the same`, async () => {
		const other = await openPage(browser);
		await visit(other, page.url());
		await other.locator('main').getByText(leak.culprit_function).first().waitFor();
		await settled(other);
		assert.deepEqual(await shownState(other), await shownState(page));
		await other.context().close();
	});
	await checks.check(`${from}: the back button leads back to the overview`, async () => {
		await page.goBack();
		await page.locator('main.view-overview').waitFor();
		await main.getByText(/10 UDP sockets outlived their agent/).first().waitFor();
	});
	await checks.check(`${from}: nothing is asked for elsewhere, nothing violates the policy`, () => assertHarmless(page, origin));
	await checks.check(`${from}: a script that is put into the page does not run`, async () => {
		const ran = await page.evaluate(async () => {
			const violated = new Promise((done) => addEventListener('securitypolicyviolation', () => done('refused')));
			const script = document.createElement('script');
			script.textContent = 'window.injected = true';
			document.body.append(script);
			return window.injected ? 'ran' : violated;
		});
		assert.equal(ran, 'refused');
	});
	await page.context().close();
}

async function withoutFindings({ checks, browser, work }) {
	await checks.check('a trace without findings is said to be clean, and that it is complete', async () => {
		const page = await openPage(browser);
		await visit(page, `file://${work}/clean.html`);
		const text = await page.locator('main').innerText();
		assert.match(text, /no findings|nothing leaks|clean/i);
		assert.match(text, /complete/i);
		await page.context().close();
	});
}

export async function story(at) {
	const { work, rtctrack } = at;
	const server = await serve(rtctrack, ['--source-url', SOURCE, `${work}/demo.db`]);
	await byClicks(at, 'served', server.url, server.origin);
	const file = `file://${work}/demo.html`;
	await byClicks(at, 'file', file, file);
	await withoutFindings(at);
	await at.checks.check('the server ends in order when it is told to', async () => assert.equal(await server.end('SIGINT'), 0));
}
