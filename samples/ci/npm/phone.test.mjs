// SPDX-License-Identifier: Apache-2.0
import { test } from 'node:test';
import { recorded } from './recorded.mjs';

test('hangs up after each call', (t) => recorded(t, 'phone.mjs', '3'));

// It does not: that is the bug of phone.mjs.
test('hangs up when the line is busy', (t) => recorded(t, 'phone.mjs', '3', '2'));
