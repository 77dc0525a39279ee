import { DATES_SCRIPT } from "./page-dates.ts";
import { DETAILS_MARKUP, DETAILS_SCRIPT, DETAILS_STYLE } from "./page-details.ts";
import { EDITING_MARKUP, EDITING_SCRIPT, EDITING_STYLE } from "./page-editing.ts";
import { HOST_SCRIPT } from "./page-host.ts";
import { PAGE_STYLE } from "./page-style.ts";

/**
 * The emulator's own page: each account's calendars, updating itself. No asset comes from elsewhere. `?account=` in its address
 * chooses whose calendars it shows first, `?event=` opens an event of them. It fits into a frame of another page, which it tells what it
 * shows.
 */
export function calendarPage(provider: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${provider} emulator</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>${PAGE_STYLE}${DETAILS_STYLE}${EDITING_STYLE}</style></head><body>
<header><h1>${provider} emulator</h1>
<label>Account <select id="account"></select></label>
<nav aria-label="Month"><button id="previous" aria-label="Previous month">‹</button><strong id="month" aria-live="polite"></strong>
<button id="next" aria-label="Next month">›</button></nav></header>
<main><ul id="legend" aria-label="Calendars"></ul><div id="grid"></div><h2>Agenda</h2><ul id="agenda"></ul>
<details id="earlier-part" hidden><summary>Earlier</summary><ul id="earlier"></ul></details>
${EDITING_MARKUP.replace("<!-- details -->", DETAILS_MARKUP)}</main>
<script type="module">
const $ = (id) => document.getElementById(id);
const AGENDA_SHOWN = 100, EARLIER_SHOWN = 20, DELETED_SHOWN = 20, NEW_MS = 4000, REDRAW_MS = 100;
// Dark enough to be seen on white, bright enough on black. A calendar whose own colour another one has takes one of these.
const COLOURS = ["#188038", "#c5221f", "#9334e6", "#b06000", "#00838f", "#c2185b", "#5f6368"];
let accounts = [], seen = new Map(), first = true, month, monthDrawn;
function element(name, text, attributes = {}) {
  const node = document.createElement(name);
  node.textContent = text;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
${DATES_SCRIPT}${DETAILS_SCRIPT}${HOST_SCRIPT}
function shown(event, text, place) {
  const node = editable({ ...event, key: place + " " + event.id }, text);
  if (event.fresh) node.classList.add("new");
  node.style.setProperty("--color", event.color);
  return node;
}
function inOwnColours(calendars) {
  const used = new Set();
  return calendars.map((calendar) => {
    const color = used.has(calendar.color) ? COLOURS.find((one) => !used.has(one)) ?? calendar.color : calendar.color;
    used.add(color);
    return { ...calendar, color };
  });
}
function inCalendars(account, list) {
  return inOwnColours(account.calendars).flatMap((calendar) => (calendar[list] ?? [])
    .map((event) => ({ ...event, account: account.email, calendar_id: calendar.id, calendar: calendar.name, color: calendar.color })));
}
function noteVersions() {
  const at = first ? -Infinity : performance.now();
  for (const { id, version } of accounts.flatMap(({ calendars }) => calendars).flatMap(({ events }) => events)) {
    if (seen.get(id)?.version !== version) seen.set(id, { version, at });
  }
}
const isFresh = ({ id }) => performance.now() - seen.get(id).at < NEW_MS;
function draw() {
  const account = accounts.find(({ email }) => email === $("account").value) ?? accounts[0];
  // A new grid would end the dragging.
  if (!account || dragged) return;
  const focused = document.activeElement?.dataset?.key;
  const events = inCalendars(account, "events")
    .map((event) => ({ ...event, fresh: isFresh(event) }))
    .sort((a, b) => (a.day + (a.time ?? "")).localeCompare(b.day + (b.time ?? "")));
  tellHost(events);
  const today = keyOf(new Date());
  const upcoming = events.filter(({ day }) => day >= today);
  const earlier = events.filter(({ day }) => day < today);
  // Until somebody chooses a month.
  const begin = month ?? monthOf((upcoming[0] ?? earlier.at(-1))?.day ?? today);
  monthDrawn = begin;
  $("month").textContent = nameOfMonth(begin);
  $("legend").replaceChildren(...inOwnColours(account.calendars).map(({ color, name, events }) =>
    element("li", name + " (" + events.length + ")", { style: "--color:" + color })));
  drawMonth(begin, today, events);
  drawAgenda($("agenda"), upcoming.slice(0, AGENDA_SHOWN));
  if (upcoming.length === 0) {
    $("agenda").append(element("li", events.length === 0 ? "No events yet. Connect this account and write to public.obligations." : "Nothing to come."));
  }
  $("earlier-part").hidden = earlier.length === 0;
  drawAgenda($("earlier"), earlier.slice(-EARLIER_SHOWN));
  drawDeleted(inCalendars(account, "deleted").slice(-DELETED_SHOWN).map((event) => ({ ...event, key: "deleted " + event.id })));
  if (focused) document.querySelector('[data-key="' + CSS.escape(focused) + '"]')?.focus();
}
function classesOf(day, begin, is_today) {
  const is_weekend = day.getDay() === 0 || day.getDay() === 6;
  return [is_today && "today", is_weekend && "weekend", day.getMonth() !== begin.getMonth() && "other"].filter(Boolean).join(" ");
}
function drawMonth(begin, today, events) {
  const table = element("table", "");
  const head = element("tr", "");
  for (const { short, long } of WEEKDAYS) head.append(element("th", short, { scope: "col", abbr: long }));
  table.append(head);
  const day = firstShown(begin);
  do {
    const row = element("tr", "");
    for (let i = 0; i < 7; i++) {
      const key = keyOf(day);
      const cell = element("td", "", { class: classesOf(day, begin, key === today) });
      cell.append(element("span", String(day.getDate())), ...events.filter((one) => one.day === key).map((event) => shown(event, labelOf(event), "grid")));
      dropTarget(cell, key);
      row.append(cell);
      day.setDate(day.getDate() + 1);
    }
    table.append(row);
  } while (day.getMonth() === begin.getMonth());
  $("grid").replaceChildren(table);
}
function drawAgenda(list, events) {
  list.replaceChildren(...events.map((event) => {
    const item = element("li", "");
    item.append(shown(event, dayInWords(event.day) + ", " + labelOf(event), "agenda"));
    return item;
  }));
}
function eventAsked() {
  const asked = new URLSearchParams(location.search).get("event");
  const account = accounts.find(({ email }) => email === $("account").value);
  return account && inCalendars(account, "events").find(({ id }) => id === asked);
}
async function load() {
  ({ accounts } = await (await fetch("/emulator/view")).json());
  if ($("account").options.length === 0) {
    for (const { email, name } of accounts) $("account").append(element("option", name + " (" + email + ")", { value: email }));
    const asked = new URLSearchParams(location.search).get("account");
    if (accounts.some(({ email }) => email === asked)) $("account").value = asked;
  }
  noteVersions();
  const opened = first && eventAsked();
  first = false;
  if (opened) month = monthOf(opened.day);
  draw();
  if (opened) openEditor(opened);
  setTimeout(draw, NEW_MS);
}
function turnTo(months) {
  month = new Date(monthDrawn.getFullYear(), monthDrawn.getMonth() + months, 1);
  draw();
}
$("account").onchange = () => { month = undefined; draw(); };
$("previous").onclick = () => turnTo(-1);
$("next").onclick = () => turnTo(1);
${EDITING_SCRIPT}let timer;
// While changes keep coming it draws at intervals, not only when they end.
new EventSource("/emulator/events").addEventListener("change", () => { timer ??= setTimeout(() => { timer = undefined; load(); }, REDRAW_MS); });
</script></body></html>
`;
}
