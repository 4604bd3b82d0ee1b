/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SCRIPT_LEVELS_MAX 4 /* as the kernel's */

/* clang-format off */
enum trouble_preload { PRELOAD_KEEP, PRELOAD_OMIT };
enum trouble_sees { SEES_ALL, SEES_PART, SEES_NOTHING };
enum trouble_probes { PROBES_SEEING, PROBES_BLIND };

static const struct {
	enum trouble_preload preload;
	enum trouble_sees sees;
	enum trouble_probes probes;
	const char *what, *why, *remedy;
} troubles[PROGRAM__COUNT] = {
#define PROGRAM_TROUBLE(id, preload_, sees_, probes_, what_, why_, remedy_) \
	[PROGRAM_##id] = { .preload = PRELOAD_##preload_, .sees = SEES_##sees_, \
			   .probes = PROBES_##probes_, .what = what_, .why = why_, .remedy = remedy_ },
#include "program_troubles.def"
#undef PROGRAM_TROUBLE
};
/* clang-format on */

const char *program_trouble_what(enum program_trouble trouble)
{
	return troubles[trouble].what;
}

const char *program_trouble_why(enum program_trouble trouble)
{
	return troubles[trouble].why;
}

const char *program_trouble_remedy(enum program_trouble trouble)
{
	return troubles[trouble].remedy;
}

bool program_takes_preload(enum program_trouble trouble)
{
	return troubles[trouble].preload == PRELOAD_KEEP;
}

bool program_takes_shim(enum program_trouble trouble)
{
	return troubles[trouble].sees != SEES_NOTHING;
}

bool program_is_seen_by_probes(enum program_trouble trouble)
{
	return troubles[trouble].probes == PROBES_SEEING;
}

static int check_executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || access(path, X_OK) < 0)
		return -EACCES;
	return 0;
}

static int find_in_path(const char *name, char ret_path[PATH_MAX])
{
	const char *path = getenv("PATH");
	int worst = -ENOENT;

	if (!path)
		path = "/bin:/usr/bin";
	for (const char *part = path;; part++) {
		size_t length = strcspn(part, ":");
		char candidate[PATH_MAX];
		int written = snprintf(candidate, sizeof(candidate), "%.*s%s%s", (int)length, part,
				       length ? "/" : "./", name);
		int r = written < PATH_MAX ? check_executable(candidate) : -ENAMETOOLONG;

		if (r == 0) {
			memcpy(ret_path, candidate, (size_t)written + 1);
			return 0;
		}
		if (r == -EACCES)
			worst = r;
		part += length;
		if (!*part)
			return worst;
	}
}

