/* SPDX-License-Identifier: Apache-2.0 */
/* What a descriptor of the running thread is, from the kernel's own tables. */
#ifndef FILE_BPF_H
#define FILE_BPF_H

enum { FORMAT_MASK = 0170000, FORMAT_SOCKET = 0140000 };

INLINE struct fdtable *current_table(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	return BPF_CORE_READ(task, files, fdt);
}

/* NULL: the number is not open. */
INLINE struct file *table_file(struct fdtable *table, int32_t fd)
{
	struct file *file = 0;
	if (fd < 0 || (uint32_t)fd >= BPF_CORE_READ(table, max_fds))
		return 0;
	struct file **files = BPF_CORE_READ(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	return file;
}

INLINE struct file *current_file(int32_t fd)
{
	return table_file(current_table(), fd);
}

INLINE struct sock *file_sock(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	if ((BPF_CORE_READ(inode, i_mode) & FORMAT_MASK) != FORMAT_SOCKET)
		return 0;
	struct socket *socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

INLINE bool table_closes_on_exec(struct fdtable *table, int32_t fd)
{
	unsigned long word = 0;
	unsigned long *words = BPF_CORE_READ(table, close_on_exec);
	bpf_probe_read_kernel(&word, sizeof(word), words + (fd >> 6));
	return word >> (fd & 63) & 1;
}

INLINE void file_look_at_socket(struct probe_file *look, struct file *file)
{
	struct socket *socket = BPF_CORE_READ(file, private_data);
	struct sock *sock = BPF_CORE_READ(socket, sk);
	look->sock = (uint64_t)sock;
	look->family = BPF_CORE_READ(sock, __sk_common.skc_family);
	look->type = BPF_CORE_READ(sock, sk_type);
	look->protocol = BPF_CORE_READ(sock, sk_protocol);
}

INLINE void file_look(struct probe_file *look, int32_t fd)
{
	struct fdtable *table = current_table();
	struct file *file = table_file(table, fd);
	__builtin_memset(look, 0, sizeof(*look));
	if (!file)
		return;
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	look->mode = BPF_CORE_READ(inode, i_mode);
	look->ino = BPF_CORE_READ(inode, i_ino);
	look->flags = BPF_CORE_READ(file, f_flags);
	look->cloexec = table_closes_on_exec(table, fd);
	if ((look->mode & FORMAT_MASK) == FORMAT_SOCKET) {
		file_look_at_socket(look, file);
		return;
	}
	look->magic = (uint32_t)BPF_CORE_READ(inode, i_sb, s_magic);
	look->rdev = BPF_CORE_READ(inode, i_rdev);
	const unsigned char *name = BPF_CORE_READ(file, f_path.dentry, d_name.name);
	bpf_probe_read_kernel_str(look->name, sizeof(look->name), name);
}

#endif
