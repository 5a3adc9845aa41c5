// A report of 100,000 destructive calls: it opens at once and stays quick.
import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";

import { analyze, summaryOf, wideDump } from "./dumps.mjs";
import { browse, openReport, rowsTold } from "./page.mjs";

const out = analyze(wideDump(), "--format", "html", "--format", "json");
const summary = summaryOf(out);
let browser;
before(async () => { browser = await browse(); });
after(() => browser.close());

test("the first screen is painted within a second, and all rows are there", async () => {
  const { page, sound } = await openReport(browser, out);
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
  assert.ok(paint < 1000, `first paint after ${Math.round(paint)} ms`);
  assert.equal(await page.locator('[data-number="destructive_actions/succeeded"]').textContent(), summary.destructive_actions.succeeded.toLocaleString("en-US"));
  assert.ok(summary.tables.timeline >= 100000);
  await sound();
});

test("the timeline of 100,000 rows is scrolled to its end, searched and filtered by a stretch", async () => {
  const { page, sound } = await openReport(browser, out, "#table/timeline");
  const all = summary.tables.timeline.toLocaleString("en-US");
  await rowsTold(page, new RegExp(`^${all} rows`));
  await page.locator(".tabulator-tableholder").evaluate((holder) => { holder.scrollTop = holder.scrollHeight; });
  await page.waitForFunction((last) => [...document.querySelectorAll(".tabulator-cell[tabulator-field=seq]")].some((cell) => cell.textContent === last), String(summary.tables.timeline));
  assert.ok((await page.locator(".tabulator-row").count()) < 200, "only rows in sight are drawn");
  const started = Date.now();
  await page.fill("#table-search", "user7 terminateinstances");
  await rowsTold(page, new RegExp(`^[\\d,]+ of ${all} rows`));
  assert.ok(Date.now() - started < 5000, `searched in ${Date.now() - started} ms`);
  await page.fill("#table-search", "");
  await page.fill("#range-from", "2026-01-10");
  await page.fill("#range-to", "2026-01-11");
  await page.keyboard.press("Tab");
  const told = await rowsTold(page, new RegExp(`^[\\d,]+ of ${all} rows between`));
  const count = Number(told.split(" ")[0].replaceAll(",", ""));
  assert.ok(count > 1000 && count < 3000, told);
  await sound();
});

test("the picture gathers what lies on one spot and draws it again when zoomed", async () => {
  const { page, sound } = await openReport(browser, out, "#timeline");
  const parts = await page.locator(".part").count();
  assert.ok(parts > 50 && parts < 5000, `${parts} parts`);
  await page.getByLabel("Zoom in").click();
  await page.getByLabel("Zoom in").click();
  await page.waitForTimeout(300);
  assert.ok((await page.locator(".part").count()) > 50);
  await page.locator(".part.irreversible").first().dispatchEvent("click");
  await page.locator("#detail li").first().waitFor();
  await sound();
});

test("an actor of thousands of calls has a story that is shown in parts", async () => {
  const { page, sound } = await openReport(browser, out, "#actor/user7");
  await page.locator(".entry").first().waitFor();
  const shown = await page.locator(".entry").count();
  await page.getByRole("button", { name: /^Show 200 more/ }).click();
  assert.equal(await page.locator(".entry").count(), shown * 2);
  await sound();
});

test("the page stays small", () => {
  const { size } = fs.statSync(`${out}/report.html`);
  assert.ok(size < 40 << 20, `${size} bytes`);
});
