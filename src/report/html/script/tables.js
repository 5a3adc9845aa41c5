// The section of tables: which one is shown, its search, its columns, and taking
// away what is seen.

// The columns that a reader needs first. A table or column that is not named
// here is there all the same: it can be chosen.
const FIRST = {
  mode_windows: ["mode", "account_id", "opened_at", "opened_bound", "closed_at", "last_seen_at", "authorization", "sessions", "destructive_actions", "actors", "authorization_reason", "rfc_ids", "window_id", "source_object", "source_record"],
  incidents: ["severity", "started_at", "ended_at", "actor", "account_id", "summary", "actions", "attempts", "irreversible", "recoverable", "next_deadline", "incident_id", "window_ids"],
  findings: ["severity", "title", "time", "account_id", "actor", "summary", "count", "response", "confidence", "rule_id", "finding_id", "window_id", "source_object", "source_record"],
  destructive_actions: ["event_time", "severity", "outcome", "event_name", "account_id", "actor", "mode", "authorization", "reversibility", "recoverable_until", "undone_at", "resources", "recovery", "region", "event_id", "session_id", "source_object", "source_record"],
  mode_sessions: ["started_at", "last_event_at", "actor", "mode", "account_id", "role_name", "depth", "via", "events", "writes", "destructive_actions", "mfa", "source_ips", "session_id", "window_id", "source_object", "source_record"],
  rfcs: ["rfc_id", "action", "mode", "change_type_name", "title", "status", "target_account_id", "created_by", "created_at", "approved_by", "started_at", "ended_at", "source_object", "source_record"],
  timeline: ["seq", "time", "kind", "severity", "summary", "account_id", "actor", "mode", "window_id", "event_id", "source_object", "source_record"],
  coverage: ["account_id", "region", "day", "objects", "records", "first_event_time", "last_event_time", "digest_hours", "missing_digest_hours", "missing_objects", "categories"],
  evidence: ["source_object", "status", "integrity", "format", "account_id", "region", "records", "duplicates", "rejected", "first_event_time", "last_event_time", "bytes", "sha256", "note"],
  problems: ["problem", "severity", "detail", "source_object", "source_record", "byte_offset"],
};

// The order in which a reader needs the tables; others follow in their own.
const ORDER = ["incidents", "destructive_actions", "mode_windows", "mode_sessions", "findings", "timeline", "controls", "actors", "mode_usage", "rfcs", "coverage", "problems", "evidence"];

const shownTable = { table: null, grid: null, box: null, input: null, status: null, ready: null };

function orderedTables() {
  const rank = (table) => (ORDER.includes(table.name) ? ORDER.indexOf(table.name) : ORDER.length);
  return [...TABLES.values()].sort((a, b) => rank(a) - rank(b));
}

function buildTables() {
  const body = document.getElementById("tables-body");
  const list = el("ul", { class: "table-list", "aria-label": "Tables" });
  for (const table of orderedTables()) {
    const link = el("a", { href: `#table/${table.name}`, data: { table: table.name } }, table.title, " ", el("span", { class: "count", text: grouped(table.rows) }));
    list.append(el("li", {}, link));
  }
  const input = el("input", { type: "search", id: "table-search", placeholder: "all words must occur", autocomplete: "off" });
  const status = el("p", { class: "table-status", role: "status" });
  const tools = el("div", { class: "tools" },
    el("label", { class: "search" }, el("span", { text: "Search" }), input),
    columnChooser(),
    button("Copy", () => takeAway("copy")),
    button("Download what I see (CSV)", () => takeAway("save"), { class: "primary" }),
    button("Clear filters", clearFilters));
  const box = el("div", { class: "grid-box" });
  body.append(el("nav", { "aria-label": "Choice of table" }, list), el("p", { class: "about", id: "table-about" }), tools, status, box);
  Object.assign(shownTable, { box, input, status });
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(applySearch, 150);
  });
  onRange(applySearch);
}

function columnChooser() {
  const panel = el("div", { class: "chooser" });
  const head = el("summary", { text: "Columns" });
  const box = el("details", { class: "columns-menu" }, head, panel);
  head.addEventListener("click", () => {
    if (box.open || !shownTable.grid) return;
    panel.replaceChildren(...shownTable.grid.getColumns().filter((column) => shownTable.table.columns.has(column.getField())).map(columnChoice));
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    box.open = false;
    head.focus();
  });
  return box;
}

function columnChoice(column) {
  const name = column.getField();
  const choice = el("input", { type: "checkbox" });
  choice.checked = column.isVisible();
  choice.addEventListener("change", () => (choice.checked ? column.show() : column.hide()));
  return el("label", { title: shownTable.table.column(name).meaning }, choice, ` ${name}`);
}

// Shows a table.
async function showTable(name) {
  const table = TABLES.get(name) ?? orderedTables()[0];
  if (shownTable.table !== table) {
    for (const link of document.querySelectorAll(".table-list a")) {
      if (link.dataset.table === table.name) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    document.getElementById("table-about").textContent = about(table);
    shownTable.grid?.destroy();
    Object.assign(shownTable, { table, grid: null });
    shownTable.input.value = "";
    shownTable.status.textContent = "Reading the table…";
    shownTable.ready = drawTable(table);
  }
  await shownTable.ready;
}

async function drawTable(table) {
  await table.load();
  if (shownTable.table !== table) return;
  const frame = el("div", { class: "grid" });
  shownTable.box.replaceChildren(frame);
  await new Promise((done) => {
    const grid = makeGrid(table, frame, FIRST[table.name] ?? [], openRow);
    shownTable.grid = grid;
    grid.on("tableBuilt", done);
    grid.on("dataFiltered", (_filters, rows) => tellRows(rows.length));
    grid.on("columnVisibilityChanged", () => shownTable.input.value && applySearch());
  });
  applySearch();
}

function about(table) {
  const rest = table.rows > table.held ? ` This page holds the first ${grouped(table.held)} of ${grouped(table.rows)}.` : "";
  return `${title(table.about)}.${rest} Whole texts and all rows are in tables/${table.name}.csv and .parquet.`;
}

function applySearch() {
  const { table, grid, input } = shownTable;
  if (!grid || !grid.initialized) return;
  const text = input.value.trim();
  if (!text && !hasRange()) {
    shownTable.timeless = false;
    grid.clearFilter(false);
    if (!grid.getHeaderFilters().length) tellRows(table.held);
    return;
  }
  const columns = [...table.columns.values()];
  const { keep, timeless } = search(table, columns, text);
  shownTable.timeless = timeless;
  grid.setFilter((data) => keep[data.place] === 1);
}

function tellRows(count) {
  const { table, status, timeless } = shownTable;
  const all = count === table.held ? counted(count, "row") : `${grouped(count)} of ${counted(table.held, "row")}`;
  const range = hasRange() ? ` between ${spoken(state.from)} and ${spoken(state.to)}` : "";
  status.textContent = timeless ? `${all}; rows of this table have no time, so the stretch chosen does not filter them` : `${all}${range}`;
}

function clearFilters() {
  shownTable.input.value = "";
  shownTable.grid?.clearHeaderFilter();
  setRange();
  applySearch();
}

function takeAway(how) {
  const { table, grid } = shownTable;
  if (!grid) return;
  const { columns, rows } = seen(grid, table);
  if (how === "copy") copyText(tabsOf(columns, rows), counted(rows.length, "row"));
  else {
    saveText(csvOf(columns, rows), `${table.name}-seen.csv`, "text/csv");
    notify(`${counted(rows.length, "row")} saved as ${table.name}-seen.csv`);
  }
}
