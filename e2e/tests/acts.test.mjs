// What is decided on a report: every screen on the way, in both languages; the same
// without a mouse; and what becomes of what was typed when another was faster.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { press } from "../lib/form.mjs";
import { logIn, openReport, sendShort } from "../lib/office.mjs";
import { service, sql } from "../lib/service.mjs";
import { visit } from "../lib/visit.mjs";

const send = ".deed form .actions button";
const unfold = (page) => page.locator(".decision details").evaluateAll((all) => { for (const folded of all) folded.open = true; });
const leave = (page) => press(page, "form[action='/deconnexion'] button");

/** Opens the page of a decision. */
const to = async (page, reference, deed) => {
  await openReport(page, reference);
  await page.goto(`${page.url()}/decision/${deed}`);
};

async function* decisions({ page }, reference) {
  await logIn(page, "agent");
  await openReport(page, reference);
  await press(page, "main [data-claim]");
  await unfold(page);
  yield "report in triage, with everything unfolded";
  await press(page, ".decision .next a");
  yield "qualification";
  await press(page, send);
  yield "qualification, nothing chosen";
  await page.locator("[value=concern]").check();
  await page.locator("#reason").fill("Cris chaque soir, <b>l’enfant</b> a peur de rentrer.");
  await press(page, send);
  yield "report, qualified";
  await to(page, reference, "lien");
  await page.locator("#reference").fill("ZZZZ-ZZZZ");
  await press(page, send);
  yield "link to a report that is not there";
  await leave(page);
  await logIn(page, "coordinator");
  for (const deed of ["attribution", "urgence", "acces"]) {
    await to(page, reference, deed);
    yield `decision: ${deed}`;
  }
  await openReport(page, reference);
  await unfold(page);
  yield "report, what a coordinator may decide";
  await to(page, reference, "malveillance");
  yield "a decision that is not for it";
}

for (const locale of ["fr-FR", "en-GB"]) {
  test(`the pages of decisions, ${locale}`, async (t) => {
    const reference = await sendShort();
    await asVisitor({ locale }, (visitor) => visit(t, visitor, decisions(visitor, reference), { "8 axe": axe, "13 contrast": contrast, "9 valid HTML": html, "10 to 12 layout": layout, "15 structure": structure() }));
  });
}

test("a report is qualified without a mouse", async () => {
  const reference = await sendShort();
  await asVisitor({ width: 1280, height: 800 }, async ({ page }) => {
    const key = (name) => Promise.all([page.waitForEvent("domcontentloaded"), page.keyboard.press(name)]);
    await logIn(page, "agent");
    await openReport(page, reference);
    await key("a");
    await key("e");
    assert.match(page.url(), /decision\/qualification$/);
    await page.locator("[name=choice]").first().focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Deux nuits dehors, sans nouvelles.");
    await page.keyboard.press("Tab");
    await key("Enter");
    await page.waitForSelector(".decision .next");
    await key("e");
    assert.match(page.url(), /transmission$/);
    await openReport(page, reference);
    await page.keyboard.press("d");
    assert.ok(await page.locator(".others[open] a").first().isVisible(), "d opens the other decisions");
    const [[status]] = await sql(`select status from reports where reference = '${reference.replaceAll("-", "")}'`);
    assert.equal(status, "qualified");
  });
});

for (const how of scripting) {
  test(`what was typed survives another's decision and the end of the session, ${words(how)}`, async () => {
    const reference = await sendShort();
    await asVisitor(how, async ({ page }) => {
      await logIn(page, "agent");
      await openReport(page, reference);
      await press(page, "main [data-claim]");
      await press(page, ".decision .next a");
      await page.locator("[value=prosecutor]").check();
      await page.locator("#reason").fill("Ce que j’ai compris de l’appel.");
      await asVisitor({}, async ({ page: other }) => {
        await logIn(other, "coordinator");
        await to(other, reference, "attribution");
        await other.locator("[name=choice]").first().check();
        await press(other, send);
      });
      await Promise.all([page.waitForResponse((answer) => answer.status() === 409), page.locator(send).click()]);
      await page.waitForSelector(".since");
      assert.match(await page.locator(".since").textContent(), /Attribué à/);
      assert.equal(await page.locator("#reason").inputValue(), "Ce que j’ai compris de l’appel.");
      assert.ok(await page.locator("[value=prosecutor]").isChecked());
      await page.context().clearCookies();
      if (how.js) {
        await Promise.all([page.waitForResponse((answer) => answer.status() === 401), page.locator(send).click()]);
        assert.equal(await page.locator("#reason").inputValue(), "Ce que j’ai compris de l’appel.");
      }
    });
  });
}
