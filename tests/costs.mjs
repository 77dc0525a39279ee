const ROWS = 30;

/**
 * The processor seconds of a shell's children, as its `times` says.
 *
 * @param {string} text such as `0m0.00s 0m0.01s\n1m2.34s 0m5.67s`
 * @returns {number} 0 where it says nothing: the shell was killed
 */
export function childSeconds(text) {
  const [, children = ""] = text.trim().split("\n");
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)]
    .reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

/**
 * A table of what took longest, and a line with the sums.
 *
 * @param {readonly { name: string, wall_s: number, cpu_s: number }[]} costs
 * @param {number} wall_s of the whole run
 * @returns {string}
 */
export function costTable(costs, wall_s) {
  const seconds = (value) => value.toFixed(1).padStart(9);
  const slowest = [...costs].sort((one, other) => other.wall_s - one.wall_s).slice(0, ROWS);
  const cpu_s = costs.reduce((sum, cost) => sum + cost.cpu_s, 0);
  return [
    "   wall s    CPU s  what took longest",
    ...slowest.map((cost) => `${seconds(cost.wall_s)}${seconds(cost.cpu_s)}  ${cost.name}`),
    `${seconds(wall_s)}${seconds(cpu_s)}  all ${costs.length}`,
  ].join("\n");
}
