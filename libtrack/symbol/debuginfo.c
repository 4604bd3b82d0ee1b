/* SPDX-License-Identifier: Apache-2.0 */
#include "debuginfo.h"

#include <errno.h>

static int find_debuginfo(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
			  const char *file, const char *link, GElf_Word crc, char **ret_path)
{
	const struct search *search = *userdata;
	const unsigned char *build_id;
	GElf_Addr address;
	int bytes = dwfl_module_build_id(module, &build_id, &address);
	int fd = -1;

	/* What several debug files share (dwz) is asked for here too: by a path, without a sum. */
	if (link != NULL && crc == 0)
		return dwfl_build_id_find_debuginfo(module, userdata, name, base, file, link, crc,
						    ret_path);
	if (bytes > 0)
		fd = search_build_id(search, build_id, (size_t)bytes, ".debug", ret_path);
	if (fd < 0 && file != NULL && link != NULL)
		fd = search_link(search, file, link, crc, ret_path);
	return fd;
}

const Dwfl_Callbacks debuginfo_callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = find_debuginfo,
	.section_address = dwfl_offline_section_address,
};

int debuginfo_report(Dwfl *dwfl, const char *file, const struct search *search, int fd,
		     Dwfl_Module **ret_module)
{
	void **userdata;

	dwfl_report_begin(dwfl);
	Dwfl_Module *module = dwfl_report_elf(dwfl, file, file, fd, 0, true);
	if (module == NULL)
		return -ENOEXEC;
	dwfl_module_info(module, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
	*userdata = (void *)search;
	dwfl_report_end(dwfl, NULL, NULL);
	*ret_module = module;
	return 0;
}
