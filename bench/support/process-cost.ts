/** What a process has used so far. */
export interface ProcessCost {
  /** User and system. */
  readonly cpu_s: number;
  /** Resident. */
  readonly memory_mb: number;
  /** The most that was ever resident, or since {@link forgetPeak}. */
  readonly peak_mb: number;
}

/** Linux's USER_HZ, which /proc counts in. */
const TICKS_PER_SECOND = 100;
const KIB_PER_MB = 1024;

/** Reads /proc, so Linux only. */
export async function processCost(pid: number): Promise<ProcessCost> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The name before the last bracket may contain anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const megabytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / KIB_PER_MB;
  return {
    cpu_s: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    memory_mb: megabytes("VmRSS"),
    peak_mb: megabytes("VmHWM"),
  };
}

/** Has the peak counted from here on (proc(5), `clear_refs`). */
export async function forgetPeak(pid: number): Promise<void> {
  await Deno.writeTextFile(`/proc/${pid}/clear_refs`, "5");
}
