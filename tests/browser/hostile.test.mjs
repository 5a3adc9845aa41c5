// A dump made of nothing but attacks: all of it is text, none of it runs.
import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";

import { ATTACKS, analyze, hostileDump, parseCsv, summaryOf } from "./dumps.mjs";
import { browse, openReport, rowsTold } from "./page.mjs";

const out = analyze(hostileDump(), "--events", "all", "--case-name", ATTACKS.join(" ").replaceAll("\0", ""));
const summary = summaryOf(out);
let browser;
before(async () => { browser = await browse(); });
after(() => browser.close());

test("every table and every kind of story shows the attacks as text", async () => {
  const { page, sound } = await openReport(browser, out);
  const base = page.url().split("#")[0];
  assert.ok(summary.tables.destructive_actions > ATTACKS.length * 2, "the attacks became rows");
  for (const name of Object.keys(summary.tables)) {
    await page.goto(`${base}#table/${name}`);
    await rowsTold(page, new RegExp(`^${summary.tables[name].toLocaleString("en-US")} rows?`));
    if (!summary.tables[name]) continue;
    await page.locator(".open-row").first().click();
    await page.locator("#detail dl").waitFor();
    await page.keyboard.press("Escape");
  }
  await sound();
});

test("links made of attacks lead to stories of this page alone", async () => {
  const { page, sound } = await openReport(browser, out, "#table/destructive_actions");
  const links = await page.locator("a[href]").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  assert.ok(links.length > 30 && links.every((link) => link.startsWith("#")), links.find((link) => !link.startsWith("#")));
  const stories = [...new Set(links.filter((link) => /^#[a-z]+\//.test(link)))];
  const base = page.url().split("#")[0];
  let told = 0;
  for (const link of stories) {
    await page.goto(base + link);
    if (link.startsWith("#table/")) continue;
    await page.locator("#story h1, #story .notice").first().waitFor();
    told += 1;
  }
  assert.ok(told > 20, `${told} stories`);
  await sound();
});

test("actors of every attack have a story", async () => {
  const { page, sound } = await openReport(browser, out);
  const base = page.url().split("#")[0];
  for (const attack of ATTACKS) {
    // A lone surrogate cannot stand in an address.
    const shown = attack.toWellFormed?.() ?? attack.replace(/[\uD800-\uDFFF]/g, "\uFFFD");
    for (const kind of ["actor", "event", "object", "rfc"]) {
      await page.goto(`${base}#${kind}/${encodeURIComponent(shown)}`);
      await page.waitForFunction(() => document.querySelector("#story .story-id"));
    }
  }
  await sound();
});

test("searching for an attack, marks, heat maps, paper: nothing runs", async () => {
  const { page, sound } = await openReport(browser, out, "#table/destructive_actions");
  await page.fill("#table-search", "<script>globalThis");
  await rowsTold(page, /^[1-9]\d* of /);
  await page.fill("#table-search", "");
  const parts = page.locator(".part");
  for (let at = 0; at < Math.min(30, await parts.count()); at++) await parts.nth(at).dispatchEvent("pointerover");
  const actors = page.locator("#heat-actor option");
  for (let at = 0; at < (await actors.count()); at++) await page.selectOption("#heat-actor", { index: at });
  await page.selectOption("#heat-counted", { index: 2 });
  const pdf = await page.pdf({ format: "Letter" });
  assert.ok(pdf.length > 10000);
  await sound();
});

test("characters that hide or move are made visible, and long texts are cut with a mark", async () => {
  const { page } = await openReport(browser, out, "#table/destructive_actions");
  const text = await page.evaluate(async () => {
    const blocks = [...document.querySelectorAll('script[type="application/json"]')];
    const parts = await Promise.all(blocks.map(async (block) => {
      if (block.dataset.coding !== "gzip") return block.textContent;
      const packed = Uint8Array.from(atob(block.textContent), (sign) => sign.charCodeAt(0));
      return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
    }));
    return parts.join("");
  });
  assert.ok(text.includes("\\\\u{202e}gnp") && text.includes("\\\\u{200b}"));
  assert.ok(!/[\u202A-\u202E\u2066-\u2069\u200B\u200D\uFEFF\u0000-\u001F]/.test(text));
  assert.ok(text.includes("… (cut)") && !text.includes("A".repeat(2000)));
  assert.ok(fs.statSync(`${out}/report.html`).size < 4 << 20);
});

test("what is saved runs in no spreadsheet", async () => {
  const { page } = await openReport(browser, out, "#table/destructive_actions");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByText("Download what I see").click()]);
  const cells = parseCsv(fs.readFileSync(await download.path(), "utf8")).flat();
  assert.ok(cells.some((cell) => cell.startsWith("'=")), "the formulas are there, as text");
  for (const cell of cells) assert.ok(!/^[=+@\t\r＝]/.test(cell) && !/^-\D/.test(cell), cell);
});
