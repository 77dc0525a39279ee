/**
 * How the emulators' page looks: a month like a calendar app's, the agenda below, light or dark, down to a narrow frame. A calendar's
 * colour is the variable `--color` of its events.
 */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--paper:light-dark(#fff,#161b22);--text:light-dark(#1b1f24,#e6edf3);--muted:light-dark(#57606a,#9ba5b0);--line:light-dark(#dfe3e8,#30363d);--control-line:light-dark(#7d8590,#717982);--accent:light-dark(#0b63c5,#6cb6ff);--on-accent:light-dark(#fff,#0d1117);--tint:light-dark(#e6f2ff,#0e2440);--weekend:light-dark(#f7f8fa,#11161d)}
*{box-sizing:border-box}
body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1rem;background:var(--paper);color:var(--text)}
header{display:flex;gap:.5rem .75rem;align-items:center;flex-wrap:wrap}h1{font-size:1.15rem;margin:0 auto 0 0}h2{font-size:1.05rem;margin:1.25rem 0 .5rem}
select,button{font:inherit;padding:.35rem .6rem;border-radius:8px;border:1px solid var(--control-line);background:var(--paper);color:var(--text)}
header label{display:flex;gap:.4rem;align-items:center;min-width:0;max-width:100%}select{min-width:0;max-width:100%;min-height:2.25rem}button{min-height:2.25rem;cursor:pointer}
button:focus-visible,input:focus-visible,select:focus-visible,a:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
nav{display:flex;gap:.25rem;align-items:center}nav button{min-width:2.25rem;border-color:transparent;border-radius:50%;font-size:1.2rem;line-height:1}nav button:hover{background:var(--tint)}
#month{min-width:9.5rem;text-align:center}
#legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:.75rem 0 0;padding:0;color:var(--muted);font-size:.875rem}
#legend li{overflow-wrap:anywhere}#legend li::before{content:"";display:inline-block;width:.75rem;height:.75rem;margin-inline-end:.4rem;border-radius:50%;background:var(--color);forced-color-adjust:none}
table{width:100%;border-collapse:separate;border-spacing:0;table-layout:fixed;margin-top:.75rem;border:1px solid var(--line);border-radius:10px;overflow:hidden}
th{padding:.4rem .2rem;color:var(--muted);font-size:.8rem;font-weight:600}
td{border-top:1px solid var(--line);height:6rem;vertical-align:top;padding:.25rem;font-size:.8rem;overflow:hidden}td+td{border-inline-start:1px solid var(--line)}
td.weekend{background:var(--weekend)}td.other>span{color:var(--muted)}
td>span{display:inline-block;min-width:1.6em;line-height:1.6;text-align:center}td.today>span{border-radius:1em;background:var(--accent);color:var(--on-accent);font-weight:700}
button.event{display:block;width:100%;min-height:1.5rem;margin:.125rem 0;padding:0 .35rem;border:0;border-inline-start:4px solid var(--color);border-radius:5px;background:color-mix(in srgb,var(--color) 16%,var(--paper));text-align:start;cursor:grab}
#grid button.event{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;min-height:1.5rem;padding-block:.125rem;font-size:.78rem;line-height:1.25;overflow:hidden;overflow-wrap:anywhere;hyphens:auto}
button.event:hover{background:color-mix(in srgb,var(--color) 30%,var(--paper))}
button.event.new{background:color-mix(in srgb,var(--color) 38%,var(--paper));font-weight:600}
#agenda,#earlier,#deleted{list-style:none;margin:0;padding:0}#agenda button,#earlier button,#deleted button{min-height:2.75rem}li{margin:.25rem 0}
summary{padding:.5rem 0;cursor:pointer}#done{min-height:1.45em;color:var(--muted)}
@media (max-width:40rem){body{padding:.75rem}td{height:4.25rem;padding:.125rem;font-size:.75rem}#grid button.event{padding-inline:.2rem;border-inline-start-width:3px;font-size:.7rem}}
`;
