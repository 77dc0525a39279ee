/**
 * The part of the emulators' page that shows what an opened event holds: everything that the provider keeps of it and that people
 * ask about. The form of page-editing.ts is below. It calls `drawDetails`.
 */
export const DETAILS_STYLE = `
#details{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25rem .75rem;margin:0 0 1rem}
#details dt{font-weight:600}#details dd{margin:0;overflow-wrap:anywhere;white-space:pre-line}#details a{color:var(--accent)}
#details .color{display:inline-block;width:.8rem;height:.8rem;margin-inline-end:.4rem;border-radius:3px;forced-color-adjust:none}
`;

/** Stands in the event's dialog. */
export const DETAILS_MARKUP = `<dl id="details"></dl>`;

/** Above the page's own script. */
export const DETAILS_SCRIPT = `
const MINUTES = { hour: 60, day: 1440 };
const counted = (count, unit) => count + " " + unit + (count === 1 ? "" : "s");
function reminderInWords(minutes, is_all_day) {
  if (is_all_day) {
    const days = Math.ceil(minutes / MINUTES.day);
    const clock = days * MINUTES.day - minutes;
    const time = String(Math.floor(clock / 60)).padStart(2, "0") + ":" + String(clock % 60).padStart(2, "0");
    return (days <= 0 ? "on the day" : counted(days, "day") + " before") + " at " + timeInWords(time);
  }
  const unit = minutes % MINUTES.day === 0 ? "day" : minutes % MINUTES.hour === 0 ? "hour" : "minute";
  return minutes === 0 ? "when it begins" : counted(Math.abs(minutes) / (MINUTES[unit] ?? 1), unit) + (minutes < 0 ? " after it begins" : " before");
}
function linkTo(address) {
  const is_web = URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
  return is_web ? element("a", address, { href: address, target: "_blank", rel: "noreferrer" }) : document.createTextNode(address);
}
function calendarOf({ calendar, color }) {
  const name = element("span", calendar);
  name.prepend(element("span", "", { class: "color", style: "background:" + color, "aria-hidden": "true" }));
  return name;
}
function drawDetails(event) {
  const is_all_day = event.time === null;
  const reminders = event.reminders_minutes.map((minutes) => reminderInWords(minutes, is_all_day)).join("\\n");
  const rows = [
    ["When", dayInWords(event.day) + (is_all_day ? ", all day" : ", " + timeInWords(event.time))],
    ...(event.time_zone === null ? [] : [["Time zone", event.time_zone]]),
    ["Calendar", calendarOf(event)],
    ["Reminders", reminders || "none"],
    ...(event.description === "" ? [] : [["Description", event.description]]),
    ...(event.link === null ? [] : [["Link", linkTo(event.link)]]),
    ...(event.obligation_id === null ? [] : [["Obligation", element("code", event.obligation_id)]]),
  ];
  $("details").replaceChildren(...rows.flatMap(([name, value]) => {
    const said = element("dd", "");
    said.append(value);
    return [element("dt", name), said];
  }));
}
`;
