/** The emulator's own page: each account's calendars, updating itself. No asset comes from elsewhere. */
export function calendarPage(provider: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${provider} emulator</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root{color-scheme:light dark;--line:#8884;--mark:#1a73e822}
body{font:15px/1.4 system-ui;margin:0 auto;max-width:72rem;padding:1rem}
header{display:flex;gap:.75rem;align-items:center;flex-wrap:wrap}h1{font-size:1.2rem;margin:0 auto 0 0}
select,button{font:inherit;padding:.35rem .6rem;border-radius:6px;border:1px solid var(--line);background:Canvas;color:CanvasText}
table{width:100%;border-collapse:collapse;table-layout:fixed;margin-top:1rem}th{font-weight:500;padding:.3rem}
td{border:1px solid var(--line);height:6rem;vertical-align:top;padding:.2rem;font-size:.8rem;overflow:hidden}
td.other{opacity:.45}td.today{outline:2px solid #1a73e8;outline-offset:-2px}
.event{display:block;border-left:4px solid;border-radius:3px;padding:0 .3rem;margin:.1rem 0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.new{background:var(--mark);font-weight:600}li{margin:.2rem 0}
</style></head><body>
<header><h1>${provider} emulator</h1>
<label>Account <select id="account"></select></label>
<button id="previous" aria-label="Previous month">‹</button><strong id="month" aria-live="polite"></strong>
<button id="next" aria-label="Next month">›</button></header>
<p id="legend"></p><main id="grid"></main><h2>Agenda</h2><ul id="agenda"></ul>
<script type="module">
const $ = (id) => document.getElementById(id);
let accounts = [], month = new Date(), seen = new Map(), first = true;
month.setDate(1);
function element(name, text, attributes = {}) {
  const node = document.createElement(name);
  node.textContent = text;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
const labelOf = ({ time, title }) => (time === null ? "" : time + " ") + title;
function draw() {
  const account = accounts.find(({ email }) => email === $("account").value) ?? accounts[0];
  if (!account) return;
  const events = account.calendars.flatMap(({ color, events }) => events
    .map((event) => ({ ...event, color, fresh: !first && seen.get(event.id) !== event.version })))
    .sort((a, b) => (a.day + (a.time ?? "")).localeCompare(b.day + (b.time ?? "")));
  $("month").textContent = month.toLocaleDateString("en", { month: "long", year: "numeric" });
  $("legend").replaceChildren(...account.calendars.map(({ color, name, events }) => {
    const item = element("span", "");
    item.append(element("span", " ■ ", { style: "color:" + color }), name + " (" + events.length + ") ");
    return item;
  }));
  const table = element("table", "");
  const head = element("tr", "");
  for (const name of ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]) head.append(element("th", name, { scope: "col" }));
  table.append(head);
  const day = new Date(month);
  day.setDate(1 - ((month.getDay() + 6) % 7));
  const today = new Date().toLocaleDateString("sv");
  do {
    const row = element("tr", "");
    for (let i = 0; i < 7; i++) {
      const key = day.toLocaleDateString("sv");
      const cell = element("td", String(day.getDate()), { class: (day.getMonth() === month.getMonth() ? "" : "other ") + (key === today ? "today" : "") });
      for (const event of events.filter((one) => one.day === key)) {
        cell.append(element("span", labelOf(event), { class: "event" + (event.fresh ? " new" : ""), style: "border-color:" + event.color, title: event.title }));
      }
      row.append(cell);
      day.setDate(day.getDate() + 1);
    }
    table.append(row);
  } while (day.getMonth() === month.getMonth());
  $("grid").replaceChildren(table);
  $("agenda").replaceChildren(...(events.length ? events.slice(0, 100).map((event) => element("li", event.day + " " + labelOf(event)))
    : [element("li", "No events yet. Connect this account and write to public.obligations.")]));
  for (const event of events) seen.set(event.id, event.version);
}
async function load() {
  ({ accounts } = await (await fetch("/emulator/view")).json());
  if ($("account").options.length === 0) {
    for (const { email, name } of accounts) $("account").append(element("option", name + " (" + email + ")", { value: email }));
  }
  draw();
  first = false;
}
$("account").onchange = draw;
$("previous").onclick = () => { month.setMonth(month.getMonth() - 1); draw(); };
$("next").onclick = () => { month.setMonth(month.getMonth() + 1); draw(); };
let timer;
new EventSource("/emulator/events").addEventListener("change", () => { clearTimeout(timer); timer = setTimeout(load, 100); });
</script></body></html>
`;
}
