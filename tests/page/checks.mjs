// SPDX-License-Identifier: Apache-2.0
// Checks, a line each, as tests/check.sh prints them.
import { writeFileSync } from 'node:fs';

const counts = { ok: 0, FAIL: 0, skipped: 0 };
let begun = performance.now();

function line(word, text) {
	const now = performance.now();
	counts[word] += 1;
	console.log(`${word.padEnd(7)} page ${text}\t${((now - begun) / 1000).toFixed(2)} s`);
	begun = now;
}

const oneLine = (error) => String(error?.message ?? error).replace(/\x1b\[[0-9;]*m/g, '').replace(/\s+/g, ' ').slice(0, 600);

// What failed can be seen: the page that was opened last is kept as a picture.
async function evidence(name, pages, folder) {
	const file = `${folder}/failed-${name.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
	await pages().at(-1)?.screenshot({ path: `${file}.png`, timeout: 10000 })
		.catch((error) => writeFileSync(`${file}.txt`, oneLine(error)));
}

// A sentence and what shows whether it is so; only: a part of the names of those to be run.
export class Checks {
	constructor(pages, folder, only) {
		Object.assign(this, { pages, folder, only });
	}

	async check(name, body) {
		if (this.only && !name.includes(this.only)) return;
		begun = performance.now();
		try {
			await body();
			line('ok', name);
		} catch (error) {
			await this.fail(name, error);
		}
	}

	async fail(name, error) {
		line('FAIL', `${name}: ${oneLine(error)}`);
		await evidence(name, this.pages, this.folder);
	}

	skip(name, why) {
		if (!this.only || name.includes(this.only)) line('skipped', `${name}: ${why}`);
	}

	// A figure for people: printed, never judged.
	say(text) {
		console.log(`        ${text}`);
	}

	summary() {
		console.log(`page: ${counts.ok} passed, ${counts.FAIL} failed, ${counts.skipped} skipped`);
		return counts.FAIL === 0;
	}
}
