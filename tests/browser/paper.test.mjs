// The report on paper: A4 and Letter, with the case, page numbers and the facts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import zlib from "node:zlib";

import { DEMO, analyze } from "./dumps.mjs";
import { browse, openReport } from "./page.mjs";

const out = analyze(DEMO, "--case", "Case 7");
let browser;
before(async () => { browser = await browse(); });
after(() => browser.close());

// Pages and the sizes of their boxes, in points.
function pagesOf(pdf) {
  let text = pdf.toString("latin1");
  for (const match of text.matchAll(/stream\r?\n/g)) {
    try {
      text += zlib.inflateSync(pdf.subarray(match.index + match[0].length)).toString("latin1");
    } catch {
      // Not every stream is packed.
    }
  }
  return [...text.matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/g)].map((match) => [Math.round(match[1]), Math.round(match[2])]);
}

test("the margins of each page name the case and the page", async () => {
  const { page } = await openReport(browser, out);
  const rules = await page.evaluate(() => [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule.constructor.name === "CSSPageRule").map((rule) => rule.cssText));
  assert.equal(rules.length, 1);
  assert.match(rules[0], /@top-right[^}]*Case 7/);
  assert.match(rules[0], /@bottom-right[^}]*counter\(page\)[^}]*counter\(pages\)/);
});

test("it prints to A4 and Letter, and the screen is as before", async () => {
  const { page, sound } = await openReport(browser, out);
  const parts = await page.locator(".part").count();
  for (const [format, size] of [["A4", [595, 842]], ["Letter", [612, 792]]]) {
    const sizes = pagesOf(await page.pdf({ format }));
    assert.ok(sizes.length >= 3 && sizes.length <= 15, `${sizes.length} pages`);
    for (const [at, one] of sizes.entries()) assert.ok(Math.abs(one[0] - size[0]) <= 1 && Math.abs(one[1] - size[1]) <= 1, `${format} page ${at + 1}: ${one}`);
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
