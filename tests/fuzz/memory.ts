/**
 * What a process may grow by, however much is sent to it, of the 256 MiB that hosted Supabase gives it: V8 takes tens of MiB
 * before it cleans up at all.
 */
export const GROWTH_MIB_MAX = 96;

/**
 * How much memory a process took at most while something was going on, above what it had before.
 *
 * @param pid of a process of this user
 * @returns MiB
 */
export async function growthOf(pid: number, act: () => Promise<void>): Promise<number> {
  const before = await memoryOf(pid, "VmRSS");
  // proc(5): the peak is counted anew from here.
  await Deno.writeTextFile(`/proc/${pid}/clear_refs`, "5");
  await act();
  return await memoryOf(pid, "VmHWM") - before;
}

async function memoryOf(pid: number, field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const kib = Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
  if (Number.isNaN(kib)) throw new Error(`Process ${pid} has no ${field}.`);
  return kib / 1024;
}
