"""How the page of a report looks, and the little script that sorts and searches its tables; without it the page reads the same."""

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1a1a1a; --soft: #555; --line: #d9dde1; --band: #f5f7f9; --link: #005a8c; --blue: #0072b2;
  --orange: #8a5a00; --grey: #5f6368; --served: #e8f2f8; --open: #fdf4e0; --mark: #b34700 }
@media screen and (prefers-color-scheme: dark) { :root { --paper: #16191d; --ink: #e8eaed; --soft: #b0b6bd; --line: #3a4048; --band: #21262c;
  --link: #8cc4ee; --blue: #6cb6e8; --orange: #f0b860; --grey: #a4abb3; --served: #14303f; --open: #3a2f14; --mark: #ff9b5c } }
* { box-sizing: border-box } html { scroll-padding-top: 1rem }
body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; margin: 0 auto; max-width: 84rem; padding: 0 1.25rem 4rem;
  color: var(--ink); background: var(--paper) }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.5rem 0 .5rem } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem }
h3 { font-size: 1.05rem; margin: 1.25rem 0 .25rem } h4 { font-size: 1rem; margin: 1.25rem 0 .25rem } a { color: var(--link) } code { font-size: .85em; color: var(--soft) }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: .5rem 0; border-bottom: 1px solid var(--line) }
.skip { position: absolute; left: -99rem } .skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem; z-index: 9 }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; list-style: none; padding: 0; margin: 1rem 0 }
.tiles li { background: var(--band); border-left: 3px solid var(--blue); padding: .5rem .9rem; color: var(--soft); font-size: .85rem }
.tiles b { display: block; font-size: 1.4rem; line-height: 1.2; color: var(--ink); font-variant-numeric: tabular-nums }
.about { color: var(--soft); margin: .25rem 0 .5rem; max-width: 62rem; overflow-wrap: anywhere }
.served { color: var(--blue) } .indeterminate { color: var(--orange) } .unserved { color: var(--grey) } .key span { font-weight: 600; margin-right: 1rem }
.frame { overflow: auto; max-width: 100% } .frame:focus-visible { outline: 2px solid var(--blue) } .tall { max-height: 80vh }
table { border-collapse: collapse; font-size: .9rem } th, td { padding: .25rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
thead th { background: var(--band); position: sticky; top: 0; white-space: nowrap; vertical-align: bottom; z-index: 1 }
tbody th { font-weight: 600; white-space: nowrap } .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
td { overflow-wrap: anywhere; min-width: 6rem } td.n { min-width: 2.2rem } .bar { white-space: nowrap } .bar svg { display: block; margin-top: .25rem }
.heat { table-layout: auto } .heat td { min-width: 2.2rem; white-space: nowrap } .heat td:not(.n) { text-align: center } .heat td { padding: .15rem .3rem; font-variant-numeric: tabular-nums }
.heat thead th span { writing-mode: vertical-rl; transform: rotate(180deg) } .heat thead th { padding: .4rem .3rem }
#device-table td:nth-child(-n+3) { text-align: left; min-width: 7rem; white-space: normal } #device-table td:nth-child(3) { min-width: 14rem; color: var(--soft) }
.y { color: var(--blue); background: var(--served) } .q { color: var(--orange); background: var(--open) } .x { color: var(--grey) }
th button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: inherit }
th button:focus-visible, summary:focus-visible, input:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px }
th[aria-sort=ascending] button::after { content: " ↑" } th[aria-sort=descending] button::after { content: " ↓" }
details { border-top: 1px solid var(--line) } summary { cursor: pointer; padding: .5rem 0 } summary h3 { display: inline-block; margin: 0 1rem 0 0; min-width: 9rem; font-size: 1.05rem }
summary .n { display: inline-block; min-width: 7.5rem } summary svg { vertical-align: middle; margin-left: .75rem } details[open] { padding-bottom: 1.5rem }
.halo { stroke: var(--paper) } .now { stroke: var(--mark) } .here { fill: var(--mark) } .axis { stroke: var(--line) } section:has(> details) { margin: 0 }
.plots { display: flex; flex-wrap: wrap; gap: 1rem } figure { margin: 0; max-width: 320px } figcaption { font-size: .8rem; color: var(--soft); overflow-wrap: anywhere }
.plots svg { max-width: 100%; height: auto } input { font: inherit; color: inherit; background: var(--paper); padding: .25rem .5rem; border: 1px solid var(--soft); border-radius: 4px; max-width: 60vw }
@media (max-width: 40rem) { body { font-size: 14px; padding: 0 .75rem 3rem } h1 { font-size: 1.3rem } .tiles li { flex: 1 1 40% } th, td { padding: .2rem .4rem }
  summary h3 { min-width: 7rem } .bar { display: none } #device-table :is(td, th):nth-child(3) { display: none }
  #device-table td:nth-child(-n+2) { min-width: 5rem } }
@media print { body { max-width: none; font-size: 10pt } nav, .find, .skip { display: none } .frame, .tall { overflow: visible; max-height: none }
  thead th { position: static } tr, figure { break-inside: avoid } details::details-content { content-visibility: visible; height: auto }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
"""

SCRIPT = """
"use strict";
for (const table of document.querySelectorAll("table.sort")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (!head.textContent) return;
    const button = document.createElement("button");
    button.type = "button"; button.append(...head.childNodes); head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending" || (!head.hasAttribute("aria-sort") && head.classList.contains("n"));
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = row => { const cell = row.cells[column]; return cell.dataset.v ?? cell.textContent.replace(/,/g, ""); };
      const rows = [...table.tBodies[0].rows].map(row => [key(row), row]);
      const numbers = rows.every(([value]) => value !== "" && isFinite(value));
      rows.sort(([a], [b]) => (numbers ? a - b : a.localeCompare(b)) * (down ? -1 : 1));
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  });
}
for (const input of document.querySelectorAll("input[data-for]")) {
  const rows = [...document.getElementById(input.dataset.for).tBodies[0].rows];
  const texts = rows.map(row => [0, 1, 2].map(number => row.cells[number].textContent).join(" ").toLowerCase());
  const said = input.closest("p").querySelector("output");
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\\s+/); let shown = 0;
    rows.forEach((row, place) => { row.hidden = !words.every(word => texts[place].includes(word)); shown += !row.hidden; });
    said.textContent = input.value ? shown + " devices" : "";
  });
}
const open = () => { const part = document.getElementById(decodeURIComponent(location.hash.slice(1))); if (part?.tagName === "DETAILS") part.open = true; };
addEventListener("hashchange", open); open();
let closed = [];
addEventListener("beforeprint", () => { closed = [...document.querySelectorAll("details:not([open])")]; closed.forEach(one => one.open = true); });
addEventListener("afterprint", () => closed.forEach(one => one.open = false));
"""
