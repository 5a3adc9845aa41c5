// Rows as text for other programs, by the same rules as the tables' own CSV: a
// cell that a spreadsheet would run gets a leading '.
const RUNS = /^[=+\-@\t\n\r＝＋－＠]/;

function csvCell(column, row) {
  const value = column.raw(row);
  let text = Array.isArray(value) ? value.join(";") : column.text(row);
  if ((column.kind === "text" || column.kind === "list") && RUNS.test(text)) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvOf(columns, rows) {
  const lines = [columns.map((column) => column.name).join(",")];
  for (const row of rows) lines.push(columns.map((column) => csvCell(column, row)).join(","));
  return `${lines.join("\n")}\n`;
}

// For pasting into a sheet: tabs between cells, none inside them.
function tabsOf(columns, rows) {
  const cell = (column, row) => {
    const text = column.text(row).replace(/[\t\n\r]+/g, " ");
    return (column.kind === "text" || column.kind === "list") && RUNS.test(text) ? `'${text}` : text;
  };
  const lines = [columns.map((column) => column.name).join("\t")];
  for (const row of rows) lines.push(columns.map((column) => cell(column, row)).join("\t"));
  return lines.join("\n");
}
