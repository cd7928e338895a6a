// The back office in English: its main pages, the way there and back, and what the
// script writes. Style and scripts are those of the French pages, whose own tests look
// at every state; here it is words that may be too long, or missing.

import { test } from "node:test";
import assert from "node:assert/strict";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { press } from "../lib/form.mjs";
import { walks as accounts } from "../lib/accounts.mjs";
import { logIn, sendShort, walks as listening } from "../lib/office.mjs";
import { service } from "../lib/service.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { visit } from "../lib/visit.mjs";

const english = { locale: "en-GB" };

async function inEnglish({ page }) {
  const lang = await page.evaluate(() => document.documentElement.lang);
  return lang === "en" ? [] : [`the page is in “${lang}”`];
}

for (const [name, walk] of Object.entries({ listener: listening.listener, joining: accounts.joining, auditor: accounts.auditor })) {
  test(`office in English, ${name}`, async (t) => {
    const reference = name === "listener" ? await sendShort() : "";
    await asVisitor({ ...english, width: 1280, height: 800 }, async (visitor) => {
      await visit(t, visitor, walk(visitor, reference), {
        "the language": inEnglish,
        "8 and 13 axe": axe,
        "9 valid HTML": html,
        "10 to 12 layout": layout,
        "15 headings and titles": structure(),
      });
    });
  });
}

for (const how of scripting) {
  test(`the switch of the back office, ${words(how)}`, async () => {
    await asVisitor({ ...how, width: 1280, height: 800 }, async ({ page }) => {
      const lang = () => page.evaluate(() => document.documentElement.lang);
      await page.goto(`${service.office}/connexion`);
      await page.locator("#login").fill("personne");
      await press(page, "button[name=lang][value=en]");
      assert.deepEqual([await lang(), await page.locator("#login").inputValue()], ["en", "personne"]);
      await page.locator("#passphrase").fill("ne va pas");
      await page.locator("#passphrase").press("Enter"); // presses the button of the form, not the switch
      await page.waitForSelector(".error-summary");
      assert.equal(await lang(), "en");
      await logIn(page);
      assert.equal(new URL(page.url()).pathname, "/file");
      await page.goto(`${service.office}/file?vue=non-attribues`);
      await press(page, "button[name=lang][value=fr]");
      assert.deepEqual([await lang(), page.url()], ["fr", `${service.office}/file?vue=non-attribues`]);
    });
  });
}

test("the script writes durations as the server does", async () => {
  for (const locale of ["fr-FR", "en-GB"]) {
    let written;
    await asVisitor({ locale, js: false }, async ({ page }) => {
      await logIn(page);
      written = await clocks(page);
    });
    await asVisitor({ locale, width: 1280 }, async ({ page }) => {
      await logIn(page);
      const said = await clocks(page);
      const shape = (texts) => texts.map((text) => text.replace(/\d+/g, "0")).sort();
      assert.ok(said.length > 3, "too few clocks to compare");
      assert.deepEqual([...new Set(shape(said))], [...new Set(shape(written))], locale);
    });
  }
});

const clocks = (page) => page.locator("time[data-clock]").allTextContents();
