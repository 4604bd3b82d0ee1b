/* SPDX-License-Identifier: Apache-2.0 */
/* The programs in the kernel, one object: each file is a part that stands on those before. */
#include "kernel_types.h"
#include "probe_event.h"

#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "maps.bpf.h"

/* In the order in which they need each other. */
/* clang-format off */
#include "task.bpf.h"
#include "who.bpf.h"
#include "event.bpf.h"
#include "registers.bpf.h"
#include "stack.bpf.h"
#include "file.bpf.h"
#include "names.bpf.h"
#include "mapping.bpf.h"
#include "descriptor.bpf.h"
#include "message.bpf.h"
#include "syscalls.bpf.h"
#include "process.bpf.h"
#include "function.bpf.h"
#include "annotation.bpf.h"
#include "change.bpf.h"
/* clang-format on */

char program_license[] SEC("license") = "GPL";
