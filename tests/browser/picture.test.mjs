// The README's picture shows the report of today.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";

import { PROJECT } from "./dumps.mjs";
import { browse } from "./page.mjs";
import { PICTURE, openForPicture, shownTexts, textOf } from "./picture.mjs";

test("the picture is in the README, small, and says what the report says", async () => {
  assert.ok(fs.readFileSync(path.join(PROJECT, "README.md"), "utf8").includes("(docs/report.png)"));
  const png = fs.readFileSync(PICTURE);
  assert.ok(png.length < 300 * 1024, `${png.length} bytes`);
  const browser = await browse();
  after(() => browser.close());
  const { page, sound } = await openForPicture(browser);
  assert.equal(textOf(png), await shownTexts(page), "make it again: npm run picture --prefix tests/browser");
  await sound();
});
