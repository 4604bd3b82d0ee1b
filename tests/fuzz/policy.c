/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes may be in rtctrack.yaml. */
#include "policy.inc.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_parse(data, size, policy_parse_file);
	return 0;
}
