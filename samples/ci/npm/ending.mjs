// SPDX-License-Identifier: Apache-2.0
// Imported into a recorded program: when nothing is left to do it ends at once, before node closes
// what the program left open. Where that was opened is said then: rtctrack's report has the
// functions of node itself, and the number of the descriptor.
import { createHook } from 'node:async_hooks';
import { writeSync } from 'node:fs';

const handles = [];
createHook({
	init(id, type, trigger, resource) {
		if (!/WRAP$|^FILEHANDLE$/.test(type)) return;
		const { stack = '' } = new Error();
		const where = stack.split('\n').filter((line) => /^ +at /.test(line) && !/[( ]node:|ending\.mjs/.test(line));
		handles.push({ resource: new WeakRef(resource), where });
	},
}).enable();

process.once('exit', () => {
	for (const { resource, where } of handles) {
		const fd = resource.deref()?.fd;
		if (fd > 2 && where.length) writeSync(2, `fd ${fd} is still open:\n${where.join('\n')}\n`);
	}
});
process.once('beforeExit', () => process.exit());
