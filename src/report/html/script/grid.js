// One table as a grid: Tabulator draws, sorts and scrolls; what rows are shown
// and what stands in a cell is decided here.

// A row of a grid holds nothing but its place: its cells are read when asked for.
function rowClass(table) {
  class Row {
    constructor(row) {
      this.place = row;
    }
  }
  for (const column of table.columns.values()) {
    Object.defineProperty(Row.prototype, column.name, {
      enumerable: true,
      get() { return column.raw(this.place); },
      // The library writes back what it has read.
      set() {},
    });
  }
  return Row;
}

// Empty cells come last whatever the direction; equal cells stay in the table's order.
function sorter(column) {
  return (a, b, rowA, rowB, _component, direction) => {
    const [placeA, placeB] = [rowA.getData().place, rowB.getData().place];
    const [rankA, rankB] = [column.rank(placeA), column.rank(placeB)];
    const flip = direction === "desc" ? -1 : 1;
    if (rankA === null || rankB === null) {
      return ((rankA === null) - (rankB === null) || placeA - placeB) * flip;
    }
    if (rankA < rankB) return -1;
    if (rankA > rankB) return 1;
    return (placeA - placeB) * flip;
  };
}

function formatter(column) {
  return (cell) => {
    const box = el("span", { class: "cell" });
    box.append(...cellNodes(column, cell.getData().place, 4));
    return box;
  };
}

// The field that filters one column.
function columnFilter(table, column) {
  return (_cell, _rendered, success) => {
    const example = { integer: "text, or > 3", time: "2026-01, or > 2026-01-05" }[column.kind] ?? "";
    const input = el("input", {
      type: "search", "aria-label": `Filter ${table.title} by ${column.name}`, title: example ? `${column.meaning} (${example})` : column.meaning,
    });
    let timer = 0;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => success(input.value), 180);
    });
    return input;
  };
}

function columnTester(column) {
  let known = null;
  let test = null;
  return (text, _value, data) => {
    if (text !== known) {
      known = text;
      test = columnTest(column, text);
    }
    return test(data.place);
  };
}

function gridColumn(table, column, shown) {
  return {
    title: column.name,
    field: column.name,
    visible: shown,
    formatter: formatter(column),
    // A click on it is one on the head, which sorts; as a button it takes keys too.
    titleFormatter: () => button(column.name, () => {}, { class: "head-name", title: `${column.meaning}; sorts the table` }),
    sorter: sorter(column),
    headerFilter: columnFilter(table, column),
    headerFilterFunc: columnTester(column),
    headerFilterEmptyCheck: (value) => !value || !value.trim(),
    headerFilterLiveFilter: false,
    hozAlign: column.kind === "integer" ? "right" : "left",
    minWidth: 64,
    maxInitialWidth: 340,
  };
}

function opener(table, open) {
  return {
    title: "",
    field: "place",
    width: 40,
    minWidth: 40,
    headerSort: false,
    resizable: false,
    frozen: true,
    cssClass: "opener",
    titleFormatter: () => el("span", { class: "off", text: "details" }),
    formatter: (cell) => {
      const row = cell.getData().place;
      return button("›", () => open(table, row), { class: "open-row", "aria-label": `All of row ${grouped(row + 1)}` });
    },
  };
}

// Draws a table into a box. `shown` names the columns in the order in which a
// reader needs them; the others can be chosen.
function makeGrid(table, box, shown, open) {
  const Row = rowClass(table);
  const rows = Array.from({ length: table.held }, (_, row) => new Row(row));
  const named = shown.map((name) => table.column(name)).filter(Boolean);
  const others = [...table.columns.values()].filter((column) => !named.includes(column));
  const visible = named.length ? named : others.slice(0, 12);
  const columns = [...named, ...others].map((column) => gridColumn(table, column, visible.includes(column)));
  const grid = new Tabulator(box, {
    data: rows,
    index: "place",
    columns: [opener(table, open), ...columns],
    height: "100%",
    rowHeight: 34,
    layout: "fitData",
    placeholder: "No rows.",
    movableColumns: true,
    headerSortTristate: true,
    clipboard: false,
    downloadConfig: {},
    columnDefaults: { headerTooltip: false, tooltip: false, headerSortStartingDir: "asc" },
  });
  box.setAttribute("aria-label", `${table.title}: ${grouped(table.held)} rows`);
  box.setAttribute("aria-rowcount", table.held + 1);
  grid.on("tableBuilt", () => {
    const [heads, body] = [box.querySelector(".tabulator-header-contents"), box.querySelector(".tabulator-tableholder")];
    // A head that is reached by keys comes into sight with its column.
    heads.addEventListener("focusin", () => { if (heads.scrollLeft !== body.scrollLeft) body.scrollLeft = heads.scrollLeft; });
    // What scrolls takes the focus, so it is the group of rows.
    box.querySelector(".tabulator-tableholder").setAttribute("role", "rowgroup");
    box.querySelector(".tabulator-table").setAttribute("role", "none");
  });
  return grid;
}

// The columns now visible, in their order, and the rows now shown, in theirs.
function seen(grid, table) {
  const columns = grid.getColumns().filter((column) => column.isVisible() && table.columns.has(column.getField()));
  return {
    columns: columns.map((column) => table.column(column.getField())),
    rows: grid.getRows("active").map((row) => row.getData().place),
  };
}
