/* SPDX-License-Identifier: Apache-2.0 */
/* A process of ours that is about to touch what is not ours: it gives away all that it could do. */
#ifndef PROBES_HARMLESS_H
#define PROBES_HARMLESS_H

/* No rights, no second of time, nothing to be seen or steered by others. It cannot be undone. */
int harmless_rights(void);

/* Nothing is open but one descriptor, and no system call is left but to read, write and exit. */
int harmless_calls(int kept);

#endif
