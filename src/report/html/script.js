"use strict";
// Sorting and filtering of the tables. Without it every row is still there.
for (const section of document.querySelectorAll("section.data")) {
  const body = section.querySelector("tbody");
  if (!body) continue;
  const rows = Array.from(body.rows);
  const tools = document.createElement("div");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const status = document.createElement("span");
  tools.className = "tools";
  input.type = "search";
  input.placeholder = "all words must occur";
  label.append("Filter ", input);
  status.setAttribute("role", "status");
  tools.append(label, status);
  section.insertBefore(tools, section.querySelector(".scroll"));

  const texts = rows.map(() => null);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, place) => {
      texts[place] ??= row.textContent.toLowerCase();
      row.hidden = !words.every((word) => texts[place].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    status.textContent = words.length ? shown + " of " + rows.length + " rows" : "";
  });

  const key = (row, column) => row.cells[column].dataset.rank || row.cells[column].textContent.replace(/Z$/, "");
  const heads = Array.from(section.querySelectorAll("th"));
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const keyed = rows.map((row, place) => ({ row, place, key: key(row, column) }));
      const numeric = keyed.every((entry) => entry.key === "" || /^\d+$/.test(entry.key));
      keyed.sort((a, b) => {
        if (a.key === "" || b.key === "") return (a.key === "") - (b.key === "") || a.place - b.place;
        const order = numeric ? a.key - b.key : a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
        return (down ? -order : order) || a.place - b.place;
      });
      body.append(...keyed.map((entry) => entry.row));
    });
  });
}
