// One row, or the few things under one mark, in a panel at the side.
let beforeDetail = null;

function showDetail(heading, nodes) {
  const panel = document.getElementById("detail");
  if (panel.hidden) beforeDetail = document.activeElement;
  panel.replaceChildren(
    el("div", { class: "detail-head" }, el("h2", { id: "detail-head", text: heading }), button("Close", closeDetail, { class: "close" })),
    ...nodes);
  panel.hidden = false;
  panel.scrollTop = 0;
  panel.focus({ preventScroll: true });
}

function closeDetail() {
  const panel = document.getElementById("detail");
  if (panel.hidden) return;
  panel.hidden = true;
  panel.replaceChildren();
  if (beforeDetail?.isConnected) beforeDetail.focus({ preventScroll: true });
}

// Every column of a row, with what it means.
function rowFacts(table, row, only = null) {
  const facts = el("dl", { class: "facts row-facts" });
  for (const column of table.columns.values()) {
    if (only && !only.includes(column.name)) continue;
    const nodes = cellNodes(column, row);
    const empty = nodes.length === 0 || column.text(row) === "";
    if (empty && only) continue;
    facts.append(el("dt", { text: column.name, title: column.meaning }), el("dd", { class: empty ? "empty" : null }, empty ? "—" : nodes));
  }
  return facts;
}

function openRow(table, row) {
  const kind = Object.keys(SUBJECTS).find((name) => SUBJECTS[name].table === table.name);
  const id = kind ? table.cell(SUBJECTS[kind].id, row) : null;
  const link = id ? el("p", {}, el("a", { class: "to-story", href: storyHref(kind, id), text: "Open the story" })) : null;
  showDetail(`${table.title}, row ${grouped(row + 1)}`, [link, rowFacts(table, row)].filter(Boolean));
}

// Several rows that share one mark of the picture.
function openRows(table, rows, heading) {
  const MAX = 200;
  const list = el("ol", { class: "detail-rows" });
  for (const row of rows.slice(0, MAX)) {
    const id = table.cell("event_id", row) ?? table.cell("rfc_id", row);
    const kind = table.cell("event_id", row) ? "event" : "rfc";
    const name = table.text("event_name", row) || table.text("title", row) || table.text("rfc_id", row);
    const time = table.text("event_time", row) || table.text("created_at", row);
    const head = id ? storyLink(kind, id, name) : button(name, () => openRow(table, row), { class: "link" });
    list.append(el("li", {}, el("time", { text: time }), " ", head, " ", el("span", { class: "how", text: table.text("resources", row) })));
  }
  const more = rows.length > MAX ? el("p", { class: "none", text: `${grouped(rows.length - MAX)} more: choose the stretch and look at the table.` }) : null;
  showDetail(heading, [list, more].filter(Boolean));
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.getElementById("detail").hidden) closeDetail();
});
