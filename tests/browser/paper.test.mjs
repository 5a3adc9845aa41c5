// The report on paper: A4 and Letter, with the case, page numbers and the facts.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";

import { DEMO, analyze } from "./dumps.mjs";
import { browse, openReport } from "./page.mjs";

const out = analyze(DEMO, "--case-name", "Case 7");
let browser;
before(async () => { browser = await browse(); });
after(() => browser.close());

// The pages of a PDF: their text and their size in points.
function pagesOf(pdf) {
  const told = (tool, ...flags) => execFileSync(tool, [...flags, "-", ...(tool === "pdftotext" ? ["-"] : [])], { input: pdf, maxBuffer: 1 << 26 }).toString();
  const [, width, height] = /Page size:\s+([\d.]+) x ([\d.]+)/.exec(told("pdfinfo"));
  const texts = told("pdftotext", "-layout").split("\f").filter((text) => text.trim());
  return { texts, size: [Math.round(width), Math.round(height)] };
}

test("it prints to A4 and Letter, and the screen is as before", async () => {
  const { page, sound } = await openReport(browser, out);
  const parts = await page.locator(".part").count();
  for (const [format, size] of [["A4", [595, 842]], ["Letter", [612, 792]]]) {
    const { texts, size: printed } = pagesOf(await page.pdf({ format }));
    assert.ok(texts.length >= 3 && texts.length <= 12, `${texts.length} pages`);
    assert.ok(printed.every((length, at) => Math.abs(length - size[at]) <= 1), `${format}: ${printed}`);
    texts.forEach((text, at) => {
      for (const said of ["devtrail report", "Case 7", `Page ${at + 1} of ${texts.length}`]) assert.ok(text.includes(said), `${format}: ${said} on page ${at + 1}`);
    });
    assert.ok(texts.join(" ").replace(/\s+/g, " ").includes("How far to trust it"));
  }
  assert.equal(await page.locator("#paper table").count(), 0, "what was made for paper is gone");
  assert.equal(await page.locator(".part").count(), parts);
  await sound();
});

test("paper holds the tables that matter and leaves out what is for the screen", async () => {
  const { page } = await openReport(browser, out);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
  const heads = await page.locator("#paper h2").allTextContents();
  assert.deepEqual(heads, ["Mode windows", "Destructive actions", "Findings"]);
  for (const hidden of [".bar", "#tables", ".picture-tools", "#detail"]) assert.equal(await page.locator(hidden).isVisible(), false, hidden);
  for (const shown of ["#overview", "#picture svg", "#incidents", "#trust"]) assert.equal(await page.locator(shown).isVisible(), true, shown);
});
