-- SPDX-License-Identifier: Apache-2.0
-- Findings whose suppressions are of every sort; finding_suppressions.txt is what
-- `rtctrack check --gen-suppressions` prints for them.
INSERT INTO location (id, path, build_id, address) VALUES
  (1, '/opt/app/bin/app', 'b1', 16), (2, '/opt/app/bin/app', 'b1', 32),
  (3, '/opt/app/lib/libmedia.so.2', 'b2', 48), (4, '/opt/app/bin/app', 'b1', 64),
  (5, '/opt/app/lib/libnoname.so', 'b3', 80);
INSERT INTO frame VALUES (1, 0, 'open_socket', '/src/app/net.c', 12), (2, 0, 'main', '/src/app/main.c', 3),
  (3, 0, 'operator =(Peer const&) #1', '/src/media/peer.cc', 70),
  (4, 0, 'naïve' || char(7) || 'name', '/src/app/odd.c', 5);
INSERT INTO stack (id, process_id, hash, time_ns, addresses) VALUES
  (1, 1, 1, 1000, x''), (2, 1, 2, 1000, x''), (3, 1, 3, 1000, x''), (4, 1, 4, 1000, x''), (5, 1, 5, 1000, x'');
INSERT INTO stack_frame VALUES (1, 0, 1), (1, 1, 2), (2, 0, 3), (2, 1, 2), (3, 0, 4), (4, 0, 5), (5, 0, 2);
INSERT INTO finding (id, rank, rule, state, kind, class, count, fingerprint, message, process_id, stack_id,
                     culprit_function, culprit_file, culprit_line, culprit_module) VALUES
  (1, 1, 'fd-leak', 'leaked', 'fd', 'udp', 3, '0000000000000001', '3 UDP sockets outlived their agent', 1, 1,
   'open_socket', '/src/app/net.c', 12, '/opt/app/bin/app'),
  (2, 2, 'fd-leak', 'leaked', 'fd', 'tcp', 4, '0000000000000002', '4 TCP sockets outlived their agent', 1, 1,
   'main', '/src/app/main.c', 3, '/opt/app/bin/app'),
  (3, 3, 'fd-leak', 'leaked', 'fd', 'unix', 5, '0000000000000003', '5 Unix sockets outlived their agent', 1, 5,
   'main', '/src/app/main.c', 3, '/opt/app/bin/app'),
  (4, 4, 'ref-leak', 'leaked', 'object', 'Peer', 2, '0000000000000004', '2 Peers outlived their room', 1, 2,
   'operator =(Peer const&) #1', '/src/media/peer.cc', 70, '/opt/app/lib/libmedia.so.2'),
  (5, 5, 'timer-leak', 'leaked', 'timer', 't', 1, '0000000000000005', '1 t timer outlived its room', 1, 3,
   'naïve' || char(7) || 'name', '/src/app/odd.c', 5, '/opt/app/bin/app'),
  (6, 6, 'thread-leak', 'leaked', 'thread', 'thread', 6, '0000000000000006', '6 threads outlived their room', 1, 4,
   NULL, NULL, NULL, '/opt/app/lib/libnoname.so'),
  (7, 7, 'task-orphaned', 'leaked', 'task', 'x', 7, '0000000000000007', '7 x tasks outlived their room', 1, 4,
   NULL, NULL, NULL, NULL),
  (8, 8, 'growth', 'growing', 'object', 'o', 8, '0000000000000008', 'o: more alive', 1, NULL,
   NULL, NULL, NULL, NULL),
  (9, 9, 'fd-leak', 'at-exit', 'fd', 'udp', 9, '0000000000000009', '9 UDP sockets were open', 1, 1,
   'open_socket', '/src/app/net.c', 12, '/opt/app/bin/app');
