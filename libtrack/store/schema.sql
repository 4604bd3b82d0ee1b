-- SPDX-License-Identifier: Apache-2.0
-- A trace, schema version 8. The contract with people, the page and other tools.
-- Times: CLOCK_MONOTONIC nanoseconds; NULL = has not happened or is not known.

CREATE TABLE meta (            -- schema_version, rtctrack_version, command, engine, host, started_at,
	key TEXT PRIMARY KEY,  -- finished (1 once the recording ended in order), exit_status,
	                       -- port_range (of ephemeral ports, "low-high"), grace_ns (what belongs to a
	                       -- scope may end so much later; absent: 1 s), hang_after_ns (what has not
	                       -- returned for so long hangs; absent: 5 s), timeout_s (the program was
	                       -- ended after so many seconds; absent: it was not), settle_ns (how long
	                       -- the end of a process might be held back; absent: not at all), oom_kills (the kernel
	                       -- killed so many programs for want of memory meanwhile; absent: none), ended_ns (when the recording
	                       -- ended, where that is known: what runs on was seen until then), import:FORMAT:PROCESS
	                       -- (the log of that process that was imported), thread_limit (no more threads than
	                       -- that), soak (marks, closes, repetitions: what a session of it is; absent: it was none),
	                       -- soak_sessions (that were asked for), soak_over (that there were), soak_what (the same as soak, for people),
	                       -- soak_stopped (why it came to no end; absent: it did), no_verdict (why a gate cannot tell;
	                       -- absent or '': it can)
	value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE process (         -- one row per process image: an exec makes a new one
	id INTEGER PRIMARY KEY,
	pid INTEGER NOT NULL,
	ppid INTEGER NOT NULL,
	parent_id INTEGER,     -- process that forked it, or the image before its exec
	image INTEGER NOT NULL,
	origin TEXT NOT NULL,  -- start, fork; attached: it ran already when the recording began; import: what a log says of its parent, which wrote it
	exe TEXT NOT NULL,
	command TEXT NOT NULL,
	start_ns INTEGER NOT NULL,
	realtime_ns INTEGER NOT NULL, -- wall clock at start_ns
	end_ns INTEGER,
	end TEXT NOT NULL,     -- running, exit, signal, exec, unknown
	code INTEGER,          -- exit code, or signal number
	census_fds INTEGER NOT NULL,     -- 1: a last look at its descriptors was taken
	census_threads INTEGER NOT NULL,
	fd_limit INTEGER,      -- RLIMIT_NOFILE, soft; NULL unknown
	packs TEXT,            -- names of the probe packs in it, by spaces; NULL none
	exit_begun_ns INTEGER, -- main returned, or exit was called; NULL: neither was seen
	exit_tid INTEGER,      -- by which thread
	held_ns INTEGER        -- its end was held back for so long (--settle); NULL: not at all
);

CREATE TABLE module (
	id INTEGER PRIMARY KEY,
	process_id INTEGER NOT NULL REFERENCES process,
	bias INTEGER NOT NULL,
	start INTEGER NOT NULL,
	end INTEGER NOT NULL,
	path TEXT NOT NULL,
	build_id TEXT NOT NULL, -- hexadecimal, '' if it has none
	loaded_ns INTEGER NOT NULL,
	unloaded_ns INTEGER,
	symbols TEXT           -- NULL not tried; ok, or why there are none
);

CREATE INDEX module_by_process ON module (process_id);

CREATE TABLE stack (
	id INTEGER PRIMARY KEY,
	process_id INTEGER NOT NULL REFERENCES process,
	hash INTEGER NOT NULL,
	time_ns INTEGER NOT NULL, -- first seen
	addresses BLOB NOT NULL   -- 8 bytes each, little endian, innermost first: return addresses
);

CREATE TABLE stack_frame (     -- the stack, resolved to modules: position 0 is innermost
	stack_id INTEGER NOT NULL REFERENCES stack,
	position INTEGER NOT NULL,
	location_id INTEGER NOT NULL REFERENCES location,
	PRIMARY KEY (stack_id, position)
) WITHOUT ROWID;

CREATE TABLE location (        -- a place in a module file, shared by all processes
	id INTEGER PRIMARY KEY,
	path TEXT NOT NULL,    -- '' if the address is in no module
	build_id TEXT NOT NULL,
	address INTEGER NOT NULL, -- ELF virtual address of the call's return, or absolute
	UNIQUE (path, build_id, address)
);

CREATE TABLE frame (           -- functions at a location; more than one where inlined
	location_id INTEGER NOT NULL REFERENCES location,
	position INTEGER NOT NULL, -- 0: innermost inlined
	function TEXT,         -- demangled; NULL unknown
	file TEXT,
	line INTEGER,
	PRIMARY KEY (location_id, position)
) WITHOUT ROWID;

CREATE TABLE clone (           -- locations in a piece or a copy of a function that the compiler made
	location_id INTEGER PRIMARY KEY REFERENCES location,
	suffix TEXT NOT NULL   -- .part.0, .constprop.0.cold, ...
);

CREATE TABLE resource (        -- one row per lifetime, but for those folded into lifetime_statistics
	id INTEGER PRIMARY KEY,
	process_id INTEGER NOT NULL REFERENCES process,
	kind TEXT NOT NULL,    -- fd, thread, object, callback, ...: a name of kinds.def
	class TEXT NOT NULL,   -- udp, tcp, ...; of a thread: thread; of the others as the program names it
	subject INTEGER NOT NULL, -- descriptor number; pthread_t; address
	generation INTEGER NOT NULL, -- 1 for the first of this subject, then 2, ...
	birth_ns INTEGER NOT NULL,
	birth_tid INTEGER NOT NULL,
	birth_stack INTEGER REFERENCES stack,
	birth_call TEXT NOT NULL,   -- socket, accept4, pthread_create, ...; '' found, not seen, or annotated
	death_ns INTEGER,      -- NULL: alive at the end
	death_tid INTEGER,
	death_stack INTEGER REFERENCES stack,
	death_call TEXT,
	ending TEXT,           -- NULL alive; closed, exec, unseen (gone at the census); threads: joined, detached, done (ended, never joined nor detached)
	                       -- a detached thread that still runs: detached, without death_ns
	                       -- objects, scopes: destroyed; callbacks: released; tasks: done; timers: fired, cancelled
	inherited INTEGER NOT NULL, -- 1: open before the image's first instruction
	from_subject INTEGER,  -- dup's original or accept's listener
	name TEXT,             -- thread name, NULL none
	local_address TEXT,
	remote_address TEXT,
	out_count INTEGER, in_count INTEGER, out_bytes INTEGER, in_bytes INTEGER,
	last_use_ns INTEGER,
	start_location INTEGER REFERENCES location, -- thread: its start routine
	tid INTEGER,           -- thread: its kernel id
	owner_id INTEGER REFERENCES resource, -- that it belongs to, as the program says
	hint_id INTEGER REFERENCES resource,  -- scope inside of whose call it was made; where there is no owner
	traits TEXT,           -- one-shot, close-notice, must-close, quiet, process-life; by commas; NULL none
	                       -- left: a scope whose close never returned; the thread that closed it ended the program
	refs INTEGER,          -- object: references that are left; task: wakers that are left; NULL others
	fires INTEGER,         -- callback: how often it was called; where the program was killed, up to 63 of a thread may be missing
	cancelled INTEGER,     -- callback: 1 whoever registered it took it back
	close_ns INTEGER,      -- scope: its close began; NULL: it was not closed
	closed_ns INTEGER,     -- scope: its close returned
	close_tid INTEGER,
	close_stack INTEGER REFERENCES stack,
	woken INTEGER,         -- task: 1 it was woken (or spawned) and not polled since, or is polled
	earlier INTEGER NOT NULL DEFAULT 0 -- 1: it was there before the recording began: since when, and from where, is not known
);

CREATE TABLE reference (       -- who holds what did not end: one row per holder, tag and place
	id INTEGER PRIMARY KEY,
	resource_id INTEGER NOT NULL REFERENCES resource, -- what is held
	holder_id INTEGER REFERENCES resource, -- NULL: nothing that is followed
	holder_kind TEXT,      -- as it was named: NULL nobody in particular
	holder_subject INTEGER,
	tag TEXT,              -- what for; NULL none
	waker INTEGER NOT NULL, -- 1: by it the task can be woken
	stack_id INTEGER REFERENCES stack, -- where they were taken
	retained INTEGER NOT NULL,
	released INTEGER NOT NULL,
	first_ns INTEGER NOT NULL,
	last_ns INTEGER NOT NULL, -- of the retains
	released_stack INTEGER REFERENCES stack -- of the last release; NULL none
);

CREATE INDEX reference_by_resource ON reference (resource_id);

CREATE TABLE plumbing (        -- source files whose callers are to blame, as the programs say
	file TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE packed (          -- libraries that packs tell of: not to blame while a better frame is there
	library TEXT PRIMARY KEY -- pattern of the file's name
) WITHOUT ROWID;

CREATE TABLE lifelong (        -- what is born inside lasts as long as the process, as packs say
	library TEXT NOT NULL, -- patterns of the file's name, and of the function's
	function TEXT NOT NULL,
	caller TEXT NOT NULL,  -- pattern of the file's name of who called it; '*' whoever
	what TEXT NOT NULL,    -- for people
	PRIMARY KEY (library, function, caller)
) WITHOUT ROWID;

CREATE TABLE standing (        -- where a thread stood when its process ended, or when it was last looked at: those that
	                       -- wait, hold a lock, are inside of a call, or were seen to run
	id INTEGER PRIMARY KEY,
	process_id INTEGER NOT NULL REFERENCES process,
	tid INTEGER NOT NULL,
	thread_id INTEGER REFERENCES resource, -- NULL: the first thread, or one whose birth was not seen
	time_ns INTEGER NOT NULL, -- of the look
	wait TEXT,             -- as in waits.def; NULL: for nothing
	timed INTEGER NOT NULL, -- 1: the wait ends by itself
	call TEXT,             -- that waits; NULL not known
	subject INTEGER,       -- address of what it waits for; pthread_t; descriptor
	other INTEGER,         -- condition: its mutex; descriptors: how many
	target_id INTEGER REFERENCES resource, -- thread or descriptor that it waits for, if it is known
	since_ns INTEGER,
	stack_id INTEGER REFERENCES stack,
	told_kind TEXT,        -- what it waits for as the program says (track_block); NULL it says nothing
	told_subject INTEGER,
	told_id INTEGER REFERENCES resource,
	told_text TEXT,        -- what for
	told_ns INTEGER,
	told_stack INTEGER REFERENCES stack,
	ended INTEGER NOT NULL DEFAULT 0 -- 1: it is no thread of the process any more, and never gave back what it held
);

CREATE TABLE held (            -- the locks that it held, in the order in which they were taken
	standing_id INTEGER NOT NULL REFERENCES standing,
	position INTEGER NOT NULL,
	lock INTEGER NOT NULL, -- address
	mode TEXT NOT NULL,    -- mutex, read-lock, write-lock
	depth INTEGER NOT NULL, -- how often it was taken, of a recursive one
	since_ns INTEGER,
	stack_id INTEGER REFERENCES stack, -- who took it: one frame
	PRIMARY KEY (standing_id, position)
) WITHOUT ROWID;

CREATE TABLE inside (          -- the calls that it was inside of: callbacks and scopes, 0 is innermost
	standing_id INTEGER NOT NULL REFERENCES standing,
	position INTEGER NOT NULL,
	resource_id INTEGER NOT NULL REFERENCES resource,
	closing INTEGER NOT NULL, -- 1: a scope's close
	PRIMARY KEY (standing_id, position)
) WITHOUT ROWID;

CREATE TABLE waker (           -- who woke waiters of a condition or semaphore last
	process_id INTEGER NOT NULL REFERENCES process,
	subject INTEGER NOT NULL,
	tid INTEGER NOT NULL,
	time_ns INTEGER,
	count INTEGER NOT NULL, -- how often, by anybody
	stack_id INTEGER REFERENCES stack -- one frame
);

CREATE TABLE lock_order (      -- a lock that was taken while another was held, both seen from their beginning on
	process_id INTEGER NOT NULL REFERENCES process,
	first INTEGER NOT NULL,
	second INTEGER NOT NULL,
	first_birth INTEGER NOT NULL,  -- which of the locks that lay at that address one after the other
	second_birth INTEGER NOT NULL,
	first_stack INTEGER REFERENCES stack, -- one frame each
	second_stack INTEGER REFERENCES stack,
	guard INTEGER,         -- locks that only one can have, held each time, before both: a bit for each, by its address; NULL: none
	tid INTEGER NOT NULL,
	many INTEGER NOT NULL  -- 1: other threads took them in this order too
);

CREATE TABLE need (            -- user needs used until its own end
	id INTEGER PRIMARY KEY,
	user_id INTEGER NOT NULL REFERENCES resource,
	used_id INTEGER NOT NULL REFERENCES resource,
	time_ns INTEGER NOT NULL
);

CREATE TABLE lifetime_statistics ( -- lifetimes that began and ended in order, beyond the trace's budget
	id INTEGER PRIMARY KEY,
	process_id INTEGER NOT NULL REFERENCES process,
	kind TEXT NOT NULL,    -- this to ending: what the lifetimes have in common, as in resource
	class TEXT NOT NULL,
	birth_stack INTEGER REFERENCES stack, -- NULL: none, or there were too many different ones
	death_stack INTEGER REFERENCES stack, -- the same
	birth_call TEXT NOT NULL,
	death_call TEXT NOT NULL, -- '' nobody's act
	ending TEXT NOT NULL,
	count INTEGER NOT NULL,
	total_ns INTEGER NOT NULL, -- of their lengths
	min_ns INTEGER NOT NULL,
	max_ns INTEGER NOT NULL,
	first_birth_ns INTEGER NOT NULL,
	last_death_ns INTEGER NOT NULL,
	traffic_count INTEGER NOT NULL, -- lifetimes whose traffic is known; sums of it:
	out_count INTEGER NOT NULL,
	in_count INTEGER NOT NULL,
	out_bytes INTEGER NOT NULL,
	in_bytes INTEGER NOT NULL
);

CREATE TABLE act (             -- what was done to a resource that judges it, not its life
	id INTEGER PRIMARY KEY,
	process_id INTEGER NOT NULL REFERENCES process,
	resource_id INTEGER REFERENCES resource, -- the last lifetime of the subject
	kind TEXT NOT NULL,
	subject INTEGER NOT NULL,
	what TEXT NOT NULL,    -- bad-close: close of a number that was not open; sweep-close: one in a sweep over numbers
	                       -- exhausted: a call found no number left (subject -1, no resource)
	                       -- stale-use: a call on a number that was closed; with ENOTSOCK the resource is its owner since
	                       -- late-use: an annotated use of, or a reference taken to, what was destroyed
	                       -- over-release: a reference released that was not held; fired-again: a one-shot callback
	                       -- fired-late: a callback started after its scope was destroyed, or closed and quiet
	                       -- fired-over: a timer fired after what it belongs to was destroyed
	                       -- dropped: a one-shot callback ended without call or cancel
	                       -- needed: ended while other_id needed it
	time_ns INTEGER NOT NULL,
	tid INTEGER NOT NULL,
	stack_id INTEGER REFERENCES stack,
	call TEXT NOT NULL,
	error INTEGER,         -- errno
	other_id INTEGER REFERENCES resource -- fired-late: the scope; fired-over: the owner; needed: who needed it
);

CREATE TABLE act_more (        -- acts in a loop: so many more, equal in all that judges them, have no row; of late calls of one
                               -- callback for many, the last of a thread that was killed may be missing, up to 63
	act_id INTEGER PRIMARY KEY REFERENCES act,
	count INTEGER NOT NULL
);

CREATE TABLE mark (
	id INTEGER PRIMARY KEY,
	pid INTEGER NOT NULL,
	time_ns INTEGER NOT NULL,
	text TEXT NOT NULL
);

CREATE TABLE note (            -- what could not be seen
	process_id INTEGER,    -- NULL: the run as a whole
	name TEXT NOT NULL,    -- as in notes.def
	weight TEXT NOT NULL,  -- LOST: evidence is missing; INFO
	count INTEGER NOT NULL,
	text TEXT NOT NULL,
	UNIQUE (process_id, name)
);

CREATE TABLE stray (           -- annotations of things whose birth nobody told: one row per process, op and kind
	process_id INTEGER NOT NULL REFERENCES process,
	op TEXT NOT NULL,      -- as in ops.def: release, fire, own, ...
	kind TEXT NOT NULL,    -- of the thing that is not known
	count INTEGER NOT NULL,
	subject INTEGER NOT NULL, -- of the first
	stack_id INTEGER REFERENCES stack,
	time_ns INTEGER NOT NULL,
	PRIMARY KEY (process_id, op, kind)
) WITHOUT ROWID;

CREATE TABLE finding (
	id INTEGER PRIMARY KEY,
	rank INTEGER NOT NULL, -- 1 is shown first
	rule TEXT NOT NULL,
	state TEXT NOT NULL,   -- broken, leaked, growing, unclosed, suspect, possible, recheck, at-exit, late, unknown-origin
	kind TEXT NOT NULL,
	class TEXT NOT NULL,
	count INTEGER NOT NULL,
	fingerprint TEXT NOT NULL,
	message TEXT NOT NULL,
	process_id INTEGER NOT NULL REFERENCES process, -- of the first member
	stack_id INTEGER REFERENCES stack, -- the telling stack
	culprit_function TEXT, culprit_file TEXT, culprit_line INTEGER, culprit_module TEXT,
	slope REAL             -- growing: more alive per mark
);

CREATE TABLE trend (           -- of a soak: what was born at one place, counted after each session
	id INTEGER PRIMARY KEY, -- 1 is shown first
	verdict TEXT NOT NULL, -- growing, unclear, cache (it rose, and stays), steady, too few (sessions)
	kind TEXT NOT NULL,
	class TEXT NOT NULL,
	process_id INTEGER NOT NULL REFERENCES process, -- of the first
	stack_id INTEGER REFERENCES stack,
	culprit_function TEXT, culprit_file TEXT, culprit_line INTEGER, culprit_module TEXT,
	first INTEGER NOT NULL, -- alive after the first session, and after the last
	last INTEGER NOT NULL,
	warm_up INTEGER NOT NULL, -- sessions that the slope leaves out
	slope REAL,            -- more alive per session; NULL: too few sessions
	slope_low REAL, slope_high REAL, -- it lies between with 95 %
	supply TEXT,           -- growing: what is used up first; NULL: nothing that is known
	capacity INTEGER,      -- so many there are of that
	sessions_left INTEGER  -- after so many more sessions
);

CREATE TABLE evidence (        -- what a finding is about
	finding_id INTEGER NOT NULL REFERENCES finding,
	position INTEGER NOT NULL,
	resource_id INTEGER REFERENCES resource,
	act_id INTEGER REFERENCES act,
	stack_id INTEGER REFERENCES stack, -- with role: closed first at, closed again at, ...
	role TEXT NOT NULL,
	PRIMARY KEY (finding_id, position)
) WITHOUT ROWID;

CREATE TABLE placeless (       -- findings of whose stack nothing but runtimes is known: others may have the fingerprint too
	finding_id INTEGER PRIMARY KEY REFERENCES finding
);

CREATE TABLE cause (           -- rules that a finding is about too: what its chain names as the reason
	finding_id INTEGER NOT NULL REFERENCES finding,
	rule TEXT NOT NULL,
	PRIMARY KEY (finding_id, rule)
) WITHOUT ROWID;

-- Views for people.

CREATE VIEW open_sockets AS    -- alive at the end of their process
SELECT r.id, p.pid, p.exe, r.subject AS fd, r.class, r.local_address, r.remote_address,
       (r.birth_ns - p.start_ns) / 1e9 AS opened_s, r.out_count, r.in_count,
       (r.last_use_ns - p.start_ns) / 1e9 AS last_use_s, r.inherited, r.birth_stack
FROM resource r JOIN process p ON p.id = r.process_id
WHERE r.kind = 'fd' AND r.death_ns IS NULL AND r.class IN
      ('udp', 'tcp', 'sctp', 'unix', 'netlink', 'raw', 'packet', 'socket');

CREATE VIEW leaked_sockets AS  -- those that a finding names, once for each that does
SELECT DISTINCT f.rank, f.rule, f.state, o.*, f.culprit_function, f.culprit_file, f.culprit_line
FROM open_sockets o JOIN evidence e ON e.resource_id = o.id JOIN finding f ON f.id = e.finding_id;

CREATE VIEW thread_lifetimes AS
SELECT r.id, p.pid, r.tid, r.name, s.function AS start_routine,
       (r.birth_ns - p.start_ns) / 1e9 AS started_s, (r.death_ns - p.start_ns) / 1e9 AS ended_s,
       coalesce(r.ending, 'alive') AS ending, r.birth_stack
FROM resource r JOIN process p ON p.id = r.process_id
LEFT JOIN frame s ON s.location_id = r.start_location AND s.position = 0
WHERE r.kind = 'thread';

CREATE VIEW stack_text AS      -- one line per frame, innermost first
SELECT sf.stack_id, sf.position, f.position AS inline_position,
       coalesce(f.function, '?') AS function, f.file, f.line, l.path AS module,
       printf('0x%x', l.address) AS address
FROM stack_frame sf JOIN location l ON l.id = sf.location_id
LEFT JOIN frame f ON f.location_id = l.id;
