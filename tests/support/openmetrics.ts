import assert from "node:assert/strict";

/** A scrape as a reader of OpenMetrics understands it. */
export interface Scrape {
  /** By the name of the family. */
  readonly families: ReadonlyMap<
    string,
    { readonly type: string; readonly unit: string; readonly help: string }
  >;
  /** Values by name and labels, as the text spells them. */
  readonly samples: ReadonlyMap<string, number>;
  readonly text: string;
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total"],
  gauge: [""],
  histogram: ["_bucket", "_count", "_sum"],
};
const LABELS = /^\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\}$/;

/**
 * Reads a text and fails where it is not what OpenMetrics 1.0 says: its end, the order of families, each family's metadata
 * before its samples, suffixes, units, series that come twice, buckets that shrink.
 */
export function readOpenMetrics(text: string): Scrape {
  assert.ok(text.endsWith("\n# EOF\n"), "the text ends with # EOF");
  const families = new Map<string, { type: string; unit: string; help: string }>();
  const samples = new Map<string, number>();
  let current = "";
  for (const line of text.slice(0, -"# EOF\n".length - 1).split("\n")) {
    const meta = /^# (TYPE|UNIT|HELP) ([a-z_]+) (.+)$/.exec(line);
    if (meta !== null) {
      const [, keyword = "", name = "", value = ""] = meta;
      if (name !== current) {
        assert.equal(keyword, "TYPE", line);
        assert.ok(!families.has(name), `${name} comes twice`);
        families.set(name, { type: value, unit: "", help: "" });
        current = name;
        continue;
      }
      const family = families.get(name);
      assert.ok(family);
      if (keyword === "UNIT") family.unit = value;
      else family.help = value;
      continue;
    }
    const sample = /^([a-z_]+)(\{.*\})? (\S+)$/s.exec(line);
    assert.ok(sample, `cannot be read: ${line}`);
    const [, name = "", labels = "", value = ""] = sample;
    const { type = "", unit = "" } = families.get(current) ?? {};
    assert.ok(SUFFIXES[type]?.some((suffix) => name === `${current}${suffix}`), `${line} in a ${type}`);
    assert.ok(unit === "" || current.endsWith(`_${unit}`), `${current} has the unit ${unit}`);
    assert.ok(labels === "" || LABELS.test(labels), line);
    assert.ok(!samples.has(`${name}${labels}`), `${name}${labels} comes twice`);
    const number = value === "+Inf" ? Infinity : Number(value);
    assert.ok(!Number.isNaN(number), line);
    samples.set(`${name}${labels}`, number);
  }
  checkBuckets(samples);
  return { families, samples, text };
}

/** @returns the series of a metric whose labels hold all of `labels`, added up; 0 where there are none */
export function total(
  { samples }: Scrape,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return [...samples]
    .filter(([key]) => key.replace(/\{.*/, "") === name && pairs.every((pair) => key.includes(pair)))
    .reduce((sum, [, value]) => sum + value, 0);
}

/** Series that may only grow. */
export function counters({ families, samples }: Scrape): ReadonlyMap<string, number> {
  const names = new Set(
    [...families].flatMap(([name, { type }]) =>
      type === "gauge" ? [] : (SUFFIXES[type] ?? []).map((suffix) => `${name}${suffix}`)
    ),
  );
  return new Map([...samples].filter(([key]) => names.has(key.replace(/\{.*/, ""))));
}

function checkBuckets(samples: ReadonlyMap<string, number>): void {
  let last = { series: "", count: 0 };
  for (const [key, count] of samples) {
    if (!/_bucket\{/.test(key)) continue;
    const series = key.replace(/,?le="[^"]*"/, "");
    if (series === last.series) assert.ok(count >= last.count, `${key} is less than the bucket before it`);
    last = { series, count };
    if (key.includes('le="+Inf"')) {
      assert.equal(samples.get(series.replace("_bucket{", "_count{")), count, `the count of ${series}`);
    }
  }
}
