// The four pictures that the README shows, of the real pages with the demo data, into
// docs/screens. Part of `make screenshots`.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { asVisitor, closeBrowser } from "./lib/browser.mjs";
import { answer, open, press } from "./lib/form.mjs";
import { logIn } from "./lib/office.mjs";
import { start, stop } from "./lib/service.mjs";

const folder = path.resolve(import.meta.dirname, "../docs/screens");
const phone = { width: 390, height: 700 };
const desk = { width: 1280, height: 800 };

await mkdir(folder, { recursive: true });
await start();
try {
  await asVisitor({}, async ({ page }) => {
    await page.setViewportSize(phone);
    await open(page, "/");
    await shoot(page, "home");
    await press(page, "button[name=door][value=self]");
    await press(page, "main a.button");
    await answer(page, { danger_now: "no" });
    await shoot(page, "young");
    await answer(page, { "situation.story": "Je voudrais en parler à quelqu’un." });
    await answer(page, { "place.department": "35", "children.0.age": "13" });
    for (let pages = 0; !page.url().endsWith("/r") && pages < 8; pages++) {
      const leave = page.locator("button[name=_skip]");
      if (await leave.count()) await press(page, "button[name=_skip]");
      else await answer(page, {});
    }
    await shoot(page, "receipt");
  });
  await asVisitor({}, async ({ page }) => {
    await page.setViewportSize(desk);
    await logIn(page);
    await shoot(page, "queue");
    await page.locator("[data-row] a[href^='/dossiers/']").nth(3).click();
    await page.waitForURL(/dossiers/);
    await shoot(page, "report");
  });
} finally {
  await closeBrowser();
  await stop();
}

async function shoot(page, name) {
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}
