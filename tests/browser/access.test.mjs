// axe-core finds no serious fault, in light and dark, wide and narrow.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { DEMO, analyze, rowsOf } from "./dumps.mjs";
import { browse, openReport } from "./page.mjs";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const out = analyze(DEMO);
let browser;
before(async () => { browser = await browse(); });
after(() => browser.close());

async function serious(page) {
  // Put in by the tester's door, which the page's policy does not guard.
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setBypassCSP", { enabled: true });
  await page.reload();
  await page.waitForFunction(() => document.documentElement.dataset.ready === "true");
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.help}; ${one.nodes.slice(0, 5).map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
}

for (const scheme of ["light", "dark"]) {
  for (const [width, height] of [[1440, 900], [400, 800]]) {
    test(`${scheme}, ${width} wide`, async () => {
      const incident = rowsOf(out, "incidents").find((row) => row.severity === "critical").incident_id;
      for (const hash of ["", "#table/destructive_actions", `#incident/${incident}`, "#actor/mallory"]) {
        const { page } = await openReport(browser, out, hash);
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize({ width, height });
        assert.deepEqual(await serious(page), [], hash);
        const across = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(across <= width, `${hash} is ${across} wide`);
        await page.close();
      }
    });
  }
}
