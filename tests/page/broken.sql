-- SPDX-License-Identifier: Apache-2.0
-- What no recorder writes, and a page must stand: circles, names of nothing, ends of the numbers, wrong types.
UPDATE resource SET owner_id = id WHERE id % 7 = 0;
UPDATE resource SET owner_id = (SELECT max(id) FROM resource)
	WHERE id = (SELECT min(id) FROM resource WHERE kind = 'scope');
UPDATE resource SET owner_id = (SELECT min(id) FROM resource WHERE kind = 'scope')
	WHERE id = (SELECT max(id) FROM resource);
UPDATE resource SET owner_id = 999999999 WHERE id % 11 = 0;
UPDATE resource SET death_ns = birth_ns - 1000000000000 WHERE id % 13 = 0;
UPDATE resource SET birth_ns = -9223372036854775808 WHERE id = 20;
UPDATE resource SET death_ns = 9223372036854775807, subject = -9223372036854775808 WHERE id = 21;
UPDATE resource SET kind = '__proto__', class = 'constructor' WHERE id = 22;
UPDATE resource SET birth_ns = 'text', name = x'00ff41' WHERE id = 23;
UPDATE resource SET class = 'a' || char(0) || 'b' WHERE id = 24;
UPDATE resource SET birth_stack = 123456789 WHERE id % 17 = 0;
UPDATE resource SET out_bytes = 9e999, in_bytes = -5 WHERE id = 25;
DELETE FROM process WHERE id = 1;
DELETE FROM stack_frame WHERE stack_id % 5 = 0;
DELETE FROM frame WHERE location_id % 4 = 0;
DELETE FROM meta WHERE key IN ('command', 'started_at', 'ended_ns');
UPDATE finding SET state = '<img src=x onerror=hostile()>', rule = 'toString', rank = -1 WHERE id = 1;
INSERT INTO finding VALUES (1000, 1, '', '', '', '', -9223372036854775808, '', '', 99, 999, NULL, NULL, NULL, NULL, 9e999);
INSERT INTO finding SELECT 1001, 9223372036854775807, rule, 'leaked', kind, class, 0, fingerprint, 'a fingerprint twice',
	1, NULL, '', '', -1, '', -9e999 FROM finding WHERE id = 1;
INSERT INTO evidence VALUES (1001, 0, 999999, 999999, 999999, '__proto__');
INSERT INTO reference VALUES (100000, 21, 21, 'object', 21, '</script>', 0, 12345, 9223372036854775807, -1, 0, -1, NULL);
INSERT INTO mark VALUES (100000, 1, 9223372036854775807, 'the end of time'), (100001, 1, -1, '');
INSERT INTO note VALUES (NULL, 'constructor', 'LOST', -1, ''), (99, '', '?', 9223372036854775807, '<b>');
