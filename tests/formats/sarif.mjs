// SPDX-License-Identifier: Apache-2.0
// Holds SARIF documents against the standard's schema, and against what the schema cannot say.
//   node sarif.mjs FILE...      (beside node_modules of package.json): a line per error; 0 if there is none
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(`${process.cwd()}/`);
const Ajv = require('ajv');
const ajv = new Ajv({ schemaId: 'auto', allErrors: true, format: 'full', meta: false });
ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));
const valid = ajv.compile(require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'));

// Every artifact location of a document: its URI, and what that is relative to.
function* artifacts(value) {
	if (value === null || typeof value !== 'object') return;
	if (value.artifactLocation) yield value.artifactLocation;
	for (const part of Object.values(value)) yield* artifacts(part);
}

function* errors(log) {
	if (!valid(log)) for (const error of valid.errors) yield `${error.dataPath} ${error.message}`;
	for (const run of log.runs ?? []) {
		const rules = run.tool.driver.rules.map((rule) => rule.id);
		for (const [at, result] of run.results.entries()) {
			const name = `result ${at} (${result.ruleId})`;
			if (rules[result.ruleIndex] !== result.ruleId) yield `${name}: ruleIndex is of another rule`;
			if (!result.partialFingerprints?.['rtctrack/v1']) yield `${name}: no fingerprint`;
			// Of GitHub's code scanning: without this it takes nothing of the whole document.
			if (!result.locations?.length) yield `${name}: no location`;
			for (const location of result.locations ?? [])
				if (!location.physicalLocation?.artifactLocation?.uri) yield `${name}: a location without a file`;
		}
		for (const { uri, uriBaseId } of artifacts(run.results)) {
			const absolute = uri.startsWith('file:///');
			if (absolute === Boolean(uriBaseId) || uri.startsWith('/')) yield `${uri} is of no known base`;
			if (/(^|\/)\.\.?(\/|$)/.test(uri)) yield `${uri} has dots`;
		}
	}
}

let failed = false;
for (const file of process.argv.slice(2))
	for (const error of errors(JSON.parse(readFileSync(file, 'utf8')))) {
		console.log(`${file}: ${error}`);
		failed = true;
	}
process.exit(failed ? 1 : 0);
