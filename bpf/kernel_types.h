/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs know of the running kernel: of each struct the members that they read. Where
 * these lie is filled in from the kernel's own BTF when the programs are loaded.
 */
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

#include <stdint.h>

typedef uint8_t __u8;
typedef uint16_t __u16;
typedef uint32_t __u32;
typedef unsigned long long __u64;
typedef int32_t __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

/* Of the system call interface: these never change. */
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
};
enum { BPF_ANY = 0, BPF_NOEXIST = 1 };
enum { BPF_F_NO_PREALLOC = 1 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_FORCE_WAKEUP = 2, BPF_RB_AVAIL_DATA = 0 };
enum { BPF_F_USER_STACK = 256 };
enum bpf_func_id { BPF_FUNC_loop = 181 };

#define KERNEL_STRUCT __attribute__((preserve_access_index))

struct seq_file;

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip,
		cs, flags, sp, ss;
} KERNEL_STRUCT;

struct ns_common {
	unsigned int inum;
} KERNEL_STRUCT;

struct pid_namespace {
	struct ns_common ns;
} KERNEL_STRUCT;

struct upid {
	int nr;
	struct pid_namespace *ns;
} KERNEL_STRUCT;

struct pid {
	unsigned int level;
	struct upid numbers[1];
} KERNEL_STRUCT;

struct rlimit {
	unsigned long rlim_cur;
} KERNEL_STRUCT;

struct signal_struct {
	struct {
		int counter;
	} live;
	int group_exit_code;
	unsigned int flags;
	struct task_struct *group_exec_task; /* since 5.17 */
	struct rlimit rlim[16];
} KERNEL_STRUCT;

struct thread_struct {
	unsigned long fsbase;
} KERNEL_STRUCT;

struct thread_info {
	uint32_t status;
} KERNEL_STRUCT;

struct qstr {
	const unsigned char *name;
} KERNEL_STRUCT;

struct super_block {
	uint32_t s_dev;
	unsigned long s_magic;
} KERNEL_STRUCT;

struct inode {
	unsigned short i_mode;
	uint32_t i_rdev;
	unsigned long i_ino;
	struct super_block *i_sb;
} KERNEL_STRUCT;

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
} KERNEL_STRUCT;

struct vfsmount {
	struct dentry *mnt_root;
} KERNEL_STRUCT;

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
} KERNEL_STRUCT;

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
} KERNEL_STRUCT;

struct file {
	struct path f_path;
	struct inode *f_inode;
	unsigned int f_flags;
	void *private_data;
} KERNEL_STRUCT;

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
	unsigned long *close_on_exec;
	unsigned long *open_fds;
} KERNEL_STRUCT;

struct files_struct {
	struct fdtable *fdt;
} KERNEL_STRUCT;

struct mm_struct {
	unsigned long start_code;
	unsigned long env_start;
	unsigned long env_end;
	unsigned long saved_auxv[1];
	struct file *exe_file;
} KERNEL_STRUCT;

/* When it came on a processor last, by the scheduler's clock. */
struct sched_info {
	unsigned long long last_arrival;
} KERNEL_STRUCT;

struct sched_entity {
	uint64_t sum_exec_runtime;
	uint64_t prev_sum_exec_runtime; /* when it came on a processor last */
} KERNEL_STRUCT;

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	int on_cpu;
	struct sched_entity se;
	struct sched_info sched_info;
	unsigned long nvcsw;
	unsigned long nivcsw;
	int pid;
	int tgid;
	int exit_code;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct signal_struct *signal;
	struct thread_struct thread;
	struct mm_struct *mm;
	struct files_struct *files;
	uint64_t start_boottime;
	char comm[16];
} KERNEL_STRUCT;

struct bpf_iter_meta {
	struct seq_file *seq;
} KERNEL_STRUCT;

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} KERNEL_STRUCT;

struct linux_binprm {
	const char *filename;
} KERNEL_STRUCT;

struct in6_addr {
	uint8_t bytes[16];
};

struct sock_common {
	unsigned short skc_family;
	volatile unsigned char skc_state;
	int skc_bound_dev_if;
	uint32_t skc_daddr;
	uint32_t skc_rcv_saddr;
	uint16_t skc_dport;
	uint16_t skc_num;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
} KERNEL_STRUCT;

struct sock {
	struct sock_common __sk_common;
	uint16_t sk_type;
	uint16_t sk_protocol;
} KERNEL_STRUCT;

struct ipv6_pinfo {
	struct in6_addr saddr;
} KERNEL_STRUCT;

struct inet_sock {
	struct sock sk;
	struct ipv6_pinfo *pinet6;
	uint32_t inet_saddr;
	uint16_t inet_sport;
} KERNEL_STRUCT;

struct sockaddr_un {
	uint16_t sun_family;
	char sun_path[108];
} KERNEL_STRUCT;

struct unix_address {
	int len;
	struct sockaddr_un name[0];
} KERNEL_STRUCT;

struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct sock *peer;
} KERNEL_STRUCT;

struct netlink_sock {
	struct sock sk;
	uint32_t portid;
	uint32_t dst_portid;
	uint32_t dst_group;
	unsigned long *groups;
} KERNEL_STRUCT;

struct socket {
	struct sock *sk;
} KERNEL_STRUCT;

#endif
