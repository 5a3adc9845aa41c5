// How the page looks and is used by keys: heads that sort, focus that is seen,
// axes with years, marks that differ, and nothing that is cut or covered.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";

import { DEMO, PROJECT, analyze, rowsOf, shortDump } from "./dumps.mjs";
import { browse, openReport, rowsTold } from "./page.mjs";

const out = analyze(DEMO);
let browser;
before(async () => { browser = await browse(); });
after(() => browser.close());

test("a table is sorted by keys alone, and what has the focus is seen", async () => {
  const { page, sound } = await openReport(browser, out, "#table/destructive_actions");
  const all = rowsOf(out, "destructive_actions");
  await rowsTold(page, new RegExp(`^${all.length} rows`));
  const head = (name) => page.locator(`.tabulator-col[tabulator-field=${name}]`);
  const focused = () => page.evaluate(() => document.activeElement.closest(".tabulator-col")?.getAttribute("tabulator-field") ?? null);
  await page.locator("#table-search").focus();
  for (let tabs = 0; tabs < 40 && (await focused()) !== "event_name"; tabs++) await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "BUTTON");
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
  const names = () => page.locator(".tabulator-row .tabulator-cell[tabulator-field=event_name]").allTextContents();
  const sorted = all.map((row) => row.event_name).sort();
  await page.keyboard.press("Enter");
  assert.equal(await head("event_name").getAttribute("aria-sort"), "ascending");
  const shown = await names();
  assert.deepEqual(shown, sorted.slice(0, shown.length));
  await page.keyboard.press(" ");
  assert.equal(await head("event_name").getAttribute("aria-sort"), "descending");
  assert.deepEqual((await names()).slice(0, 5), [...sorted].reverse().slice(0, 5));
  // A head beyond the edge comes into sight together with its column.
  for (let tabs = 0; tabs < 60 && (await focused()) !== "region"; tabs++) await page.keyboard.press("Tab");
  const [of, cell] = await Promise.all([head("region").boundingBox(), page.locator(".tabulator-cell[tabulator-field=region]").first().boundingBox()]);
  assert.ok(Math.abs(of.x - cell.x) < 3 && of.x + of.width <= 1440, `${of.x} ${cell.x}`);
  // The body of rows takes the focus to be scrolled by keys.
  const body = page.locator(".tabulator-tableholder");
  for (let tabs = 0; tabs < 60 && !(await body.evaluate((one) => one === document.activeElement)); tabs++) await page.keyboard.press("Tab");
  const style = await body.evaluate((one) => [one === document.activeElement, getComputedStyle(one).outlineStyle, getComputedStyle(one).outlineWidth]);
  assert.deepEqual(style, [true, "solid", "2px"]);
  await sound();
});

// The texts of the axis that are seen, with where they lie in the picture.
const axis = (page) => page.locator("#picture .axis .tick text").evaluateAll((all) => {
  const around = document.querySelector("#picture svg").getBoundingClientRect();
  return all.filter((one) => one.getAttribute("visibility") !== "hidden").map((one) => {
    const box = one.getBoundingClientRect();
    return { text: one.textContent, left: box.left - around.left, right: around.right - box.right };
  });
});

test("each tick of the axis has its year and lies in the picture, at any zoom and width", async () => {
  for (const [width, height] of [[1440, 900], [400, 800]]) {
    const { page, sound } = await openReport(browser, out, "#timeline");
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300);
    for (let zoom = 0; zoom < 7; zoom++) {
      const ticks = await axis(page);
      assert.ok(ticks.length >= 2, `${ticks.length} ticks`);
      for (const tick of ticks) assert.match(tick.text, /2026/);
      for (const tick of ticks) assert.ok(tick.left >= 0 && tick.right >= 0, `${tick.text} lies ${tick.left} ${tick.right}`);
      ticks.slice(1).forEach((tick, at) => assert.ok(ticks[at].right - tick.right > 20, `${ticks[at].text} touches ${tick.text}`));
      await page.getByLabel("Zoom in").click();
      await page.waitForTimeout(120);
    }
    for (const head of await page.locator(".heat-map.days th.day").all()) {
      assert.match(await head.textContent(), /2026/);
      const [wide, room] = await head.evaluate((one) => [one.scrollWidth, one.clientWidth]);
      assert.ok(wide <= room, `${wide} in ${room}`);
    }
    await sound();
  }
});

