// What a shift meets beside its reports, in both languages: notes, the hand-over, what
// stands still, a call that opens no more, the keys and factors of colleagues.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor } from "../lib/browser.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { press } from "../lib/form.mjs";
import { idOf, logIn, openReport, sendShort } from "../lib/office.mjs";
import { service, sql } from "../lib/service.mjs";
import { visit } from "../lib/visit.mjs";

const addNote = "form.noting .actions button, form.noting > button";

async function* shift({ page, context }, reference) {
  const to = (path) => page.goto(service.office + path);
  await logIn(page, "coordinator");
  await openReport(page, reference);
  await press(page, "main [data-claim]");
  await press(page, addNote);
  yield "note, empty";
  await context.setOffline(true);
  await page.locator("h1").click();
  await page.keyboard.press("r"); // one key leads to the note, and leaves nothing in it
  await page.keyboard.type("L’école");
  assert.equal(await page.locator("form.noting textarea").inputValue(), "L’école");
  await page.locator(addNote).first().click();
  await page.locator("form.noting [data-offline]").waitFor();
  await context.setOffline(false);
  await page.locator("form.noting textarea").fill("L’école rappelle demain. <b>Motextraordinairementlongsansaucunespacepourvoir</b>");
  await page.locator("form.noting [data-saved]:not(:empty)").waitFor(); // what did not leave is kept as it is written
  await press(page, addNote);
  yield "report, with a note";
  await page.locator(".composer").evaluate((folded) => { folded.open = true; });
  await page.locator(".composer #text").click();
  await page.keyboard.type("Bonjour");
  const asked = new Promise((resolve) => { page.once("dialog", (dialog) => { resolve(dialog.type()); dialog.accept(); }); });
  await page.locator(".bar a[href='/appels']").click();
  assert.equal(await asked, "beforeunload"); // a message that is not sent
  await page.waitForURL(/appels$/);
  await to("/releve");
  yield "hand-over";
  await press(page, "main form[action='/releve'] button:not([type=button])");
  yield "hand-over, nothing chosen";
  await sql(`update reports set acted_at = now() - interval '40 days' where id = '${await idOf(reference)}'`);
  await to("/releve/oublies");
  yield "nobody forgotten, one who was";
  await to("/appels/nouveau");
  await page.locator("#situation-facts").fill("Une voisine entend pleurer.");
  await page.waitForURL(/\/appels\/[0-9a-f-]{36}$/);
  const call = new URL(page.url()).pathname;
  await page.goto("about:blank");
  await sql(`update calls set body = substring(body from 1 for 400) || '\\x00' || substring(body from 402) where id = '${call.split("/").at(-1)}'`);
  await to(call);
  yield "call, damaged";
  await to("/appels");
  yield "calls, one damaged";
  await press(page, `form[action='${call}/abandon'] button`);
  await to("/cles");
  yield "keys of colleagues";
  await to("/verifications");
  yield "factors of colleagues";
}

for (const locale of ["fr-FR", "en-GB"]) {
  test(`what a shift meets, ${locale}`, async (t) => {
    const reference = await sendShort();
    await asVisitor({ locale, width: 1280, height: 800 }, async (visitor) => {
      await visit(t, visitor, shift(visitor, reference), {
        "8 and 13 axe": axe, "9 valid HTML": html, "10 to 12 layout": layout, "13 contrast of controls": contrast, "15 headings and titles": structure(),
      });
    });
  });
}
