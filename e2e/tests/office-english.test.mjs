// The back office in English: its main pages, the way there and back, and what the
// script writes. Style and scripts are those of the French pages, whose own tests look
// at every state; here it is words that may be too long, or missing.

import { test } from "node:test";
import assert from "node:assert/strict";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { press } from "../lib/form.mjs";
import { logIn, openReport, pressClose, sendShort } from "../lib/office.mjs";
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

/** The pages that hold most words, one or two of each role. */
async function* walk({ page }, reference) {
  await page.goto(`${service.office}/file`);
  yield "log-in, asked for";
  await logIn(page, "coordinator");
  yield "queue";
  await openReport(page, reference);
  await press(page, "main [data-claim]");
  await pressClose(page);
  yield "report, closed without a reason";
  await page.goto(`${service.office}/alertes`);
  yield "alerts";
  await page.goto(`${service.office}/compte/verification`);
  yield "own account, second factor";
  await page.goto(`${service.office}/compte/sessions`);
  yield "own account, sessions";
  await press(page, leave);
  await logIn(page, "account_administrator");
  yield "accounts";
  await page.goto(await page.locator("tbody th a").last().evaluate((link) => link.href));
  yield "account";
  await page.goto(`${page.url()}/role`);
  yield "account, role";
  await page.goto(`${service.office}/comptes/inviter`);
  await press(page, "main form .actions button");
  yield "inviting, nothing typed";
  await press(page, leave);
  await logIn(page, "auditor");
  yield "audit trail";
  await press(page, "form[action='/journal/verification'] button");
  yield "audit trail, verified";
}

const leave = "form[action='/deconnexion'] button";

test("office in English", async (t) => {
  const reference = await sendShort();
  await asVisitor({ ...english, width: 1280, height: 800 }, async (visitor) => {
    await visit(t, visitor, named(walk(visitor, reference)), {
      "the language": inEnglish,
      "8 and 13 axe": axe,
      "9 valid HTML": html,
      "10 to 12 layout": layout,
      "15 headings and titles": structure(),
    });
  });
});

async function* named(states) {
  for await (const state of states) yield `${state}, in English`;
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
    await asVisitor({ locale, width: 1280 }, async ({ page, source }) => {
      await logIn(page);
      const sent = [...(await source()).matchAll(/<time [^>]*data-clock[^>]*>([^<]*)</g)].map(([, text]) => text);
      const shown = await page.locator("time[data-clock]").allTextContents(); // once the script wrote it anew
      const shape = (texts) => [...new Set(texts.map((text) => text.replace(/\d+/g, "0")))].sort();
      assert.ok(sent.length > 10 && sent.some((text) => /\d+\u00a0h/.test(text)), `${locale}: ${sent}`);
      assert.deepEqual(shape(shown), shape(sent), locale);
    });
  }
});
