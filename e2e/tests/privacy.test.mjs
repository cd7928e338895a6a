// 36 and 37: no form comes back from the history, and what was typed lies nowhere
// but sealed.

import { readdir, readFile } from "node:fs/promises";
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { asVisitor, launch, scripting, words } from "../lib/browser.mjs";
import { answer, enter, fill, forward, open, press } from "../lib/form.mjs";
import { logIn, openReport } from "../lib/office.mjs";
import { dump, elsewhere, pause, service } from "../lib/service.mjs";

test("36 a page with a form never comes out of the back-forward cache", async () => {
  // The driver switches that cache off unless told not to.
  const browser = await launch({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  try {
    await asVisitor({ on: browser }, async ({ page, context }) => {
      const shown = [];
      await context.exposeBinding("noteShown", (_, path, persisted) => shown.push([path, persisted]));
      await context.addInitScript(() => addEventListener("pageshow", (event) => window.noteShown(location.pathname, event.persisted)));
      /** Leaves for another site and comes back; says how the page came. */
      const returned = async () => {
        const { pathname } = new URL(page.url());
        await page.evaluate((address) => { location.href = address; }, `${elsewhere.url}next`);
        await page.waitForURL(/next$/);
        shown.length = 0;
        await page.evaluate(() => history.back());
        for (let tries = 0; tries < 100 && !shown.some(([path]) => path === pathname); tries++) await pause(50);
        return shown.find(([path]) => path === pathname);
      };
      await open(page, "/m");
      assert.deepEqual(await returned(), ["/m", false]);
      await enter(page, "self");
      assert.deepEqual(await returned(), ["/e/1", false]);
      // That this browser keeps pages at all, one shows that may be kept.
      await page.goto(`${elsewhere.url}page`);
      assert.deepEqual(await returned(), ["/page", true]);
    });
  } finally {
    await browser.close();
  }
});

for (const how of scripting) {
  test(`37 what is typed is nowhere but in sealed data, ${words(how)}`, async () => {
    const marker = `Zxqj${how.js ? "Avec" : "Sans"}Script`;
    let reference;
    await asVisitor(how, async ({ page }) => {
      await enter(page, "self");
      await answer(page, { danger_now: "yes" });
      await press(page, "main a[href^='/e/']");
      await answer(page, { "situation.story": `${marker} raconte` });
      await answer(page, { "place.department": "59", "place.commune": marker, "place.address": marker, "place.child_now": marker });
      await press(page, "button[name=_skip]"); // no such commune: it stays as it was typed
      await answer(page, { "contact.channel": "email", "contact.value": `${marker}@exemple.example`, "contact.safe_hours": marker, "contact.alias": marker });
      assert.match(page.url(), /\/v$/);
      await nowhere(marker, "while it is a draft");
      await press(page, forward);
      reference = await page.locator("#reference").textContent();
    });
    await asVisitor({ width: 1280 }, async ({ page }) => {
      await logIn(page);
      await openReport(page, reference);
      assert.match(await page.locator("main").innerText(), new RegExp(marker));
      assert.ok(!page.url().includes(marker));
      await nowhere(marker, "once it was sent and read");
    });
  });
}

// Every shape in which text may lie about: as it is, in a dump's hexadecimal, in
// base64 at each of the three offsets, in a URL.
function shapes(marker) {
  const bytes = Buffer.from(marker);
  const base64 = [0, 1, 2].map((offset) => Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64").slice(offset ? 4 : 0, -4));
  return [marker, bytes.toString("hex"), ...base64];
}

async function nowhere(marker, when) {
  const dumped = await dump();
  assert.ok(dumped.includes("COPY public.reports"), "the dump holds no reports");
  for (const shape of shapes(marker)) assert.ok(!dumped.includes(shape), `the database holds it ${when}`);
  const files = [];
  for (const entry of await readdir(service.dir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) files.push(path.join(entry.parentPath, entry.name));
  }
  assert.ok(files.some((file) => file.includes("intake")), "there are no files of the intake to look into");
  for (const file of files) {
    const content = await readFile(file).catch(() => Buffer.alloc(0)); // PostgreSQL removes its own meanwhile
    for (const shape of shapes(marker)) assert.ok(!content.includes(shape), `${file} holds it ${when}`);
  }
}
