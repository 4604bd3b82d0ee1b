// SPDX-License-Identifier: Apache-2.0
// suite.mjs WORK SHOTS RTCTRACK STEPS [ONLY]: all checks of the page; run.sh made the traces and files of WORK.
import { launch } from './browser.mjs';
import { Checks } from './checks.mjs';
import { endAll } from './server.mjs';
import { access } from './access.mjs';
import { files } from './files.mjs';
import { hostile } from './hostile.mjs';
import { live } from './live.mjs';
import { million } from './million.mjs';
import { refused } from './refused.mjs';
import { story } from './story.mjs';
import { timeline } from './timeline.mjs';

const [work, shots, rtctrack, steps, only] = process.argv.slice(2);
const browser = await launch();
const pages = () => browser.contexts().flatMap((context) => context.pages());
const checks = new Checks(pages, shots, only);
const at = { browser, checks, work, shots, rtctrack, steps, pages };

try {
	for (const part of [story, timeline, access, files, live, hostile, refused, million]) {
		await part(at).catch((error) => checks.fail(`${part.name} can be tried`, error));
		await Promise.all(browser.contexts().map((context) => context.close()));
	}
} finally {
	await browser.close();
	await endAll();
}
process.exitCode = checks.summary() ? 0 : 1;
