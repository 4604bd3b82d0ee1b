// SPDX-License-Identifier: Apache-2.0
// What lies in a page: page.mjs FILE says EXPRESSION, of its session s; page.mjs FILE take N OUT, its trace N as a file.
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const [path, what, ...rest] = process.argv.slice(2);
const page = readFileSync(path, 'utf8');

/** As a browser takes the element: up to the first end of a script. */
function block(id) {
	const start = page.indexOf(`id="rtctrack-${id}">`);
	if (start < 0) throw new Error(`the page has no ${id}`);
	const from = page.indexOf('>', start) + 1;
	return page.slice(from, page.indexOf('</script', from));
}

if (what === 'says') {
	const s = JSON.parse(block('session')); // which the expression is about
	console.log(String(eval(rest[0]) ?? 'null', s));
} else {
	writeFileSync(rest[1], gunzipSync(Buffer.from(block(`trace-${rest[0]}`), 'base64')));
}
