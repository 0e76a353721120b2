// What makes the pages pleasant; without it they work the same.
"use strict";

// Boxes that narrow a table down as one types.
for (const input of document.querySelectorAll("input[data-filter]")) {
  const table = document.getElementById(input.dataset.filter);
  if (!table) continue;
  const box = input.closest(".filter"), said = box.querySelector("output");
  const rows = [...table.querySelectorAll("tbody tr:not(.group)")];
  const texts = rows.map(row => row.textContent.toLowerCase());
  box.hidden = false;
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    let shown = 0;
    rows.forEach((row, place) => { row.hidden = !words.every(word => texts[place].includes(word)); shown += !row.hidden; });
    for (const group of table.querySelectorAll("tr.group"))
      group.hidden = [...group.parentElement.querySelectorAll("tr:not(.group)")].every(row => row.hidden);
    said.textContent = input.value ? `${shown} of ${rows.length}` : "";
  });
}

// Columns that sort.
for (const table of document.querySelectorAll("table.sort")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (!head.textContent) return;
    const button = document.createElement("button");
    button.type = "button"; button.append(...head.childNodes); head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...table.tBodies[0].rows].map(row => [row.cells[column].textContent.replace(/,/g, ""), row]);
      const numbers = rows.every(([text]) => text !== "" && isFinite(text));
      rows.sort(([a], [b]) => (numbers ? a - b : a.localeCompare(b)) * (down ? -1 : 1));
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  });
}

// Everything that can be opened is open in print.
let closed = [];
addEventListener("beforeprint", () => { closed = [...document.querySelectorAll("details:not([open])")]; closed.forEach(one => { one.open = true; }); });
addEventListener("afterprint", () => closed.forEach(one => { one.open = false; }));

// The playground answers while one types: the form is sent as its button would send it, and the result taken out of the page that comes back.
const play = document.getElementById("play");
if (play) {
  const result = document.getElementById("result");
  let timer = 0, asking = null;
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    try {
      const response = await fetch(play.action, { method: "POST", body: new URLSearchParams(new FormData(play)), signal: asking.signal, headers: { Accept: "text/html" } });
      const answer = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("result");
      if (answer) result.replaceChildren(...answer.childNodes);
      result.classList.remove("stale");
    } catch (error) {
      if (error.name !== "AbortError") result.classList.remove("stale");
    }
  };
  const soon = () => { clearTimeout(timer); result.classList.add("stale"); timer = setTimeout(ask, 350); };
  play.addEventListener("input", soon);
  play.addEventListener("submit", event => { event.preventDefault(); clearTimeout(timer); ask(); });
}
