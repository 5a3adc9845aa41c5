// Which rows answer a search. Texts that occur often are looked at once each.

// For each different text of a column, whether it holds the needle; null for
// columns whose cells have to be asked one by one.
function hits(words, needle) {
  return Uint8Array.from(words, (word) => (word.toLowerCase().includes(needle) ? 1 : 0));
}

// A test of the rows for one needle in one column.
function cellTest(column, needle) {
  if (column.places) {
    const found = hits(column.words, needle);
    return (row) => column.places[row] >= 0 && found[column.places[row]] === 1;
  }
  if (column.lists) {
    const found = hits(column.words, needle);
    return (row) => column.lists[row].some((item) => found[item] === 1);
  }
  if (column.kind === "time" && !/^[\d\-:.tz ]+$/.test(needle)) return () => false;
  const wanted = column.kind === "time" ? needle.toUpperCase() : needle;
  return (row) => column.values[row] !== null && column.text(row).includes(wanted);
}

// A test of the filter of one column: words, or for numbers and times also
// < <= > >= and a value, and = for exactly that text.
function columnTest(column, text) {
  const wanted = text.trim();
  const bound = /^(<=|>=|<|>)\s*(.+)$/.exec(wanted);
  if (bound && (column.kind === "integer" || column.kind === "time")) {
    const limit = column.kind === "integer" ? Number(bound[2]) : Date.parse(bound[2].length <= 10 ? `${bound[2]}T00:00:00Z` : bound[2]);
    const value = column.kind === "integer" ? (row) => column.raw(row) : (row) => column.ms(row);
    const holds = { "<": (a) => a < limit, "<=": (a) => a <= limit, ">": (a) => a > limit, ">=": (a) => a >= limit }[bound[1]];
    return (row) => value(row) !== null && holds(Number(value(row)));
  }
  if (wanted.startsWith("=")) {
    const exact = wanted.slice(1);
    return (row) => column.text(row) === exact;
  }
  return cellTest(column, wanted.toLowerCase());
}

// The rows that hold every word somewhere in those columns and lie in the
// chosen stretch of time: a mark for each row, and how many there are.
function search(table, columns, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const span = hasRange() ? spanOf(table) : null;
  const tests = words.map((word) => columns.map((column) => cellTest(column, word)));
  const keep = new Uint8Array(table.held);
  let count = 0;
  for (let row = 0; row < table.held; row++) {
    if (span && !inRange(span(row))) continue;
    if (!tests.every((any) => any.some((test) => test(row)))) continue;
    keep[row] = 1;
    count += 1;
  }
  return { keep, count, timeless: hasRange() && span === null };
}