test("short evidence fills the picture, and is not drawn as a day", async () => {
  const { page, sound } = await openReport(browser, analyze(shortDump()), "#timeline");
  const strip = await page.locator(".strips .covered").boundingBox();
  const frame = await page.locator("#picture svg").boundingBox();
  assert.ok(strip.width > 0.7 * (frame.width - 182) && strip.x + strip.width < frame.x + frame.width - 16, `${strip.width} of ${frame.width}`);
  for (const { text } of await axis(page)) assert.match(text, /^17 Jan 2026 1[01]:\d\d$/);
  assert.ok((await page.locator(".legend").textContent()).includes("days with records"));
  await sound();
});

test("a field for a time that is not set does not look set", async () => {
  const { page } = await openReport(browser, out);
  for (const id of ["#range-from", "#range-to"]) assert.doesNotMatch(await page.locator(id).getAttribute("placeholder"), /\d/);
});

test("what was denied, failed, tried and undone is drawn with shapes of its own", async () => {
  const shapes = new Map();
  for (const folder of [out, analyze(`${PROJECT}/sample-logs/cases/undone/input`)]) {
    const { page, sound } = await openReport(browser, folder, "#timeline");
    const rows = rowsOf(folder, "destructive_actions");
    const wanted = new Map();
    for (const row of rows) {
      const kind = row.outcome !== "succeeded" ? row.outcome : row.undone_at ? "undone" : null;
      if (kind) wanted.set(kind, (wanted.get(kind) ?? 0) + 1);
    }
    for (const [kind, count] of wanted) {
      const labels = await page.locator(`.part.${kind}`).evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
      const told = labels.reduce((sum, label) => sum + Number(/^([\d,]+) calls, /.exec(label)?.[1] ?? 1), 0);
      assert.equal(told, count, `${kind}: ${labels}`);
    }
    for (const [kind, shape] of await page.locator(".legend .mark").evaluateAll((all) => all.map((one) => [one.classList[1], one.getAttribute("d")]))) shapes.set(kind, shape);
    await sound();
  }
  assert.equal(new Set(shapes.values()).size, shapes.size);
  for (const kind of ["denied", "failed", "dry_run", "undone"]) assert.ok(shapes.has(kind), kind);
});

test("at 400 a number, a time and a button stay whole", async () => {
  const { page, sound } = await openReport(browser, out);
  await page.setViewportSize({ width: 400, height: 800 });
  await page.locator(".severities b").first().evaluate((one) => { one.textContent = "1,375,000"; });
  assert.equal(await page.locator(".severities b").first().evaluate((one) => new Set([...one.getClientRects()].map((box) => box.top)).size), 1);
  const [number, word] = await Promise.all([".severities b", ".severities span"].map((one) => page.locator(one).first().boundingBox()));
  assert.ok(number.height < 40 && number.x + number.width <= word.x, "a long number has its column");
  const broken = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.getElementById("page"), NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const { currentNode: node } = walker;
      if (!node.parentElement.checkVisibility() || node.parentElement.closest(".tabulator, .picture")) continue;
      for (const { index, 0: text } of node.data.matchAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + text.length);
        if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) found.push(text);
      }
    }
    return found;
  });
  assert.deepEqual(broken, []);
  await page.fill("#range-from", "2026-01-18");
  await page.fill("#range-to", "2026-01-19");
  await page.keyboard.press("Tab");
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await page.waitForFunction(() => document.getElementById("notice").textContent.includes("copied"));
  const [toast, button] = [await page.locator("#notice").boundingBox(), await page.getByRole("button", { name: "Show all times" }).boundingBox()];
  assert.ok(toast.y + toast.height <= button.y || button.y + button.height <= toast.y, `${toast.y} ${button.y}`);
  await sound();
});

test("paper does not tell the reader to drag or to wheel, and cuts no time", async () => {
  const { page } = await openReport(browser, out);
  // The width of A4 within the margins.
  await page.setViewportSize({ width: 672, height: 960 });
  await page.emulateMedia({ media: "print" });
  const beyond = await page.locator("#incidents time").evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().right > one.closest("li").getBoundingClientRect().right).length);
  assert.equal(beyond, 0);
  await page.emulateMedia({ media: null });
  const text = execFileSync("pdftotext", ["-layout", "-", "-"], { input: await page.pdf({ format: "A4" }), maxBuffer: 1 << 26 }).toString();
  assert.ok(text.includes("Times are UTC."));
  assert.doesNotMatch(text, /Drag over|wheel zoom/);
});