static int find(const char *name, char ret_path[PATH_MAX])
{
	if (!name[0])
		return -ENOENT;
	if (!strchr(name, '/'))
		return find_in_path(name, ret_path);
	if (strlen(name) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(ret_path, name, strlen(name) + 1);
	return check_executable(name);
}

/* Returns 1 and the interpreter if fd is a script, else 0. */
static int script_interpreter(int fd, char ret_path[PATH_MAX])
{
	char head[256];
	ssize_t length = pread(fd, head, sizeof(head) - 1, 0);
	char *start;

	if (length < 3 || head[0] != '#' || head[1] != '!')
		return 0;
	head[length] = 0;
	head[strcspn(head, "\n")] = 0;
	start = head + 2 + strspn(head + 2, " \t");
	start[strcspn(start, " \t\r")] = 0;
	if (!start[0])
		return 0;
	snprintf(ret_path, PATH_MAX, "%s", start);
	return 1;
}

/* Only what really raises privilege makes the loader drop LD_PRELOAD. */
static bool is_privileged(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	if (st.st_mode & S_ISUID && st.st_uid != getuid())
		return true;
	if (st.st_mode & S_ISGID && st.st_mode & S_IXGRP && st.st_gid != getgid())
		return true;
	return getuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0;
}

struct elf_facts {
	bool interpreted; /* PT_INTERP: a dynamic loader is asked for */
	bool musl;
	char loader[PATH_MAX];
	bool named; /* DT_SONAME: the loader itself, run as a program */
	bool go;
	char asan[64];
};

static void read_interpreter(int fd, const GElf_Phdr *header, struct elf_facts *facts)
{
	char path[PATH_MAX] = "";
	size_t size = header->p_filesz < sizeof(path) ? header->p_filesz : sizeof(path) - 1;
	ssize_t length = pread(fd, path, size, (off_t)header->p_offset);

	facts->interpreted = true;
	path[length > 0 ? length : 0] = 0;
	memcpy(facts->loader, path, sizeof(path));
	facts->musl = strstr(path, "ld-musl") != NULL;
}

static void read_dynamic(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
			 struct elf_facts *facts)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Dyn entry;

	for (int i = 0; data && gelf_getdyn(data, i, &entry) && entry.d_tag != DT_NULL; i++) {
		const char *name;

		facts->named |= entry.d_tag == DT_SONAME;
		if (entry.d_tag != DT_NEEDED)
			continue;
		name = elf_strptr(elf, header->sh_link, entry.d_un.d_val);
		/* LD_PRELOAD splits at spaces and colons. */
		if (name && strncmp(name, "libasan.so", 10) == 0 &&
		    strlen(name) < sizeof(facts->asan) && !strpbrk(name, " :"))
			snprintf(facts->asan, sizeof(facts->asan), "%s", name);
	}
}

static bool is_of_go(Elf *elf, size_t names, const GElf_Shdr *header)
{
	const char *name = elf_strptr(elf, names, header->sh_name);

	return name && strcmp(name, ".go.buildinfo") == 0;
}

static void read_facts(int fd, Elf *elf, struct elf_facts *facts)
{
	Elf_Scn *section = NULL;
	GElf_Shdr section_header;
	GElf_Phdr header;
	size_t count = 0, names = 0;

	elf_getphdrnum(elf, &count);
	for (size_t i = 0; i < count && i < INT_MAX; i++)
		if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_INTERP)
			read_interpreter(fd, &header, facts);
	elf_getshdrstrndx(elf, &names);
	while ((section = elf_nextscn(elf, section))) {
		if (!gelf_getshdr(section, &section_header))
			continue;
		facts->go |= is_of_go(elf, names, &section_header);
		if (section_header.sh_type == SHT_DYNAMIC)
			read_dynamic(elf, section, &section_header, facts);
	}
}

static void inspect_elf(int fd, struct program *program)
{
	struct elf_facts facts = {0};
	GElf_Ehdr header;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf)
		return;
	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header))
		goto out;
	read_facts(fd, elf, &facts);
	memcpy(program->asan, facts.asan, sizeof(program->asan));
	memcpy(program->loader, facts.loader, sizeof(program->loader));
	if (header.e_machine != EM_X86_64 || header.e_ident[EI_CLASS] != ELFCLASS64)
		program->trouble = PROGRAM_FOREIGN;
	else if (!facts.interpreted && !facts.named)
		program->trouble = PROGRAM_STATIC;
	else if (facts.musl)
		program->trouble = PROGRAM_MUSL;
	else if (is_privileged(fd))
		program->trouble = PROGRAM_PRIVILEGED;
	else if (facts.go)
		program->trouble = PROGRAM_GO;
out:
	elf_end(elf);
}

int program_inspect(const char *name, struct program *ret_program)
{
	struct program program = {0};
	int r = find(name, program.path);

	if (r < 0)
		return r;
	for (int level = 0; level <= SCRIPT_LEVELS_MAX; level++) {
		char interpreter[PATH_MAX];
		int fd = open(program.path, O_RDONLY | O_CLOEXEC);
		int script;

		if (fd < 0)
			break;
		script = script_interpreter(fd, interpreter);
		if (!script)
			inspect_elf(fd, &program);
		close(fd);
		if (!script)
			break;
		memcpy(program.path, interpreter, sizeof(interpreter));
	}
	*ret_program = program;
	return 0;
}
