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
libtrack/analyze/supply.c|s/whole < value ? whole + 1/whole < value ? whole/|unit_analyze_exhaustion
libtrack/analyze/rule_forecast.c|s/!group->beyond_leaks/true/|unit_analyze_repeat
libtrack/analyze/stray.c|s/ .. image->has_past//|unit_analyze_stray
libtrack/analyze/gap.c|s/seen == NULL .. is_proven/seen != NULL \&\& is_proven/|unit_analyze_gap
libtrack/analyze/gap.c|s/{TRACK_NOTE_LOST_SPOOL_FULL, .*//|unit_analyze_gap
libtrack/analyze/acts.c|s/place->more++/place->rows = 0/|unit_analyze_acts
libtrack/analyze/findings.c|s/== TRACK_KIND_OBJECT/== TRACK_KIND_TIMER/|unit_analyze_cause
libtrack/analyze/culprit.c|s/tier > best/tier >= best/|unit_analyze_findings
libtrack/analyze/life.c|s/= "joined"/= "done"/|unit_analyze_thread
libtrack/analyze/closing.c|s/fate == FATE_LEAKED/fate == FATE_SUSPECT/|unit_analyze_scope
libtrack/analyze/timer.c|s/LIFE_DESTROYED/LIFE_FINISHED/|unit_analyze_timer
libtrack/analyze/growth.c|s/r.last < 2/r.last < 9/|unit_analyze_findings
libtrack/analyze/growth.c|s/stays.verdict > site->trend.verdict)/false)/|unit_analyze_soak
libtrack/analyze/growth.c|s/stays.verdict = TREND_STEADY;/stays.verdict += 0;/|unit_analyze_soak
libtrack/analyze/growth.c|s/soaks = &marks.series\[i\] == sessions/soaks = \&marks.series[i] == sessions + 1/|unit_analyze_soak
libtrack/analyze/trend.c|s/all->rises == 1/all->rises == 99/|unit_analyze_trend
libtrack/analyze/trend.c|s/2 \* all->last > all->steps/true/|unit_analyze_trend
libtrack/analyze/trend.c|s/points->skipped + point \* points->each/point * points->each/|unit_analyze_trend
libtrack/analyze/trend.c|s/slope->high < worth_telling/true/|unit_analyze_trend
libtrack/analyze/trend.c|s/slope->z < of_doubt/slope->z < -99/|unit_analyze_trend
libtrack/analyze/trend.c|s/>= 2 \* sway->back/>= 0 * sway->back/|unit_analyze_trend
libtrack/analyze/trend.c|s/goes_on_from \&\& !slows/goes_on_from - slows/|unit_analyze_trend
libtrack/analyze/trend.c|s/early - late > of_slowing/early - late > 99999 * of_slowing/|unit_analyze_trend
libtrack/analyze/trend.c|s/first < count . 4/first < count/|unit_analyze_trend unit_analyze_trend_rates
libtrack/analyze/trend.c|s/all->z_apart >= of_rise/all->z >= of_rise/|unit_analyze_trend
libtrack/analyze/slope.c|s/like = fmin/like = 0 * fmin/|unit_analyze_trend_rates
libtrack/analyze/soak_trends.c|s/site->trend.wanted > ret_unclear->wanted/false/|unit_analyze_soak
libtrack/analyze/tier.c|s/^\tleft = below_build(left);$//|unit_analyze_culprit
cli/report/text_soak.c|s/if (still .. one_of > 0)/if (one_of > 0)/|unit_report_soak
libtrack/analyze/trend.c|s/>= goes_on_from/>= goes_on_from - 1/|unit_analyze_trend
libtrack/analyze/trend.c|s/< over_below)/< over_below - 1)/|unit_analyze_trend
libtrack/analyze/trend.c|s/rest->rises >= RISES_LEAST/true/|unit_analyze_trend
libtrack/analyze/trend.c|s/sway->rest.z >= of_rise/true/|unit_analyze_trend unit_analyze_trend_rates
libtrack/analyze/trend.c|s/has_ended(&sway.all, &sway.late)/false/|unit_analyze_trend
libtrack/analyze/trend.c|s/if (y\[i\] <= before)/if (y[i] <= before - 999)/|unit_analyze_trend
libtrack/analyze/trend.c|s/trend->first = count - 1 - all.last;/trend->first += 0;/|unit_analyze_trend
libtrack/analyze/trend.c|s/count - i < TREND_LEAST)/i == 0)/|unit_analyze_trend
libtrack/analyze/slope.c|s/ceil((all + within) . 2) + 1/ceil((all + within) \/ 2)/|unit_analyze_trend
libtrack/analyze/soak_trends.c|s/sessions < wanted/sessions < 1/|unit_analyze_soak
libtrack/analyze/soak_trends.c|s/unclear.count > 0)/false)/|unit_analyze_soak
libtrack/analyze/marks.c|s/than == NULL .. series->sessions != than->sessions/than == NULL/|unit_analyze_soak
libtrack/analyze/scope.c|s/scope == NULL .. scope->closed_ns != 0;/scope == NULL;/|unit_analyze_soak
libtrack/analyze/supply.c|s/limit > 0 ? limit : 0/0 * limit/|unit_analyze_soak
libtrack/analyze/life_book.c|s/fnmatch(book->closes_of, class_name, 0) != 0/class_name == NULL/|unit_analyze_soak
cli/report/text_soak.c|s/ .. shown == ROWS_MAX//|unit_report_soak
cli/report/text_soak.c|s/trend->low == trend->high/false/|unit_report_soak
cli/repetition.c|s/now_ns - repetition->begun_ns < repetition->timeout_ns/now_ns < repetition->timeout_ns/|unit_cli_repetition
cli/child.c|s/^\tchild->ended = true;//|unit_cli_child
libtrack/analyze/growth.c|s/to - from > 1 .. /true ? true : /|unit_analyze_findings
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
libtrack/analyze/wait_graph.c|s/isdigit((unsigned char)\*left)/false/|unit_analyze_hang_quiet unit_analyze_hang unit_analyze_hang_doubt
libtrack/analyze/hang.c|s/since_ns != 0 \&\& since_ns/since_ns/|unit_analyze_hang_quiet
libtrack/analyze/hang.c|s/ \&\& !at->timed;/;/|unit_analyze_hang unit_analyze_hang_quiet
libtrack/analyze/hang_turn.c|s/closing_depth > 1 \&\& waiting_depth > 0/false/|unit_analyze_hang_quiet
libtrack/analyze/hang.c|s/return elsewhere == 0;/return elsewhere < 9;/|unit_analyze_hang_quiet
libtrack/analyze/hang.c|s/hang->waiting++;/hang->waiting = 0;/|unit_analyze_wait_graph
libtrack/analyze/hang_ending.c|s/if (!is_pool_wait(fitting->hangs, i))/if (i == 99 \&\& !is_pool_wait(fitting->hangs, i))/|unit_analyze_hang
libtrack/analyze/hang_turn.c|s/return behind ../return behind ? true : true ? true :/|unit_analyze_hang_doubt
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
libtrack/analyze/rule_lock_order.c|s/ \&\& order->second_birth == next->first_birth//|unit_analyze_lock_order
libtrack/analyze/rule_lock_order.c|s/closes \&\& !leads_to(order, start)/false/|unit_analyze_lock_order
libtrack/analyze/rule_lock_order.c|s/!leads_to(&search->orders\[search->ring\[placed - 1\]\], order)/false/|unit_analyze_lock_order
libtrack/analyze/standing.c|s/.second_birth = order->second_birth/.second_birth = order->first_birth/|unit_analyze_standing
libtrack/analyze/tier.c|s/!culprits->with_plumbing \&\&/true \&\&/|unit_analyze_hang
libtrack/analyze/tier.c|s/culprits->in_script \&\& is_program(culprits, path)/false/|unit_analyze_tier
libtrack/analyze/tier.c|s/culprits->in_script \&\& matches(installed, path)/false/|unit_analyze_tier
libtrack/analyze/tier.c|s/if (matches(installed, file))/if (false)/|unit_analyze_tier
libtrack/analyze/tier.c|s/TIER_RUNTIME_SCRIPT : TIER_PROJECT/TIER_RUNTIME : TIER_PROJECT/|unit_analyze_tier
libtrack/analyze/tier.h|s/X(PROJECT, 8)/X(PROJECT, 7)/|unit_analyze_tier
libtrack/analyze/tier.h|s/X(PROJECT, 8)/X(PROJECT, 9)/|unit_analyze_tier
libtrack/analyze/culprit.c|s/best < TIER_INSTALLED/best < TIER_RUNTIME/|unit_analyze_tier
libtrack/analyze/culprit.c|s/best >= TIER_RUNTIME \&\&/best == TIER__COUNT \&\&/|unit_analyze_culprit
libtrack/analyze/culprit.c|s/\*ret_found = found == 1;/*ret_found = true;/|unit_analyze_tier
libtrack/analyze/growth.c|s/ .. trace_query_int(life, 8) != 0//|unit_analyze_tier
libtrack/analyze/rule_leak.c|s/ .. trace_query_int(row, 7) != 0//|unit_analyze_tier
libtrack/analyze/kept_file.c|s/fnmatch(patterns\[i\], path, 0) == 0/true/|unit_analyze_tier
cli/report/finding.c|s/strcmp(finding->rule, "lock-order") == 0/false/|unit_report_text
cli/report/stack.c|s/strlen(clone) < strlen(piece->clone)/true/|unit_report_stack
cli/report/filter.c|s/>= ?2 AS since/>= 0 AS since/|unit_report_filter
cli/report/json.c|s/"fingerprint"/"print"/|unit_report_json
libtrack/store/tracefile.c|s/version != TRACEFILE_SCHEMA_VERSION/version == 77/|unit_store_trace
libtrack/store/trace.c|s/database_execute(trace, "COMMIT")/0/|unit_store_trace
libtrack/store/trace.c|s/error = trace_commit(trace);/error = 0;/|unit_store_trace
libtrack/store/fold.c|s/folded == written/false/|unit_store_fold
libtrack/store/fold.c|s/folded = fold_in(trace)/folded = 0/|unit_store_fold
libtrack/store/tables.c|s/result == SQLITE_ROW/false/|unit_store_tables
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
bpf/loader/mapped.c|s/start_code == 1/start_code <= 1/|unit_probes_inside_modules
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
cli/report/merge.c|s/severity(from->state) < severity(finding->state)/false/|unit_report_merge
cli/report/merge.c|s/finding->count = sum.count + from->count;/finding->count = sum.count;/|unit_report_merge unit_report_json
cli/report/merge.c|s/if (group->last == recording)/if (true)/|unit_report_merge
cli/report/merge.c|s/if (other->fails \&\& !gate->fails)/if (false)/|unit_report_merge
cli/report/merge.c|s/: process + before;/: process + 0 * before;/|unit_report_merge
cli/report/merge.c|s/a_severity < b_severity ? -1 : 1/a_severity < b_severity ? 1 : -1/|unit_report_merge
cli/report/merge.c|s/return a_excused ? 1 : -1;/return a_excused ? -1 : 1;/|unit_report_merge
cli/report/merge.c|s/merged->finished &= report->finished;/merged->finished = true;/|unit_report_merge
cli/report/merge.c|s/merged->lost += report->lost;/merged->lost = 0;/|unit_report_merge
cli/report/merge.c|s/top \&\& merge->group_count > top/false/|unit_report_merge
cli/report/merge_lists.c|s/note->count += more->count;//|unit_report_merge
cli/report/merge_lists.c|s/return a->lost ? -1 : 1;/return a->lost ? 1 : -1;/|unit_report_merge
cli/report/merge_lists.c|s/\[before + j\].parent, before);/[before + j].parent, 0);/|unit_report_merge
cli/report/merge_lists.c|s/tally->begun += more->begun;//|unit_report_merge
cli/report/merge_lists.c|s/if (!reports\[i\]->absent_rule)/if (false)/|unit_report_merge
cli/report/place.c|s/up \&\& has_parent(/up \&\& !has_parent(/|unit_report_place
cli/report/place.c|s/path\[length\] != '\/'/false/|unit_report_place
cli/report/place.c|s/strcmp(path, "..") == 0/false/|unit_report_place
cli/report/place.c|s/strncmp(path, "..\/", 3) == 0/strncmp(path, "..", 2) == 0/|unit_report_place
cli/report/place.c|s/strncmp(path, "..\/", 3) == 0/false/|unit_report_place
cli/report/place.c|s/return part_below(lying, root)/return module != NULL/|unit_report_place
cli/report/place.c|s/access(whole, F_OK) == 0/false/|unit_report_place
cli/report/place.c|s/building->length + length + 2 > PATH_MAX/false/|unit_report_place
cli/report/place.c|s/digits\[byte >> 4\]/digits[byte \& 15]/|unit_report_place
cli/report/place.c|s/to = stpcpy(to, "file:\/\/");//|unit_report_place
cli/report/sarif_result.c|s/in_file \&\& site->line > 0/in_file/|unit_report_sarif
cli/report/sarif_result.c|s/^\tif (site->module)/\tif (false)/|unit_report_sarif
cli/report/sarif_result.c|s/{finding->culprit_module, program, NAMELESS}/{finding->culprit_module, program}/|unit_report_sarif
cli/report/sarif_result.c|s/: report_program(report);/: NULL;/|unit_report_sarif
cli/report/sarif_result.c|s/level > REPORT_LEVEL_NOTE/false/|unit_report_sarif
cli/report/sarif_result.c|s/level > REPORT_LEVEL_NOTE/true/|unit_report_sarif
cli/report/sarif.c|s/i ? NULL : whole->report/whole->report/|unit_report_sarif
cli/report/sarif.c|s/ .. gone++ >= FIXED_MAX//|unit_report_sarif
cli/report/json_build.c|s/character >= 0x2028/character > 0x2028/|unit_report_json
cli/report/json_build.c|s/character <= 0x202e/character <= 0x202f/|unit_report_json
cli/report/json_build.c|s/second == 0x9c/true/|unit_report_json
cli/report/json_build.c|s/from = at + 1;/from = at;/|unit_report_json
cli/report/junit_class.c|s/if (several \&\&/if (!several \&\&/|unit_report_junit
cli/report/junit_class.c|s/text_base_name(path))/path)/|unit_report_junit
cli/report/junit_class.c|s/if (!name .. !is_taken(classes, count, name))/if (true)/|unit_report_junit
cli/report/junit_class.c|s/if (!is_taken(classes, count, numbered))/if (true)/|unit_report_junit
cli/report/github.c|s/fputc('.n', memory);//|unit_report_github
cli/report/github.c|s/write_log(memory, /write_log(stream, /|unit_report_github
cli/report/text_soak.c|s/told++ < TABLES_MAX/told++ < 99/|unit_report_soak
cli/report/text_soak.c|s/recording->trace_path, style/NULL, style/|unit_report_soak
libtrack/base/text.c|s/count == 1 ? "" : "s"/count <= 1 ? "" : "s"/|unit_base_text
cli/report/sarif_result.c|s/if (place->below)/if (true)/|unit_report_sarif
cli/report/sarif_result.c|s/if (report_is_ours(frame))/if (false)/|unit_report_sarif
cli/report/sarif_result.c|s/object \&\& holds(array, object))/object \&\& holds(array, object) \&\& false)/|unit_report_sarif
cli/report/sarif_result.c|s/strstr(text, "](")/false/|unit_report_sarif
cli/report/sarif_result.c|s/return brace != NULL;/return false;/|unit_report_sarif
cli/report/sarif_result.c|s/if (!report_is_excused(finding))/if (true)/|unit_report_sarif
cli/report/sarif.c|s/if (report->fixed\[i\].found .. /if (/|unit_report_sarif
cli/report/sarif_result.c|s/strcmp(report_rule_names\[i\], rule) == 0/i == 0/|unit_report_sarif
cli/report/sarif_result.c|s/return levels\[level\];/return levels[REPORT_LEVEL_ERROR];/|unit_report_sarif
cli/report/sarif.c|s/report_complete(report) \&\& !/true \&\& !/|unit_report_sarif
cli/report/sarif.c|s/note->lost ? "error" : "note"/"note"/|unit_report_sarif
cli/report/sarif.c|s/start_ns + report->duration_ns/start_ns/|unit_report_sarif
cli/report/sarif.c|s/if (!report->finished)/if (false)/|unit_report_sarif
cli/report/level.c|s/return finding->gate.level;/return REPORT_LEVEL_ERROR;/|unit_report_sarif
cli/report/level.c|s/return REPORT_LEVEL_WARNING;/return REPORT_LEVEL_ERROR;/|unit_report_sarif
cli/report/junit.c|s/outcome = SKIPPED;/outcome = PASSED;/|unit_report_junit
cli/report/junit.c|s/return FAILED;/return PASSED;/|unit_report_junit
cli/report/junit.c|s/if (!report_complete(report)) {/if (false) {/|unit_report_junit
cli/report/junit.c|s/if (count > 1)/if (false)/|unit_report_junit
cli/report/junit.c|s/if (!sentence\[0\])/if (sentence[0])/|unit_report_junit
cli/report/sarif.c|s/if (ending\[0\])/if (!ending[0])/|unit_report_sarif
cli/report/junit.c|s/if (suite->counts\[SKIPPED\])/if (true)/|unit_report_junit
cli/report/junit.c|s/if (is_stranger(/if (!is_stranger(/|unit_report_junit
cli/report/junit.c|s/size_t others = 1 +/size_t others = 0 +/|unit_report_junit
cli/report/junit.c|s/if (report_fails(finding) .. report_is_excused(finding))/if (report_fails(finding))/|unit_report_junit
cli/report/junit.c|s/explained .= !report_complete(reports\[i\]);//|unit_report_junit
cli/report/junit.c|s/verdict_code != 0 \&\& !explained/verdict_code != 0/|unit_report_junit
cli/report/junit.c|s/report->verdict \&\& gate_errs/gate_errs \&\& !gate_errs/|unit_report_junit
cli/report/github.c|s/verdict_code != 0 \&\& !log/verdict_code == 0 \&\& !log/|unit_report_github
cli/report/text_ending.c|s/told++ < ENDINGS_MAX/told++ < 99/|unit_report_merge
cli/report/merge.c|s/finding->message != sum.message/finding->message == NULL/|unit_report_merge
cli/report/xml.c|s/if (is_excluded(text, length))/if (is_excluded(text, length) \&\& length == 9)/|unit_report_junit
cli/report/xml.c|s/return "&lt;";/return NULL;/|unit_report_junit
cli/report/xml.c|s/return "&quot;";/return NULL;/|unit_report_junit
cli/report/xml.c|s/(unsigned char)byte < 0x20/false/|unit_report_xml
cli/report/github.c|s/shown\[kind\] == most/shown[kind] == 99 * most/|unit_report_github
cli/report/github.c|s/property ? 5 : 3;/property ? 3 : 3;/|unit_report_github
cli/report/github.c|s/escaped\[\] = "%/escaped[] = "\&/|unit_report_github
cli/report/github.c|s/return KIND_NOTICE;/return KIND_WARNING;/|unit_report_github
cli/report/github.c|s/log->shown\[kind\]++;$/;/|unit_report_github
cli/report/github.c|s/cut(text, MESSAGE_BYTES);//|unit_report_github
cli/report/github.c|s/next += next == 0;/next = 1;/|unit_report_github
cli/report/github.c|s/place.below \&\& finding->culprit_line > 0/finding->culprit_line > 0/|unit_report_github
cli/report/github_summary.c|s/strlen(\*text) <= summary->room/true/|unit_report_github unit_cli_step_summary
cli/report/github_summary.c|s/left_out += counts;/left_out += 0 * counts;/|unit_report_github
cli/report/github_summary.c|s/== failing)$/!= failing)/|unit_report_github
cli/report/markdown.c|s/"<!-- -->"/""/|unit_report_github
cli/report/markdown.c|s/else if (strchr(markup, \*at))/else if (strchr(markup, *at) \&\& stream == NULL)/|unit_report_github
cli/report/redact.c|s/redact_folder(&gate->place);//|unit_report_redact
cli/report/redact.c|s/redact_folder(&use->place);//|unit_report_redact
cli/step_summary.c|s/st.st_size > FILE_BYTES_MAX - SUMMARY_BYTES_MIN/false/|unit_cli_step_summary
cli/step_summary.c|s/O_APPEND/O_TRUNC/|unit_cli_step_summary
cli/output.c|s/access(inner, F_OK) == 0/false/|unit_cli_output
cli/output.c|s/(folder\[length\] == '.' .. !folder\[length\])/true/|unit_cli_output
cli/output.c|s/if (!cut_to(/if (cut_to(/|unit_cli_output
cli/output.c|s/folder \&\& !options->redact/folder != NULL/|unit_cli_output
libtrack/shim/lock_birth.c|s/modules_have(lock)/true/|unit_shim_sources_lock_birth
libtrack/shim/lock_birth.c|s/modules_have(lock)/false/|unit_shim_sources_lock_birth
libtrack/shim/lock_birth.c|s/hash >> 56 . 1/1/|unit_shim_sources_lock_birth
libtrack/shim/lock_birth.c|s/(lock >> 3) + hash/hash/|unit_shim_sources_lock_birth
libtrack/shim/lock_birth.c|s/(birth % BIRTHS + 1)/1/|unit_shim_sources_lock_birth
libtrack/shim/lock_birth.c|s/__ATOMIC_RELAXED) \& IS_CERTAIN)/__ATOMIC_RELAXED))/|unit_shim_sources_lock_birth
libtrack/shim/lock_birth.c|s/return known \& IS_CERTAIN ? .*/return known \& BIRTHS;/|unit_shim_sources_lock_birth
libtrack/shim/lock_birth.c|s/at, tag, /at, 0, /|unit_shim_sources_lock_birth
libtrack/shim/lock_birth.c|s/at, 0, /at, tag, /|unit_shim_sources_lock_birth
libtrack/shim/lock_birth.c|s/if (__atomic_load_n(at, __ATOMIC_RELAXED) == tag)//|unit_shim_sources_lock_birth
libtrack/shim/lock_birth.c|/^void lock_birth_renew/,/^}/s/drop(lock);//|unit_shim_sources_lock_birth
libtrack/shim/lock_birth.c|/^void lock_birth_forget(/,/^}/s/drop(lock);//|unit_shim_sources_lock_birth
libtrack/shim/lock_birth.c|s/lock < end/lock <= end/|unit_shim_sources_lock_birth
libtrack/shim/lock_order.c|s/i < count \&\& second.birth/i < count/|unit_shim_sources_lock_order
libtrack/shim/lock_order.c|s/if (first.birth)/if (true)/|unit_shim_sources_lock_order
libtrack/shim/lock_order.c|s/reverse->first_birth == order->second_birth/true/|unit_shim_sources_lock_order
libtrack/shim/lock_order.c|s/reverse->second_birth == order->first_birth/true/|unit_shim_sources_lock_order
libtrack/shim/lock_order.c|s/order->first_birth == lock_birth_find(order->first)/true/|unit_shim_sources_lock_order
libtrack/shim/lock_order.c|s/order->second_birth == lock_birth_find(order->second)/true/|unit_shim_sources_lock_order
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
libtrack/schema/document.c|s/depth > DEPTH_MAX)/depth > 999999)/|unit_schema_reader
libtrack/schema/document.c|s/names <= NAMES_MAX/names <= 999999/|unit_schema_reader
libtrack/schema/document.c|s/	if (root)/	if (false)/|unit_schema_reader unit_policy_file
libtrack/schema/errors.c|s/strcmp(last->text, text) == 0/strcmp(last->text, text) == 99/|unit_schema_reader
libtrack/schema/reader.c|s/number > field->max/number > UINT64_MAX - 1/|unit_schema_reader unit_policy_file
libtrack/schema/reader.c|s/!root \&\& !schema->may_be_empty/!root/|unit_schema_reader unit_policy_file
libtrack/schema/reader.c|s/field->check ? field/field->check \&\& !*text ? field/|unit_schema_reader unit_pack_pack
libtrack/schema/file.c|s/if (!S_ISREG(st.st_mode))/if (S_ISDIR(st.st_mode))/|unit_schema_file
libtrack/schema/file.c|s/2 \* reading->room/reading->room/|unit_schema_file
libtrack/schema/file.c|s/size_max + 1}/size_max}/|unit_schema_file
libtrack/policy/pattern.c|s/text = ++star_text/text = star_text + 2/|unit_policy_suppressions
libtrack/policy/pattern.c|s/at == pattern->length \&\& !pattern->to_end/at == pattern->length/|unit_policy_suppressions
libtrack/policy/pattern.c|s/pattern->from_start ? NULL : text/text/|unit_policy_suppressions
libtrack/policy/pattern.c|s/slash + 1/path/|unit_policy_suppressions unit_policy_judge
libtrack/policy/lines.c|s/start\[i\] == '\\t' ? ' ' : start\[i\]/start[i]/|unit_policy_suppressions
libtrack/policy/lines.c|s/if (memchr(text, '\\0', length))/if (false)/|unit_policy_suppressions
libtrack/policy/suppressions.c|s/ends_with_max(parts.reason)/ends_with_max("")/|unit_policy_suppressions
libtrack/policy/suppressions.c|s/at > text \&\& at\[-1\] == ' '/at > text/|unit_policy_suppressions
libtrack/policy/suppressions.c|s/(word, letters)\] == '='/(word, letters)] == '+'/|unit_policy_suppressions
libtrack/policy/suppressions.c|s/parts.reason = cut_key(text, REASON_KEY);/parts.reason = NULL;/|unit_policy_suppressions
libtrack/policy/words.c|s/define OF_ACT false/define OF_ACT true/|unit_policy_suppressions
libtrack/policy/words.c|s/\[STATE_NONE\] = POLICY_ERROR/[STATE_NONE] = POLICY_NOTE/|unit_policy_judge
libtrack/policy/file.c|s/\*path != '\/' \&\& slash/slash/|unit_policy_file
libtrack/policy/file.c|s/left->line > right->line) - (left->line < right->line/left->line < right->line) - (left->line > right->line/|unit_policy_judge
libtrack/policy/file_keys.c|s/seconds > 0 \&\& seconds < SECONDS_LEAST/false/|unit_policy_file
libtrack/policy/judge.c|s/!judged.severity; i++/true; i++/|unit_policy_judge
libtrack/policy/judge.c|s/(strict \&\& level/(!strict \&\& level/|unit_policy_judge unit_policy_suppressions
libtrack/policy/judge.c|s/	if (judged->would_fail)$/	if (judged)/|unit_policy_suppressions
libtrack/policy/judge.c|s/excuse->sum > excuse->max/judged->finding->count > excuse->max/|unit_policy_suppressions unit_policy_judge
libtrack/policy/judge.c|s/!policy_rule_is_leak(judged->rule)/policy_rule_is_leak(99)/|unit_policy_judge
libtrack/policy/judge.c|s/known->sum <= known->bound/judged->finding->count <= known->bound/|unit_policy_baseline
libtrack/policy/judge.c|s/known \&\& judged->would_fail \&\& !excuse/known \&\& judged->would_fail/|unit_policy_baseline
libtrack/policy/judge.c|s/known \&\& judged->level >= POLICY_WARNING/known \&\& judged->would_fail \&\& !excuse/|unit_policy_baseline
libtrack/policy/baseline_change.c|s/UINT64_MAX : sum/a + b : sum/|unit_policy_judge
libtrack/policy/judge.c|s/judged->excuse .. baseline_lets_pass(judged)/judged->excuse/|unit_policy_judge
libtrack/policy/judge.c|s/excuse->met = excuse->sum = /excuse->met = /|unit_policy_suppressions
libtrack/policy/baseline.c|s/json_object_get_int64(allowed) < 1/false/|unit_policy_baseline
libtrack/policy/baseline.c|s/	if (other) {/	if (false) {/|unit_policy_baseline
libtrack/policy/baseline.c|s/json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);//|unit_policy_baseline
libtrack/policy/baseline_write.c|s/left->fingerprint < right->fingerprint ? -1 : 1/left->fingerprint < right->fingerprint ? 1 : -1/|unit_policy_baseline
libtrack/policy/baseline_write.c|s/RENAME_NOREPLACE) == 0/0) == 0/|unit_policy_baseline
libtrack/policy/baseline_write.c|s/entry->allowed = known->found;/entry->allowed = known->allowed;/|unit_policy_baseline
libtrack/policy/baseline_change.c|s/known->found < known->allowed ? /known->found != known->allowed ? /|unit_policy_baseline
libtrack/policy/baseline_write.c|s/update.gone .. update.lowered/true/|unit_policy_baseline
libtrack/policy/baseline_write.c|s/st.st_mode \& 07777/0600/|unit_policy_baseline
libtrack/analyze/awaited.c|s/over_ns + look->grace_ns > look->now_ns/over_ns + look->grace_ns > 0 * look->now_ns/|unit_analyze_awaited
libtrack/analyze/awaited.c|s/	if (life->owner != NULL)/	if (false)/|unit_analyze_awaited
libtrack/analyze/awaited.c|s/holding.before \&\& !holding.now/holding.before/|unit_analyze_awaited
libtrack/analyze/awaited.c|s/thing->close_tid != look->tid/true/|unit_analyze_awaited
libtrack/analyze/awaited.c|s/if (!is_persistent(owned)/if ((is_persistent(owned) + 1)/|unit_analyze_awaited
libtrack/analyze/lifetime.c|s/image->engine == TRACK_ENGINE_PROBES/true/|unit_analyze_awaited
libtrack/collect/held.c|s/process->horizon_ns <= process->held_since_ns/false/|unit_collect_held
libtrack/collect/held.c|s/held_ns < info->start_ns .. //|unit_collect_held
libtrack/collect/held.c|s/__atomic_store_n(let_go, 1, __ATOMIC_RELEASE);//|unit_collect_held
libtrack/collect/budget.c|s/ .. !budget->map->settle_ns)/)/|unit_collect_held
libtrack/collect/budget.c|s/reader->head.list.next = .*;/reader->head.list.next = \&reader->head.list;/|unit_collect_held
libtrack/shim/hold.c|s/else if (first != writer->tid)/else/|unit_shim_sources_hold
libtrack/shim/hold.c|s/!most_ns .. writers_confined()/!most_ns/|unit_shim_sources_hold
libtrack/shim/hold.c|s/	hold.tid = 0;//|unit_shim_sources_hold
libtrack/shim/hold.c|s/	__atomic_store_n(&hold.over, 1, __ATOMIC_RELEASE);//|unit_shim_sources_hold
libtrack/shim/hold.c|s/if (__atomic_load_n(&hold.over, __ATOMIC_ACQUIRE))$/if (false)/|unit_shim_sources_hold
libtrack/shim/hold.c|s/least(hold.took_ns, most_ns)/0/|unit_shim_sources_hold
libtrack/shim/hold.c|s/hold.took_ns = now_ns - begun_ns/hold.took_ns = most_ns/|unit_shim_sources_hold
libtrack/shim/hold.c|s/wait_while(let_go, 0, begun_ns + most_ns)/wait_while(let_go, 0, begun_ns + 2 * most_ns)/|unit_shim_sources_hold
libtrack/shim/hold.c|s/wait_while(&hold.over, 0, begun_ns + most_ns)/wait_while(\&hold.over, 0, begun_ns)/|unit_shim_sources_hold
cli/report/text_threads.c|s/if (task->is_held_back)/if (false)/|unit_report_threads
cli/report/text_threads.c|s/ \&\& one->is_held_back == other->is_held_back//|unit_report_threads
libtrack/shim/annotate.c|s/op == TRACK_OP_CLOSE .. op == TRACK_OP_DESTROY/op == TRACK_OP_CLOSE/|unit_shim_sources_annotate
cli/report/ending.c|s/ending->signal == SIGKILL \&\& //|unit_report_ending
cli/report/ending.c|s/AT_ONCE \&\& failed/AT_ONCE \&\& (failed + 1)/|unit_report_ending
cli/report/ending.c|s/ORDER BY p.image DESC/ORDER BY p.image/|unit_report_ending
cli/ending.c|s/exit_code == EXIT_SIGNALLED + SIGTERM/exit_code == EXIT_SIGNALLED/|unit_cli_ending
cli/settle.c|s/options->gate ? grace_ns(options) : 0/grace_ns(options)/|unit_cli_settle
cli/ending.c|s/endings->cut += .*;/endings->cut++;/|unit_cli_ending
libtrack/base/sentence.c|s/room - 1;/room;/|unit_base_sentence
cli/verdict.c|s/if (verdict->failing) {/if (false) {/|unit_cli_verdict
cli/verdict.c|s/} else if (!verdict_is_complete(verdict)) {/} else if (false) {/|unit_cli_verdict
cli/verdict.c|s/} else if (verdict->unused) {/} else if (false) {/|unit_cli_verdict
cli/verdict.c|s/rest -= .*;/rest = 0;/|unit_cli_verdict
cli/verdict.c|s/strcmp(excuse->by, by) != 0/true/|unit_cli_verdict
cli/verdict.c|s/if (verdict->fixed \&\& verdict_is_complete(verdict))/if (verdict->fixed)/|unit_cli_verdict
cli/road.c|s/strtoull(known, NULL, 10) != time_ns/true/|unit_cli_sources
cli/road.c|s/time_ns != ROAD_TIME_UNSET \&\& (!known/(!known/|unit_cli_sources
cli/gate.c|s/if (report_is_ours(frame))/if (false)/|unit_cli_gate
cli/gate.c|s/filter.top = 0;/;/|unit_cli_gate
cli/gate.c|s/\.more_mine_count = .*,/.more_mine_count = 0,/|unit_cli_gate
cli/gate_judge.c|s/verdict->path \&\& verdict->reason != POLICY_SEVERITY/false/|unit_cli_gate
cli/gate_judge.c|s/excuse == REPORT_SEVERITY;/excuse == REPORT_SUPPRESSED;/|unit_cli_gate
cli/gate_judge.c|s/else if (report_is_excused(&report->findings\[i\]))/else if (false)/|unit_cli_gate
cli/gate_judge.c|s/if (top \&\& report->finding_count > top)/if (false)/|unit_cli_gate
cli/gate_judge.c|s/\&\& !use->met \&\&/\&\&/|unit_cli_gate
cli/gate_judge.c|s/if (!verdict_is_complete(&gate->verdict))/if (false)/|unit_cli_gate
cli/policy_files.c|s/with == POLICY_WITH_BASELINE/false/|unit_cli_gate
cli/policy_files.c|s/path == policy_settings/path != policy_settings/|unit_cli_gate
cli/policy_files.c|s/options->grace_ns == ROAD_TIME_UNSET \&\&//|unit_cli_gate
cli/policy_files.c|s/before < 0 ? before : r/before < 0 ? r : r/|unit_cli_gate
cli/report/gate.c|s/!finding->gate.fails \&\& excuse/excuse/|unit_report_gate
cli/report/gate.c|s/bool unknown = .*;/bool unknown = gate->novelty == REPORT_NEW;/|unit_report_gate
cli/report/text_next.c|s/!report_is_excused(&report->findings\[0\])/true/|unit_report_gate
cli/report/json_gate.c|s/use->suppression \&\& !use->met/false/|unit_report_json
cli/report/diff.c|s/if (!diff->now_complete)/if (diff->now_complete)/|unit_report_diff
cli/report/diff.c|s/last->now += places\[i\].item.now;//|unit_report_diff
cli/report/diff.c|s/item->before ? REPORT_CHANGE_MORE : REPORT_CHANGE_NEW/REPORT_CHANGE_NEW/|unit_report_diff
cli/report/diff.c|s/return order ? order : by_index(one, other);/return order ? order : by_index(other, one);/|unit_report_diff
cli/report/diff_markdown.c|s/used > CHARACTERS_MAX - REST_BYTES/false/|unit_report_diff
cli/report/diff_markdown.c|s/- diff->counts\[REPORT_CHANGE_UNCHANGED\]//|unit_report_diff
libtrack/policy/baseline_change.c|s/bound < known->allowed ? bound : known->allowed/known->allowed/|unit_policy_recordings
libtrack/policy/baseline_change.c|s/if (!recordings)/if (false)/|unit_policy_recordings
libtrack/policy/baseline_change.c|s/if (known->bound < known->allowed)/if (false)/|unit_policy_recordings
libtrack/policy/baseline_change.c|s/if (!all_ran(policy, known))/if (!all_ran(policy, known) \&\& known->line == 99)/|unit_policy_recordings
libtrack/policy/baseline_change.c|s/known->found ? BASELINE_KEPT : BASELINE_NOT_RUN/BASELINE_NOT_RUN/|unit_policy_recordings
libtrack/policy/baseline_change.c|s/if (tally->recording != recording)/if (false)/|unit_policy_recordings
libtrack/policy/baseline_write.c|s/known->tally.most < known->in_one/false/|unit_policy_recordings
libtrack/policy/judge.c|s/severity->line < excuse->line/true/|unit_policy_uses
libtrack/policy/judge.c|s/policy->severities\[i\].met = 0;/;/|unit_policy_uses
libtrack/policy/file.c|s/lines\[ret_texts->count\] = .*;/lines[ret_texts->count] = 1;/|unit_policy_uses
libtrack/policy/suppressions.c|s/strstr(parts.pattern, " #")/false/|unit_policy_uses
libtrack/policy/suppressions.c|s/else if (parted)/else if (false)/|unit_policy_uses
cli/report/diff.c|s/return one->only_strict == other->only_strict \&\&/return true \&\&/|unit_report_diff
cli/report/diff.c|s/(items\[i\].only_strict ? diff->strict_counts : diff->counts)/(diff->counts)/|unit_report_diff
cli/report/diff_markdown.c|s/if (diff->items\[i\].change == REPORT_CHANGE_UNCHANGED)/if (false)/|unit_report_diff
cli/settle.c|s/options->gate ? grace_ns(options) : 0/options->gate ? 1000000000 : 0/|unit_cli_settle
cli/settle.c|s/settle_most_ns(options) < grace_ns(options)/false/|unit_cli_settle
cli/verdict.c|s/!verdict->missing \&\& //|unit_cli_verdict
cli/verdict.c|s/verdict->held ? /!verdict->held ? /|unit_cli_verdict
cli/sources.c|s/sources->missing += error != -EEXIST;/;/|unit_cli_sources
cli/sources.c|s/strcmp(dot, ".spool") == 0/false/|unit_cli_sources
cli/sources.c|s/is_entered(sources, \&st))/false)/|unit_cli_sources
libtrack/policy/judge.c|s/known->slope \* SLOPE_MORE;/known->slope * 99;/|unit_policy_baseline
libtrack/policy/judge.c|s/state \&\& state < known->state;/state == 99;/|unit_policy_baseline
libtrack/policy/baseline_change.c|s/grew \&\& policy->sessions < known->sessions/policy->sessions == 99/|unit_policy_baseline
libtrack/policy/judge.c|s/if (!finding->grows .*)/if (true)/|unit_policy_baseline
libtrack/policy/baseline_write.c|s/if (is \&\& is < was)/if (is > was)/|unit_policy_baseline
libtrack/policy/baseline_write.c|s/i < TEMPORARY_TRIES/i < 1/|unit_policy_baseline
libtrack/policy/file.c|s/is_told(reading->errors, line)/is_told(reading->errors, 9999)/|unit_policy_file
cli/gate_judge.c|s/ \&\& options->command->id == COMMAND_CHECK//|unit_cli_gate
cli/gate_suppressions.c|s/copy->state = "broken";//|unit_cli_gate
cli/gate_suppressions.c|s/if (uses\[i\].resources)/if (true)/|unit_cli_gate
cli/gate_suppressions.c|s/finding->gate.excuse != REPORT_SUPPRESSED/true/|unit_cli_gate
cli/gate_suppressions.c|s/REPORT_LEVEL_WARNING \&\& gate/REPORT_LEVEL_WARNING ? true : gate/|unit_cli_gate
cli/report/block.c|s/group >> 6 & 63/group >> 6 \& 31/|unit_report_block
cli/report/block.c|s/WINDOW_BITS + AS_GZIP/WINDOW_BITS/|unit_report_block
cli/report/block.c|s/size ? Z_NO_FLUSH : Z_FINISH/Z_SYNC_FLUSH/|unit_report_block
cli/report/block.c|s/zlib->avail_out \&\& result != Z_STREAM_END/result != Z_STREAM_END/|unit_report_block
cli/report/html.c|s/if (!reports\[i\]->recording_count)/if (true)/|unit_report_html
cli/report/html.c|s/if (!report->image)/if (false)/|unit_report_html
cli/report/page_session.c|s/!is_known .. finding->gate.fails/is_known ? true : true/|unit_report_page_session
cli/report/page_session.c|s/report \&\& report->judged ? report->judged : report;/report;/|unit_report_page_session
cli/report/page_session.c|s/slash \&\& slash\[1\]/slash/|unit_report_page_session
cli/report/json_build.c|s/in_page \&\& first == '<'/false/|unit_report_page_session unit_report_html
cli/report/redact_image.c|s/"module", "path", MODULE/"module", "path", STAYS/|unit_report_redact_image
cli/report/redact_image.c|s/"resource", "local_address", ADDRESS/"resource", "local_address", STAYS/|unit_report_redact_image
cli/report/redact_image.c|s/strcmp(key, "host") == 0/false/|unit_report_redact_image
cli/report/redact_image.c|s/return redact_whole(redactor, SECRET_MARK, text);/return 0;/|unit_report_redact_image
cli/report/redact_image.c|s/if (r < 0 .. number == 1)/if (true)/|unit_report_redact_image
cli/report/redact_image.c|s/return r == 0 ? redact_words(redactor, sentence) : r;/return r;/|unit_report_redact_image
cli/report/redact_image.c|s/r = redact_member(redactor, query, sentence);/r = 0 * redact_member(redactor, query, \&(const char *){NULL});/|unit_report_redact_image
cli/report/redact_image.c|s/finding, image->kept, role)/finding, image->redactor->arena, role)/|unit_report_redact_image
cli/report/redact.c|s/if (reports\[i\]->image \&\& reports\[i\]->judged)/if (false)/|unit_report_redact_image
cli/report/report.c|s/int r = trace_index(trace);/int r = 0;/|unit_report_html
libtrack/store/rewrite.c|s/strcmp(type, "TEXT") == 0/strcmp(type, "NONE") == 0/|unit_report_redact_image
libtrack/store/rewrite.c|s/column->beside != NULL ? column->beside : "NULL"/"NULL"/|unit_store_rewrite
libtrack/store/rewrite.c|s/return rewriting->error != 0 ? rewriting->error : error;/return error;/|unit_store_rewrite
libtrack/store/rewrite.c|s/error = trace_index(rewriting.trace);/error = 0;/|unit_report_redact_image
cli/gate.c|s/filter.with_image = .*;/;/|unit_cli_gate
cli/gate.c|s/filter.with_image = .*;/filter.with_image = true;/|unit_cli_gate
cli/gate_judge.c|s/gate->recordings\[i\].shown->judged = .*;/;/|unit_cli_gate
cli/output.c|s/filter.mine = NULL;/;/|unit_cli_output
cli/output.c|s/filter.since \&\& !isdigit/filter.since \&\& isdigit/|unit_cli_output
cli/page_check.c|s/is_page(options) \&\& !viewer_page_size()/false/|unit_cli_page_check
cli/page_check.c|s/is_page(options) \&\& !options->report_path/false/|unit_cli_page_check
cli/page_check.c|s/options->source_url \&\& options->redact/false/|unit_cli_page_check
cli/page_check.c|s/image_size <= IMAGE_MAX/image_size > 0/|unit_cli_page_check
cli/source_url.c|s/return host\[.*;/return true;/|unit_cli_source_url
cli/source_url.c|s/file .= template\[1\] == 'f';/file = true;/|unit_cli_source_url
cli/source_url.c|s/!is_plain(template)/!is_plain("a")/|unit_cli_source_url
cli/source_url.c|s/strncmp(template + length, ":\/\/", 3) == 0/true/|unit_cli_source_url
libtrack/store/image.c|s/bytes\[WRITE_VERSION_OFFSET\] = ROLLBACK_JOURNAL;//|unit_store_image
libtrack/store/image.c|s/bytes\[READ_VERSION_OFFSET\] = ROLLBACK_JOURNAL;//|unit_store_image
libtrack/store/trace.c|s/error == -EBUSY/error == -ENOSPC/|unit_store_busy
cli/serve/request.c|s/text\[0\] == '0' \&\& text\[1\]/false/|unit_serve_request
cli/serve/request.c|s/if (number > max)/if (max == 1)/|unit_serve_request
cli/serve/request.c|s/return !host\[length\]/return host[length] != '@'/|unit_serve_request
cli/serve/request.c|s/strcmp(fetch_site, "none") == 0/fetch_site[0] == 'n'/|unit_serve_request
cli/serve/request.c|s/return !origin .. .*/return !origin ||/|unit_serve_request
cli/serve/request.c|s/path\[REQUEST_TOKEN_DIGITS + 1\] != '\/'/false/|unit_serve_request
cli/serve/request.c|s/differs .= (unsigned char)/differs = (unsigned char)/|unit_serve_request
cli/serve/request.c|s/number < trace_count/number <= trace_count/|unit_serve_request
cli/serve/request.c|s/request->host_count != 1 .. //|unit_serve_request
cli/serve/request.c|s/!request->host .. //|unit_serve_request
cli/serve/pages.c|s/page_size = PAGE_SIZE_MOST;/page_size = 0;/|unit_serve_pages
cli/serve/pages.c|s/(page_size \& (page_size - 1))/page_size == 1/|unit_serve_pages
cli/serve/pages.c|s/before->page_size == pages->page_size/true/|unit_serve_pages
cli/serve/pages.c|s/? before->since\[i\] : revision/? before->revision : revision/|unit_serve_pages
cli/serve/pages.c|s/pages->since\[i\] <= since/pages->since[i] < since/|unit_serve_pages
cli/serve/pages.c|s/since > pages->revision ? 0 : since/since/|unit_serve_pages
cli/serve/pages.c|s/frame->pages = pages_take(pages);/frame->pages = pages;/|unit_serve_pages
cli/serve/pages.c|s/left = pages->page_size - inside;/left = pages->page_size;/|unit_serve_pages
cli/stamp.c|s/"%s-wal"/"%s-lost"/|unit_cli_stamp
cli/stamp.c|s/hash = hash_number(hash, st->st_ino);//|unit_cli_stamp
cli/stamp.c|s/hash = hash_number(hash, (uint64_t)st->st_size);//|unit_cli_stamp
cli/stamp.c|s/return hash_number(hash, (uint64_t)st->st_mtim.tv_nsec);/return hash;/|unit_cli_stamp
cli/stamp.c|s/stamp.in_use = file_in_use(fd);//|unit_cli_stamp
cli/stamp.c|s/now->in_use .. before->in_use/now->in_use/|unit_cli_stamp
cli/names.c|s/ AND l.build_id <> ''//|unit_cli_names
cli/names.c|s/position == 0 \&\& suffix/false/|unit_cli_names
cli/served.c|s/revision_of(trace) + is_due(trace, now)/revision_of(trace)/|unit_cli_served
cli/served.c|s/now->in_use \&\& !trace->finished/now->in_use/|unit_cli_served
cli/served.c|s/trace->stamp = stamp;/trace->stamp.in_use = stamp.in_use;/|unit_cli_served
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
