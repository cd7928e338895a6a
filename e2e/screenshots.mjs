// Takes every page in every state at 320, 768 and 1280 px, by day and by night, into
// var/screenshots.
// `make screenshots`, or `node screenshots.mjs young` for some of the walks.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { walks as accountWalks } from "./lib/accounts.mjs";
import { walks as alertWalks } from "./lib/alerts.mjs";
import { asVisitor, closeBrowser } from "./lib/browser.mjs";
import { sendShort, walks as officeWalks } from "./lib/office.mjs";
import { walks as publicWalks } from "./lib/public.mjs";
import { walks as referralWalks } from "./lib/referral.mjs";
import { start, stop } from "./lib/service.mjs";

const root = path.resolve(import.meta.dirname, "..");
const kept = path.join(root, "var/screenshots");
const wanted = process.argv.slice(2);

await start();
try {
  for (const [side, walks] of Object.entries({ public: publicWalks, office: { ...officeWalks, ...accountWalks, ...alertWalks, ...referralWalks } })) {
    for (const [name, walk] of Object.entries(walks)) {
      if (wanted.length && !wanted.some((word) => name.includes(word))) continue;
      const reference = side === "office" ? await sendShort() : "";
      await asVisitor({}, async (visitor) => {
        for await (const state of walk(visitor, reference)) await shoot(visitor.page, path.join(kept, side, state.replace(/[^\p{L}\d]+/gu, "-")));
      });
    }
  }
} finally {
  await closeBrowser();
  await stop();
}

async function shoot(page, file) {
  await mkdir(path.dirname(file), { recursive: true });
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const width of [320, 768, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await page.screenshot({ path: `${file}-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 360, height: 740 });
}
