-- SPDX-License-Identifier: Apache-2.0
-- What two engines must tell alike of one program, a line each: images, lives in their order, acts and
-- findings. No times, no ids, no addresses; ports are P. Before it, temporary views of sequence.sh:
-- set_aside (resource_id, reason), and options (numbers, traffic, places: whether these are told).

CREATE TEMP VIEW image AS
SELECT id, replace(exe, rtrim(exe, replace(exe, '/', '')), '') || ' ' || image || ' ' || origin AS told, start_ns
FROM process;

-- The program's own function at a stack: the innermost that no system library has.
CREATE TEMP VIEW place AS
SELECT s.stack_id, s.function, row_number() OVER (PARTITION BY s.stack_id ORDER BY s.position, s.inline_position) AS nth
FROM stack_text s WHERE s.module NOT GLOB '*/lib*.so*' AND s.module NOT GLOB '*/ld-linux*' AND s.module <> '';

CREATE TEMP VIEW life AS
SELECT r.*, i.told AS image,
	CASE WHEN r.kind = 'fd' THEN r.subject ELSE '-' END AS number,
	row_number() OVER (PARTITION BY r.process_id, r.kind, r.subject ORDER BY r.birth_ns, r.generation) AS nth
FROM resource r JOIN image i ON i.id = r.process_id
WHERE NOT EXISTS (SELECT 1 FROM set_aside a WHERE a.resource_id = r.id);

CREATE TEMP VIEW life_line AS
SELECT image, kind, CASE kind WHEN 'fd' THEN subject ELSE 0 END AS sorted, CASE kind WHEN 'fd' THEN nth ELSE birth_ns END AS turn,
	printf('life %s: %s %s%s%s%s, %s%s%s%s%s%s%s%s', image, kind, class,
		CASE WHEN kind <> 'fd' OR NOT (SELECT numbers FROM options) THEN '' ELSE ' ' || subject || '/' || nth END,
		CASE WHEN inherited THEN ' inherited' ELSE '' END,
		CASE WHEN from_subject IS NULL OR NOT (SELECT numbers FROM options) THEN '' ELSE ' from ' || from_subject END,
		coalesce(ending, 'alive'),
		coalesce(', named ' || CASE WHEN kind = 'fd' AND name IN ('/dev/ptmx', '/tmp') THEN NULL ELSE name END, ''),
		coalesce(', at ' || CASE WHEN local_address IN ('0.0.0.0:0', '[::]:0', 'unix:') THEN NULL WHEN class IN ('udp', 'tcp') THEN rtrim(local_address, '0123456789') || 'P' ELSE local_address END, ''),
		coalesce(', to ' || CASE WHEN remote_address = 'unix:' THEN NULL WHEN class IN ('udp', 'tcp') THEN rtrim(remote_address, '0123456789') || 'P' ELSE remote_address END, ''),
		CASE WHEN coalesce(out_count + in_count, 0) = 0 OR class NOT IN ('udp', 'tcp', 'unix') OR NOT (SELECT traffic FROM options) THEN '' ELSE printf(', traffic %d %d %d %d', out_count, in_count, out_bytes, in_bytes) END,
		coalesce(', traits ' || traits, ''),
		coalesce(', refs ' || refs, '') || coalesce(', fires ' || fires, '') || CASE WHEN coalesce(cancelled, 0) THEN ', cancelled' ELSE '' END
			|| coalesce(', owner ' || (SELECT o.class FROM resource o WHERE o.id = life.owner_id), '')
			|| coalesce(', hint ' || (SELECT CASE WHEN life.kind = 'thread' THEN NULL ELSE o.class END FROM resource o WHERE o.id = life.hint_id), '')
			|| CASE WHEN close_ns IS NULL THEN '' ELSE ', close' END || CASE WHEN closed_ns IS NULL THEN '' ELSE 'd' END,
		coalesce(', starts ' || (SELECT function FROM frame WHERE location_id = life.start_location AND position = 0), '')
			|| coalesce(', by ' || (SELECT function FROM place WHERE stack_id = life.birth_stack AND nth = 1 AND (SELECT places FROM options)), '')) AS line
FROM life;

SELECT line FROM (
SELECT 1 AS part, told AS image, '' AS kind, 0 AS sorted, 0 AS turn,
	CASE WHEN origin = 'fork' AND ("end" = 'signal' OR "end" = 'unknown' AND NOT census_fds) THEN printf('image %s: killed', told)
		ELSE printf('image %s: %s %s', told, "end", coalesce(code, '-')) || CASE "end" WHEN 'signal' THEN '' ELSE ', last look ' || census_fds END END AS line
FROM process p JOIN image i ON i.id = p.id
UNION ALL
SELECT 2, image, kind, sorted, turn, line FROM life_line
UNION ALL
SELECT 3, i.told, a.kind, 0, 0, printf('act %s: %s %s%s %s', i.told, a.what, a.kind,
	CASE WHEN a.kind = 'fd' AND (SELECT numbers FROM options) THEN ' ' || a.subject ELSE '' END, coalesce(a.error, '-'))
FROM act a JOIN image i ON i.id = a.process_id
UNION ALL
SELECT 4, '', kind, 0, 0, printf('finding: %s %s %s %s %d, by %s', rule, state, kind, class, count, coalesce(culprit_function, '?'))
FROM finding
UNION ALL
SELECT 5, i.told, x.kind, 0, 0, printf('reference %s: %s %s by %s %s, %s %d %d', i.told, x.kind, x.class, coalesce(f.holder_kind, '-'),
	coalesce(h.class, '-'), coalesce(f.tag, '-'), f.retained, f.released)
FROM reference f JOIN resource x ON x.id = f.resource_id JOIN image i ON i.id = x.process_id LEFT JOIN resource h ON h.id = f.holder_id
UNION ALL
SELECT 6, i.told, s.kind, 0, 0, printf('stray %s: %s %s %d', i.told, s.op, s.kind, s.count) FROM stray s JOIN image i ON i.id = s.process_id
) ORDER BY part, image, kind, sorted, turn, line;
