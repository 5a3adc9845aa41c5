// The tables of the report as the page holds them: read when first asked for.
const META = JSON.parse(document.getElementById("meta").textContent);

// One column: what its cells are and how they read.
class Column {
  constructor([name, kind, meaning], content) {
    Object.assign(this, { name, kind, meaning });
    this.words = content.d ?? null;
    this.places = content.i ? Int32Array.from(content.i) : null;
    this.lists = content.l ?? null;
    this.values = content.v ?? null;
  }

  // A text, a number, a truth value, a list of texts; null if empty. Times are
  // seconds since 1970, or text if they are finer.
  raw(row) {
    if (this.places) return this.places[row] < 0 ? null : this.words[this.places[row]];
    if (this.lists) return this.lists[row].map((place) => this.words[place]);
    return this.values[row];
  }

  // A time in milliseconds; null if there is none.
  ms(row) {
    const value = this.raw(row);
    if (value === null || this.kind !== "time") return null;
    return typeof value === "number" ? value * 1000 : Date.parse(value);
  }

  // The cell as it is shown.
  text(row) {
    const value = this.raw(row);
    if (value === null) return "";
    if (Array.isArray(value)) return value.join("; ");
    if (this.kind === "time" && typeof value === "number") return iso(value * 1000);
    return String(value);
  }

  // What rows are sorted by: empty cells come last whatever the direction.
  rank(row) {
    if (this.kind === "time") return this.ms(row);
    const value = this.raw(row);
    if (Array.isArray(value)) return value.length ? value.join(";") : null;
    if (this.name === "severity") return SEVERITIES.indexOf(value);
    return value;
  }
}

const SEVERITIES = ["informational", "low", "medium", "high", "critical"];

// One table.
class Table {
  constructor(meta) {
    Object.assign(this, { name: meta.name, about: meta.about, rows: meta.rows, held: meta.held });
    this.title = title(meta.name);
    this.heads = meta.columns;
    this.columns = null;
    this.promise = null;
    this.indexes = new Map();
  }

  load() {
    this.promise ??= content(`data-${this.name}`).then((read) => {
      this.columns = new Map(read.columns.map((column, place) => [this.heads[place][0], new Column(this.heads[place], column)]));
      return this;
    });
    return this.promise;
  }

  column(name) {
    return this.columns.get(name) ?? null;
  }

  // The cell as it is, or null if there is no such column.
  cell(name, row) {
    return this.column(name)?.raw(row) ?? null;
  }

  text(name, row) {
    return this.column(name)?.text(row) ?? "";
  }

  ms(name, row) {
    return this.column(name)?.ms(row) ?? null;
  }

  // The rows whose column holds that text, by an index made once.
  where(name, text) {
    const column = this.column(name);
    if (!column) return [];
    let index = this.indexes.get(name);
    if (!index) {
      index = new Map();
      const add = (key, row) => (index.get(key) ?? index.set(key, []).get(key)).push(row);
      for (let row = 0; row < this.held; row++) {
        const value = column.raw(row);
        if (Array.isArray(value)) for (const key of value) add(key, row);
        else if (value !== null) add(String(value), row);
      }
      this.indexes.set(name, index);
    }
    return index.get(text) ?? [];
  }
}

// What stands in a block of data.
async function content(id) {
  const block = document.getElementById(id);
  const text = block.textContent;
  if (block.dataset.coding !== "gzip") return JSON.parse(text);
  if (!globalThis.DecompressionStream) throw new Error("this browser cannot unpack the tables of this page");
  const packed = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

const TABLES = new Map(META.tables.map((meta) => [meta.name, new Table(meta)]));

// Those tables, read; a table that the report does not have is left out.
function load(...names) {
  return Promise.all(names.filter((name) => TABLES.has(name)).map((name) => TABLES.get(name).load()));
}

function accountLabel(id) {
  const name = META.account_names[id];
  return name ? `${id} ${name}` : id;
}
