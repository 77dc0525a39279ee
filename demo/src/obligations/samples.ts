import { dayFromNow } from "./obligation.ts";

const KINDS = [
  { title: "Air emissions report", obligation_type: "report" },
  { title: "Waste register", obligation_type: "register" },
  { title: "Water sampling", obligation_type: "measurement" },
  { title: "Noise measurement", obligation_type: "measurement" },
  { title: "Fire drill", obligation_type: "record" },
];
/** So that they fill some months and no day overflows. */
const A_DAY = 3;

/** Obligations of many sites, from tomorrow on. */
export function sampleObligations(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const { title = "", obligation_type = null } = KINDS[index % KINDS.length] ?? {};
    return {
      title: `${title}, site ${Math.floor(index / KINDS.length) + 1}`,
      obligation_type,
      deadline_date: dayFromNow(1 + Math.floor(index / A_DAY)),
    };
  });
}
