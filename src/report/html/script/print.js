// What goes to paper instead of the tables on the screen: the first rows of
// those that matter most, and how many there are.
const PAPER = [
  ["mode_windows", ["mode", "account_id", "opened_at", "opened_bound", "closed_at", "authorization", "sessions", "destructive_actions", "window_id"], 60],
  ["destructive_actions", ["event_time", "account_id", "event_name", "actor", "outcome", "reversibility", "recoverable_until", "resources"], 60],
  ["findings", ["severity", "time", "account_id", "actor", "summary", "confidence"], 60],
];

// Made when paper is asked for, so that the screen does not carry it.
function preparePaper() {
  const box = document.getElementById("paper");
  const make = () => {
    drawForPaper(true);
    if (box.childElementCount || !TABLES.get("destructive_actions").columns) return;
    box.append(...PAPER.map(([name, columns, most]) => paperTable(TABLES.get(name), columns, most)).filter(Boolean));
  };
  addEventListener("beforeprint", make);
  addEventListener("afterprint", () => {
    box.replaceChildren();
    drawForPaper(false);
  });
  load("findings");
}

function paperTable(table, names, most) {
  if (!table.columns || !table.held) return null;
  const span = spanOf(table);
  const rows = Array.from({ length: table.held }, (_, row) => row).filter((row) => inRange(span(row)));
  const columns = names.map((name) => table.column(name)).filter(Boolean);
  const shown = rows.slice(0, most);
  const note = shown.length < rows.length ? `The first ${shown.length} of ${grouped(rows.length)} rows; all are in tables/${table.name}.csv.` : `All ${counted(rows.length, "row")}; more columns are in tables/${table.name}.csv.`;
  const cells = (row) => columns.map((column) => el("td", { class: column.kind === "integer" ? "number" : null, text: shorter(column.text(row), 160) }));
  return el("section", { class: "paper-table" }, el("h2", { text: table.title }),
    el("table", { class: "small" }, el("thead", {}, el("tr", {}, ...columns.map((column) => el("th", { scope: "col", text: column.name.replaceAll("_", " ") })))), el("tbody", {}, ...shown.map((row) => el("tr", {}, ...cells(row))))),
    el("p", { class: "none", text: note }));
}
