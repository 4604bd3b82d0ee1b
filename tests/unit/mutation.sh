#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Mutation: break one line at a time in a copy of the tree; a unit test must notice.
#   tests/unit/mutation.sh [FOLDER]        (only what lies there: libtrack/store)
# Of each mutant only the programs are built that should notice it.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
only=${1:-}
copy=$root/build/mutation
rm -rf "$copy" && mkdir -p "$copy"
(cd "$root" && git ls-files -z | tar --null -T - -cf -) | tar -C "$copy" -xf -
cd "$copy" || exit 2

# file | sed expression | unit test programs that should notice
grep "^$only" >table <<'TABLE'
libtrack/base/text.c|s/\\xef\\xbf\\xbd/?/|unit_base_text
libtrack/collect/decode.c|s/TRACK_NAME_ARG_BYTES(head->arg) <= payload_bytes(head)/1/|unit_collect_payload
libtrack/collect/spool.c|s/header->version != TRACK_WIRE_VERSION/header->version == 99/|unit_collect_spool
libtrack/collect/segment.c|s/TRACK_META_END/TRACK_META_STACK/|unit_collect_order unit_collect_live unit_collect_hole
libtrack/collect/decode.c|s/depth > head->arg/depth > UINT32_MAX/|unit_collect_order
libtrack/collect/decode.c|s/^\treturn head->subject != 0;$/\treturn head->subject != 99;/|unit_collect_payload
libtrack/collect/merge.c|s/a->rank < b->rank/a->rank > b->rank/|unit_collect_order
libtrack/collect/merge.c|s/keys\[i\].time_ns < keys\[i - 1\].time_ns/keys[i].time_ns == 1/|unit_collect_order
libtrack/collect/merge.c|s/(a->offset > b->offset) - (a->offset < b->offset)/(a->offset < b->offset) - (a->offset > b->offset)/|unit_collect_order
libtrack/collect/cursor.c|s/bool old = .*;/bool old = false;/|unit_collect_hole
libtrack/collect/cursor.c|s/cursor->last_ns < sum->wait_ns/cursor->last_ns > sum->wait_ns/|unit_collect_hole
libtrack/collect/cursor.c|s/head.time_ns < before_ns)/head.time_ns < before_ns + 1000000000)/|unit_collect_hole unit_collect_live
libtrack/collect/cursor.c|s/if (head.time_ns < horizon_ns)/if (head.time_ns <= horizon_ns)/|unit_collect_hole
libtrack/collect/process.c|s/= now_ns - MARGIN_NS;/= now_ns;/|unit_collect_live
libtrack/collect/process.c|s/look->final ? UINT64_MAX : horizon/horizon/|unit_collect_order
libtrack/collect/process.c|s/ \&\& !cursor->holed//|unit_collect_hole
libtrack/collect/process.c|s/process->read_before = process->spool.map->given_back;//|unit_collect_live
libtrack/collect/collector.c|s/int ret = collector->sink.flush(collector->sink.ctx);/int ret = 0;/|unit_collect_live
libtrack/collect/collector.c|s/budget_give_back(&collector->budget, process->segments_booked);//|unit_collect_own
libtrack/collect/process.c|s/bool late = .*;/bool late = false;/|unit_collect_probes
libtrack/collect/process.c|s/late \&\& settled_ns/late \&\& settled_ns == 99 \&\& settled_ns/|unit_collect_probes
libtrack/collect/spool.c|s/!= TRACK_STATE_ENDED \&\&/!= 99 \&\&/|unit_collect_probes
libtrack/collect/in_use.c|s/bool watched = .*;/bool watched = false;/|unit_collect_probes
libtrack/collect/family.c|s/bool after = .*;/bool after = true;/|unit_collect_process
libtrack/collect/family.c|s/return a->spool.start_ticks == b->spool.start_ticks/return true/|unit_collect_process
libtrack/collect/spool.c|s/memset(segment + 1, 0, .*//|unit_collect_live
libtrack/collect/budget.c|s/seen > segments ? seen - segments : 0/seen - segments/|unit_collect_own
libtrack/collect/folder.c|s/settled = .*;/settled = true;/|unit_collect_live
libtrack/collect/marks_file.c|s/marks->in_overlong = true/marks->in_overlong = false/|unit_collect_marks
libtrack/collect/in_use.c|s/ \&\& threads <= 1/ \&\& threads < 99/|unit_collect_in_use
libtrack/collect/usage.c|s/block\[i\].open != 1/false/|unit_collect_process
libtrack/collect/table.c|s/visit(ctx, block, count, entry)/visit(ctx, block, count, 0)/|unit_collect_process
libtrack/collect/spool.c|s/which == SPOOL_USAGE ? TRACK_USAGE_MAX : TRACK_STANDINGS_MAX/TRACK_USAGE_MAX/|unit_collect_spool
libtrack/collect/spool.c|s/if (table.offset < end)/if (false)/|unit_collect_spool
libtrack/collect/spool.c|s/ .. table.offset % 8)/)/|unit_collect_spool
libtrack/collect/spool.c|s/header->segments_offset < end ? .* : NULL/NULL/|unit_collect_spool
libtrack/collect/stand.c|s/memcmp(&entries\[i\], &again, sizeof(again))/0/|unit_collect_standing
libtrack/collect/stand.c|s/again.sequence % 2/false/|unit_collect_standing
libtrack/collect/stand.c|s/i < LOOKS_MAX/i < 1/|unit_collect_standing
libtrack/collect/stand.c|s/(first + i) \* bytes/(0 * first + i) * bytes/|unit_collect_standing
libtrack/collect/stand.c|s/entry->held_count < TRACK_HELD_MAX ? entry->held_count : TRACK_HELD_MAX/TRACK_HELD_MAX/|unit_collect_standing
libtrack/collect/stand.c|s/held.lock \&\& is_lock(held.mode)/is_lock(held.mode)/|unit_collect_standing
libtrack/collect/stand.c|s/entry->wait >= TRACK_WAIT__COUNT/entry->wait > TRACK_WAIT__COUNT/|unit_collect_standing
libtrack/collect/stand.c|s/time_ns < now_ns ? time_ns : now_ns/time_ns < now_ns ? time_ns : time_ns/|unit_collect_standing
libtrack/collect/stand.c|s/tid \&\& tid <= INT32_MAX/tid != 0/|unit_collect_standing
libtrack/collect/collector.c|s/if (!process->replaced)/if (true)/|unit_collect_standing
libtrack/collect/collector.c|s/stood_ns > process->last_ns/false/|unit_collect_standing
libtrack/collect/collector.c|s/(look.dead .. round->stands)/round->stands/|unit_collect_standing
libtrack/collect/collector.c|s/process->spool, !look.dead,/process->spool, true,/|unit_collect_standing
libtrack/collect/process.c|s/begun_ns < info->start_ns/begun_ns == 1/|unit_collect_standing
libtrack/analyze/standing.c|s/if (standing->wait == TRACK_WAIT_THREAD)/if (standing->wait != TRACK_WAIT_NONE)/|unit_analyze_standing
libtrack/analyze/standing.c|s/image->stood ? trace_clear_standings(writing.trace, image->id) : 0/0/|unit_analyze_standing
libtrack/analyze/standing.c|s/if (u64map_get(&writing->met, tid) != NULL)/if (false)/|unit_analyze_standing
libtrack/analyze/standing.c|s/step.closing_ns != 0/step.closing_ns == 0/|unit_analyze_standing
libtrack/analyze/standing.c|s/thing != NULL ? &thing->life : /thing != NULL \&\& thing->alive ? \&thing->life : /|unit_analyze_standing
libtrack/analyze/reference.c|s/if (!thing->references_written)/if (thing != NULL)/|unit_analyze_standing
libtrack/analyze/extent.c|s/extent->depth - 1 - position/position/|unit_analyze_standing
libtrack/analyze/extent.c|s/begun_ns < oldest_ns/begun_ns > oldest_ns/|unit_analyze_standing
libtrack/analyze/block.c|s/blocked->of\[at\].kind != event->kind/false/|unit_analyze_standing
libtrack/analyze/block.c|s/take_out(blocked, 0);/blocked->depth--;/|unit_analyze_standing
libtrack/analyze/thread.c|s/block_forget(.*//|unit_analyze_standing
libtrack/analyze/fd.c|s/event->arg != EBADF/event->arg == EBADF/|unit_analyze_fd
libtrack/analyze/rule_growth.c|s/slope = g/slope = 1 + g/|unit_analyze_findings
libtrack/analyze/rule_close.c|s/death == sites->death/death != sites->death/|unit_analyze_close
libtrack/analyze/rule_use.c|s/o.generation - (a.error = ?1)/o.generation/|unit_analyze_use
libtrack/analyze/rule_exhaustion.c|s/birth_ns < ?3/birth_ns > 0/|unit_analyze_exhaustion
libtrack/analyze/rule_forecast.c|s/whole < value ? whole + 1/whole < value ? whole/|unit_analyze_exhaustion
libtrack/analyze/rule_forecast.c|s/!group->beyond_leaks/true/|unit_analyze_repeat
libtrack/analyze/stray.c|s/ .. image->has_past//|unit_analyze_stray
libtrack/analyze/stray.c|s/ || image->has_past//|unit_analyze_stray
libtrack/analyze/gap.c|s/seen == NULL .. is_proven/seen != NULL \&\& is_proven/|unit_analyze_gap
libtrack/analyze/gap.c|s/{TRACK_NOTE_LOST_SPOOL_FULL, .*//|unit_analyze_gap
libtrack/analyze/acts.c|s/place->more++/place->rows = 0/|unit_analyze_acts
libtrack/analyze/findings.c|s/== TRACK_KIND_OBJECT/== TRACK_KIND_TIMER/|unit_analyze_cause
libtrack/analyze/culprit.c|s/tier > best/tier >= best/|unit_analyze_findings
libtrack/analyze/life.c|s/= "joined"/= "done"/|unit_analyze_thread
libtrack/analyze/closing.c|s/fate == FATE_LEAKED/fate == FATE_SUSPECT/|unit_analyze_scope
libtrack/analyze/timer.c|s/LIFE_DESTROYED/LIFE_FINISHED/|unit_analyze_timer
libtrack/analyze/growth.c|s/r.last < 2/r.last < 9/|unit_analyze_findings
libtrack/analyze/growth.c|s/to - from > 1 ||/true ||/|unit_analyze_findings
libtrack/analyze/fd.c|s/slot->life.death_tid != event->tid)/slot->life.death_tid == 0)/|unit_analyze_fd
libtrack/analyze/fd.c|s/birth_ns < census->start_ns \&\&/birth_ns > 0 \&\&/|unit_analyze_fd
libtrack/analyze/life.c|s/book->mark_count, life->death_ns)/book->mark_count, life->birth_ns)/|unit_analyze_fold
libtrack/analyze/life.c|s/!life->kept \&\&/true \&\&/|unit_analyze_fold
libtrack/analyze/life.c|s/life->id != 0 ? trace_delete_resource(book->trace, life->id) : 0/0/|unit_analyze_fold
libtrack/analyze/statistics.c|s/length_ns < row->min_ns/length_ns > row->min_ns/|unit_analyze_fold
libtrack/analyze/thread.c|s/thread->done_ns > reap->time_ns ? thread->done_ns : reap->time_ns/reap->time_ns/|unit_analyze_thread
libtrack/analyze/thread.c|s/ .. thread->reap.tid != event->tid)/)/|unit_analyze_thread
libtrack/analyze/thread.c|s/event->call == TRACK_CALL_thrd_detach/false/|unit_analyze_thread
libtrack/include/track/finding_states.def|s/"recheck", STRICT/"recheck", ALWAYS/|unit_analyze_findings
libtrack/analyze/fate.c|s/fate = FATE_FINE; fate <= FATE_LEAKED; fate++/fate = FATE_LEAKED; fate > FATE_OPEN; fate--/|unit_analyze_leaks
libtrack/analyze/reference.c|s/return same_tag != NULL ? same_tag : any;/return any;/|unit_analyze_thing
libtrack/analyze/need.c|s/ \&\& need->user->closed_ns == 0//|unit_analyze_thing
libtrack/analyze/modules.c|s/return_address - 1;/return_address;/|unit_analyze_place
libtrack/analyze/wait_edges.c|s/owners > 1/owners > 9/|unit_analyze_hang_quiet
libtrack/analyze/wait_edges.c|s/held\[held\].depth > 1/held[held].depth > 9/|unit_analyze_hang_quiet
libtrack/analyze/wait_edges.c|s/if (thread->is_woken)/if (false)/|unit_analyze_hang_quiet
libtrack/analyze/wait_graph.c|s/isdigit((unsigned char)\*left)/false/|unit_analyze_hang_quiet
libtrack/analyze/hang.c|s/since_ns != 0 \&\& since_ns/since_ns/|unit_analyze_hang_quiet
libtrack/analyze/hang.c|s/ \&\& !at->timed;/;/|unit_analyze_hang unit_analyze_hang_quiet
libtrack/analyze/hang.c|s/closing_depth > 1 \&\& waiting_depth > 0/false/|unit_analyze_hang_quiet
libtrack/analyze/hang.c|s/return elsewhere == 0;/return elsewhere < 9;/|unit_analyze_hang_quiet
libtrack/analyze/hang.c|s/hang->waiting++;/hang->waiting = 0;/|unit_analyze_wait_graph
libtrack/analyze/hang_ending.c|s/if (!is_pool_wait(fitting->hangs, i))/if (i == 99 \&\& !is_pool_wait(fitting->hangs, i))/|unit_analyze_hang
libtrack/analyze/hang_turn.c|s/return behind ||/return true ||/|unit_analyze_hang_doubt
libtrack/analyze/hang_turn.c|s/thread->subject == lock/lock == 9/|unit_analyze_hang_doubt
libtrack/analyze/hang_world.c|s/first \&\& !others.threads/first/|unit_analyze_hang
libtrack/analyze/hang_world.c|s/return at->edge_count > 0;/return true;/|unit_analyze_hang
libtrack/analyze/hang_world.c|s/process->has_running = others.threads;/process->has_running = false;/|unit_analyze_hang_doubt
libtrack/analyze/hang_world.c|s/TRACK_WAIT_SEMAPHORE \&\& at->held_count == 0/TRACK_WAIT_SEMAPHORE/|unit_analyze_hang
libtrack/analyze/hang_doubt.c|s/return process->by_handler;/return false;/|unit_analyze_hang
libtrack/analyze/hang_doubt.c|s/!wait_process_of(\&hangs->graph, thread)->has_running/true/|unit_analyze_hang_doubt
libtrack/analyze/hang_doubt.c|s/wait_is_from_outside(end->wait)/false/|unit_analyze_hang_doubt
libtrack/analyze/hang.c|s/has_lasted(hangs, at->closed_ns, at->now_ns)/true/|unit_analyze_hang_doubt
libtrack/analyze/hang.c|s/hang_is_exit(hangs, walk->path\[0\])/false/|unit_analyze_hang_doubt
libtrack/analyze/hang_kept.c|s/if (!links->up\[i\].owns)/if (links->up[i].owns)/|unit_analyze_hang
libtrack/analyze/leaks.c|s/\*since_ns < survivor->judged_ns/*since_ns == 1/|unit_analyze_hang
libtrack/analyze/rule_lock_order.c|s/(one->guards \& other->guards) == 0/true/|unit_analyze_lock_order
libtrack/analyze/rule_lock_order.c|s/one->second_place != other->second_place/true/|unit_analyze_lock_order
libtrack/analyze/rule_lock_order.c|s/search->orders\[ring\[i\]\].told = search->length/search->orders[ring[i]].told = 0/|unit_analyze_lock_order
libtrack/analyze/culprit.c|s/!culprits->with_plumbing \&\&/true \&\&/|unit_analyze_hang
cli/report/finding.c|s/strcmp(finding->rule, "lock-order") == 0/false/|unit_report_text
cli/report/stack.c|s/strlen(clone) < strlen(piece->clone)/true/|unit_report_stack
cli/report/filter.c|s/>= ?2 AS since/>= 0 AS since/|unit_report_filter
cli/report/json.c|s/"fingerprint"/"print"/|unit_report_json
libtrack/store/tracefile.c|s/version != TRACEFILE_SCHEMA_VERSION/version == 77/|unit_store_trace
libtrack/store/trace.c|s/database_execute(trace, "COMMIT")/0/|unit_store_trace
libtrack/store/trace.c|s/(void)trace_commit(trace);//|unit_store_trace
libtrack/store/trace.c|s/"PRAGMA journal_mode = WAL"/"PRAGMA journal_mode = DELETE"/|unit_store_trace
libtrack/store/trace.c|s/mode == TRACE_COPY)/mode == TRACE_READ)/|unit_store_trace
libtrack/store/tracefile.c|s/ == TRACEFILE_APPLICATION_ID/ != 0/|unit_store_trace
libtrack/store/tracefile.c|s/version < TRACEFILE_SCHEMA_VERSION/version > TRACEFILE_SCHEMA_VERSION/|unit_store_trace
libtrack/store/statement.c|s/write \&\& !trace->in_transaction/write \&\& trace->in_transaction/|unit_store_trace
libtrack/store/statement.c|s/if ((\*binding->nulls \& bit) == 0)/if (false)/|unit_store_row
libtrack/store/statement.c|s/size != 0 ? bytes : ""/bytes/|unit_store_row
libtrack/store/row.c|s/resource->in_bytes,  resource->last_use_ns/resource->last_use_ns, resource->in_bytes/|unit_store_row
libtrack/store/row.c|s/resource->from_subject, -1)/resource->from_subject, 0)/|unit_store_row
libtrack/store/row.c|s/if (reference->holder_kind != NULL)/if (true)/|unit_store_row
libtrack/store/row.c|s/process->code, INT32_MIN)/process->code, 0)/|unit_store_row
libtrack/store/row_standing.c|s/if (standing->wait != NULL)/if (standing->subject != 0)/|unit_store_row
libtrack/store/row_standing.c|s/STATEMENT_DELETE_INSIDE, *//|unit_store_row
libtrack/store/statements.def|s/process_id IS ?1/process_id = ?1/|unit_store_trace
libtrack/store/location.c|s/hash = fnv_bytes(hash, &address, sizeof(address));//|unit_store_trace
libtrack/store/meta.c|s/return text->text;$/return value;/|unit_store_trace
libtrack/store/query.c|s/if (query->writes)/if (false)/|unit_store_trace
libtrack/store/database.c|s/return -ENOSPC;/return -EIO;/|unit_store_trace
libtrack/symbol/demangle.c|s/DMGL_AUTO . DMGL_ANSI/DMGL_AUTO + DMGL_PARAMS/|unit_symbol_demangle
libtrack/symbol/image.c|s/-ESTALE/0/|unit_symbol_symbolizer
libtrack/symbol/unwind.c|s/takes_bp = true/takes_bp = false/|unit_symbol_unwind
libtrack/symbol/unwind.c|s/caller_bp > bp \&\& //|unit_symbol_unwind_space
libtrack/symbol/unwind.c|s/sp <= callee_sp/sp < callee_sp/|unit_symbol_unwind_space
libtrack/symbol/unwind.c|s/walk->exact = from_signal;/walk->exact = false;/|unit_symbol_unwind
libtrack/symbol/unwind_space.c|s/\[middle\].end <= address/[middle].end < address/|unit_symbol_unwind_space
libtrack/symbol/frame_entry.c|s/\*letters == 'S'/*letters == 'T'/|unit_symbol_unwind
libtrack/symbol/frame_table.c|s/address >= entry.end/address > entry.end/|unit_symbol_unwind_space
libtrack/symbol/frame_program.c|s/machine->depth == REMEMBERED_MAX/machine->depth == 0/|unit_symbol_unwind
libtrack/symbol/frame_expression.c|s/left >= right/left > right/|unit_symbol_unwind_space
libtrack/symbol/function_table.c|s/ < table->items\[i - 1\].size/ <= table->items[i - 1].size/|unit_symbol_functions
libtrack/symbol/functions.c|s/->offset == function->offset/->offset > function->offset/|unit_symbol_functions
libtrack/symbol/functions.c|s/function->partial .. //|unit_symbol_functions
libtrack/symbol/name_pattern.c|s/} else if (star != NULL) {/} else if (star == name) {/|unit_symbol_functions
bpf/loader/acts.c|s/if (is_last)/if (!is_last)/|unit_probes_inside_acts
bpf/loader/acts.c|s/(!saying.act->is_before \&\& !is_done)/!is_done/|unit_probes_inside_acts
bpf/loader/descriptors.c|s/(ok .. event->error == EBADF)/ok/|unit_probes_inside_descriptors
bpf/loader/descriptors.c|s/descriptor->inode != event->file.ino)/descriptor->inode == 1)/|unit_probes_inside_descriptors
bpf/loader/descriptors.c|s/!ok \&\& !ever \&\& length > SWEEP_TOLD/!ok \&\& !ever/|unit_probes_inside_descriptors
bpf/loader/fd_class.c|s/major >= 136/major > 136/|unit_probes_inside_fd_class
bpf/loader/image_events.c|s/ \&\& flags \& PROBE_FORK_WAITS//|unit_probes_inside_session
bpf/loader/literal.c|s/st.st_ino == module->file->inode/st.st_ino != 0/|unit_probes_inside_literal
bpf/loader/mapped.c|s/mapping->inode != file->inode/mapping->inode == 1/|unit_probes_inside_modules
bpf/loader/nop_code.c|s/ \&\& !(operands.rex \& 1)//|unit_probes_inside_nop_code
bpf/loader/returns.c|s/ .. cfa_offset != CFA_OF_CALLER//|unit_probes_inside_returns
bpf/loader/room.c|s/left_bytes < LEAST_LEFT/left_bytes == 0/|unit_probes_inside_room
bpf/loader/seed.c|s/settled_ns < seed->read_ns/settled_ns == 0/|unit_probes_inside_session
bpf/loader/spool_file.c|s/time_ns > file->header->settled_ns/time_ns/|unit_probes_inside_spool_file
bpf/loader/spool_file.c|s/start_ns < ret_file->header->start_ns/start_ns > ret_file->header->start_ns/|unit_probes_inside_spool_file
bpf/loader/thread_calls.c|s/outer->sp > event->sp/outer->sp < event->sp/|unit_probes_inside_thread_calls
bpf/loader/threads.c|s/!found \&\& traced->hides_joins/traced->hides_joins/|unit_probes_inside_session
bpf/loader/told.c|s/references <= UNDER_WAY(word)/references <= 1/|unit_probes_inside_told
bpf/loader/told.c|s/ \&\& (\*head \& CALLER_MASK) == caller//|unit_probes_inside_told unit_probes_inside_acts
bpf/loader/traced.c|s/trail.span = end;/trail.span = 8;/|unit_probes_inside_snapshots
bpf/loader/traced.c|s/.takes_bp = found->takes_bp/.takes_bp = false/|unit_probes_inside_snapshots
bpf/loader/usdt.c|s/ .. strcmp(provider, PROVIDER) != 0//|unit_probes_inside_usdt
bpf/loader/usdt.c|s/ .. strcmp(arguments, ARGUMENTS) != 0//|unit_probes_inside_usdt
bpf/loader/usdt.c|s/addresses.pc += reading->base - addresses.base/addresses.pc += 0/|unit_probes_inside_usdt
cli/options.c|s/"--"/"==" /|unit_cli_options
libtrack/shim/filter.c|s/i->jt : i->jf/i->jf : i->jt/|unit_shim_sources_filter
libtrack/shim/target.c|s/TARGET_BLIND;/TARGET_TAKES;/|unit_shim_sources_target
libtrack/shim/string.c|s/length < most/length <= most/|unit_shim_sources_string
samples/dcstack/run/task.c|s/state == TASK_DONE .. task->cancelled/state == TASK_DONE/|unit_run_task
samples/dcstack/run/callback.c|s/^\tif (callback->kind == CALLBACK_ONE_SHOT)$/\tif (0)/|unit_run_callback
samples/dcstack/run/object.c|s/at->refs--;/at->refs = 0;/|unit_run_object
samples/dcstack/net/framing.c|s/packet_size >> 8/packet_size >> 9/|unit_net_framing
samples/dcstack/ice/candidate.c|s/2 \* high/high/|unit_ice_candidate
samples/dcstack/ice/stun.c|s/? -EACCES : 0/? 0 : 0/|unit_ice_stun
samples/dcstack/ice/check.c|s/address_equal(packet->from, &pair->remote->address)/1/|unit_ice_sources_stranger
samples/dcstack/ice/check.c|s/rto_ms << (pair->check.sent - 1)/rto_ms/|unit_ice_sources_timing
samples/dcstack/ice/check.c|s/&agent->pace, agent->timing.pace_ms/\&agent->pace, 0/|unit_ice_sources_timing
samples/dcstack/ice/consent.c|s/^\treturn false;$/\treturn true;/|unit_ice_sources_answer
samples/dcstack/dtls/context.c|s/bool matches = .*;/bool matches = expected;/|unit_dtls_fingerprint
samples/dcstack/sctp/sctp.c|s,said == htole32(crc),said + crc,|unit_sctp_delivery
samples/dcstack/sctp/sender.c|s/SCTP_PR_SCTP_TTL/SCTP_PR_SCTP_NONE/|unit_sctp_delivery
samples/dcstack/sctp/sender.c|s/SCTP_PR_SCTP_RTX/SCTP_PR_SCTP_NONE/|unit_sctp_delivery
samples/dcstack/sctp/sender.c|s/.= SCTP_UNORDERED/= SCTP_EOR/|unit_sctp_delivery
samples/dcstack/sctp/dcep.c|s/open->unordered = type & UNORDERED/open->unordered = false/|unit_sctp_dcep
samples/dcstack/sdp/sdp_parse.c|s/"sctp-port"/"sctp-part"/|unit_sdp_sdp
samples/dcstack/peer/negotiation.c|s/return (size_t)remote->max_message_size;/return SIZE_MAX;/|unit_dcstack_channel unit_dcstack_connection
samples/dcstack/peer/protocol.c|s/stream % 2 == parity(connection)/0/|unit_dcstack_sources_protocol
samples/dcstack/peer/protocol.c|s/role == DTLS_SERVER/role == DTLS_CLIENT/|unit_dcstack_channel
samples/dcstack/peer/protocol.c|s/channel->is_reset \&\& channel->peer_reset/channel->peer_reset/|unit_dcstack_sources_protocol
samples/dcstack/peer/protocol.c|s/TIMER_MS(connection->patience_ms)/TIMER_MS(99999)/|unit_dcstack_sources_protocol
samples/dcstack/peer/outbox.c|s/<= threshold)/< threshold)/|unit_dcstack_sources_flow
samples/dcstack/peer/inflow.c|s/inflow->paused = false;//|unit_dcstack_sources_flow
samples/dcstack/router/consumer.c|s/return !content->subchannel_count;/return true;/|unit_router_consumer
samples/dcstack/router/buffer.c|s/buffer->attended = more;//|unit_router_sources_buffer
samples/dcstack/peer/transport.c|s/connection->is_up ? DC_CLOSED : DC_FAILED/connection->is_up ? DC_FAILED : DC_FAILED/|unit_dcstack_sources_flow
samples/dcstack/peer/connection.c|s/object_release(&connection->object, "network");/(void)connection;/|unit_dcstack_connection
TABLE
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Debug >configure.log 2>&1 || exit 2
# shellcheck disable=SC2046 # words
cmake --build build --target $(cut -d'|' -f3 table | tr ' ' '\n' | sort -u) >build.log 2>&1 || exit 2
bad=0
while IFS='|' read -r file mutation tests; do
	cp "$file" original
	sed -i "$mutation" "$file"
	if cmp -s "$file" original; then
		echo "FAIL    mutation $file: '$mutation' changes nothing; adapt the table"
		bad=1
		continue
	fi
	noticed=no
	# shellcheck disable=SC2086 # words
	if cmake --build build --target $tests >build.log 2>&1; then
		for test in $tests; do
			timeout 120 "build/tests/$test" >test.log 2>&1 || noticed=yes
		done
	else
		noticed="does not compile"
	fi
	cp original "$file"
	if [ "$noticed" = yes ]; then echo "ok      mutation $file: $mutation"; else
		echo "FAIL    mutation $file: $mutation: noticed: $noticed"
		bad=1
	fi
done <table
exit $bad
