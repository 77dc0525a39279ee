/**
 * The part of the emulators' page with which a person changes events: a form for each event, dragging to another day, and a
 * list of deleted events. It posts to `/emulator/edit`. The page's own script calls `editable`, `dropTarget` and `drawDeleted`.
 */
export const EDITING_STYLE = `
td.drop{background:var(--tint)}
dialog{border:1px solid var(--line);border-radius:12px;padding:1.25rem;width:min(28rem,calc(100vw - 2rem));background:var(--paper);color:var(--text)}
dialog::backdrop{background:#0006}dialog h2{margin:0 0 .75rem;font-size:1.05rem;overflow-wrap:anywhere}dialog form{border-top:1px solid var(--line);padding-top:.5rem}
dialog label{display:block;margin:.6rem 0}dialog input{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.45rem;border-radius:6px;border:1px solid var(--control-line);background:var(--paper);color:var(--text)}
dialog .actions{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:1rem}dialog .actions button{min-height:2.75rem}
dialog button[type=submit]{background:var(--accent);color:var(--on-accent);border-color:var(--accent)}
#deleted li{display:flex;gap:.75rem;align-items:center}
`;

/** The form, below what the event holds, and where the page says what was done. */
export const EDITING_MARKUP = `
<section id="deleted-part" hidden><h2>Deleted</h2><ul id="deleted"></ul></section>
<p id="done" role="status"></p>
<dialog id="editor" aria-labelledby="editor-heading">
<h2 id="editor-heading"></h2><!-- details -->
<form method="dialog">
<label>Title <input id="editor-title" required></label>
<label>Day <input id="editor-day" type="date" required></label>
<label>Time, empty for all day <input id="editor-time" type="time"></label>
<div class="actions"><button type="submit">Save</button><button type="button" id="editor-delete">Delete</button><button type="button" id="editor-cancel">Cancel</button></div>
</form></dialog>
`;

/** Below the page's own script, in the same module. */
export const EDITING_SCRIPT = `
let edited, dragged;
async function post(event, edit, done) {
  const answer = await fetch("/emulator/edit", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ account: event.account, calendar_id: event.calendar_id, event_id: event.id, edit }),
  });
  $("done").textContent = answer.ok ? done : "That did not work: " + (await answer.json()).message;
  return answer.ok;
}
const move = (event, day, time) => post(event, { kind: "move", day, time }, event.title + " is now on " + dayInWords(day) + (time ? " at " + timeInWords(time) : "") + ".");
function openEditor(event) {
  edited = event;
  $("editor-heading").textContent = event.title;
  drawDetails(event);
  $("editor-title").value = event.title;
  $("editor-day").value = event.day;
  $("editor-time").value = event.time ?? "";
  $("editor").showModal();
}
function editable(event, text) {
  const button = element("button", text, { type: "button", class: "event", "data-key": event.key, title: event.title, draggable: "true" });
  button.onclick = () => openEditor(event);
  button.ondragstart = (start) => {
    dragged = event;
    start.dataTransfer.effectAllowed = "move";
    start.dataTransfer.setData("text/plain", event.title);
  };
  button.ondragend = () => { dragged = undefined; draw(); };
  return button;
}
function dropTarget(cell, day) {
  cell.dataset.day = day;
  cell.ondragover = (over) => { if (dragged) { over.preventDefault(); cell.classList.add("drop"); } };
  cell.ondragleave = () => cell.classList.remove("drop");
  cell.ondrop = (drop) => {
    drop.preventDefault();
    cell.classList.remove("drop");
    if (dragged && dragged.day !== day) move(dragged, day, dragged.time);
  };
}
function drawDeleted(events) {
  $("deleted-part").hidden = events.length === 0;
  $("deleted").replaceChildren(...events.map((event) => {
    const button = element("button", "Put back", { type: "button", "data-key": event.key, "aria-label": "Put back " + event.title });
    button.onclick = () => post(event, { kind: "put_back" }, event.title + " is back.");
    const item = element("li", "");
    item.append(button, element("span", dayInWords(event.day) + ", " + event.title));
    return item;
  }));
}
$("editor").querySelector("form").onsubmit = async () => {
  const [title, day, time] = [$("editor-title").value, $("editor-day").value, $("editor-time").value || null];
  const event = edited;
  if (title !== event.title && !await post(event, { kind: "rename", title }, event.title + " is now called " + title + ".")) return;
  if (day !== event.day || time !== event.time) await move({ ...event, title }, day, time);
};
$("editor-cancel").onclick = () => $("editor").close();
$("editor-delete").onclick = () => { $("editor").close(); post(edited, { kind: "delete" }, edited.title + " is deleted."); };
`;
