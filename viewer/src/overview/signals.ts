// SPDX-License-Identifier: Apache-2.0
/* Signals of Linux on x86-64, by number, as glibc names and describes them. */

const rows: [string, string][] = [
  ["HUP", "Hangup"],
  ["INT", "Interrupt"],
  ["QUIT", "Quit"],
  ["ILL", "Illegal instruction"],
  ["TRAP", "Trace/breakpoint trap"],
  ["ABRT", "Aborted"],
  ["BUS", "Bus error"],
  ["FPE", "Floating point exception"],
  ["KILL", "Killed"],
  ["USR1", "User defined signal 1"],
  ["SEGV", "Segmentation fault"],
  ["USR2", "User defined signal 2"],
  ["PIPE", "Broken pipe"],
  ["ALRM", "Alarm clock"],
  ["TERM", "Terminated"],
  ["STKFLT", "Stack fault"],
  ["CHLD", "Child exited"],
  ["CONT", "Continued"],
  ["STOP", "Stopped (signal)"],
  ["TSTP", "Stopped"],
  ["TTIN", "Stopped (tty input)"],
  ["TTOU", "Stopped (tty output)"],
  ["URG", "Urgent I/O condition"],
  ["XCPU", "CPU time limit exceeded"],
  ["XFSZ", "File size limit exceeded"],
  ["VTALRM", "Virtual timer expired"],
  ["PROF", "Profiling timer expired"],
  ["WINCH", "Window changed"],
  ["POLL", "I/O possible"],
  ["PWR", "Power failure"],
  ["SYS", "Bad system call"],
];

/** "SIGTERM (Terminated)"; null: it has no name. */
export function signalName(number: number): string | null {
  const row = rows[number - 1];
  return row ? `SIG${row[0]} (${row[1]})` : null;
}

export function signalNumbers(...names: string[]): number[] {
  return names.map((name) => rows.findIndex((row) => row[0] === name) + 1);
}
