// Referrals to the follow-up unit, on both sides, in French and in English.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor } from "../lib/browser.mjs";
import { press } from "../lib/form.mjs";
import { logIn, logInAs } from "../lib/office.mjs";
import { add, day, person, send } from "../lib/record.mjs";
import { refer, walks } from "../lib/referral.mjs";
import { service, sql } from "../lib/service.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { visit } from "../lib/visit.mjs";

for (const how of [{ words: "in French" }, { words: "without JavaScript", js: false }, { words: "in English", locale: "en-GB" }]) {
  test(`office, a referral, ${how.words}`, async (t) => {
    const { words, ...options } = how;
    await asVisitor({ ...options, width: 1280, height: 800 }, async (visitor) => {
      await visit(t, visitor, walks.referral(visitor), {
        "8 and 13 axe": options.js === false ? null : axe,
        "9 valid HTML": html,
        "10 to 12 layout": layout,
        "13 contrast of controls": contrast,
        "15 headings and titles": structure(),
      });
    });
  });
}

for (const [locale, words] of [["fr-FR", "in French"], ["en-GB", "in English"]]) {
  test(`office, what comes along with a referral, ${words}`, async (t) => {
    await asVisitor({ locale, width: 1280, height: 800 }, async (visitor) => {
      await visit(t, visitor, walks.along(visitor), { "8 and 13 axe": axe, "9 valid HTML": html, "10 to 12 layout": layout, "13 contrast of controls": contrast, "15 headings and titles": structure() });
    });
  });
}

// The whole way of a situation: a mother's report, without who she is, to the unit and its record.
test("a mother's report is followed up to its closing and its reopening", async () => {
  await asVisitor({ width: 1280, height: 800 }, async ({ page }) => {
    await logIn(page);
    await refer(page);
    await press(page, "form[action='/deconnexion'] button");
    await logInAs(page, person("lise"));
    await page.locator("main ol.cards li", { hasText: "14 ans" }).locator("a").first().click();
    for (const hidden of ["Paul", "12 60"]) assert.ok(!(await page.content()).includes(hidden), `the unit reads ${hidden}`);
    await press(page, "main form[action$='/accord'] button");
    const record = page.url();
    for (const days of [1, 2]) await add(page, record, "rendez-vous", { "said.day": day(days), "said.hour": "14:00", "said.minutes": "45", "said.place": "unit" });
    assert.equal(await page.locator(".planned > li").count(), 2);
    await page.locator(".planned .does a").first().click();
    await send(page, { "said.status": "cancelled" });
    await page.locator(".planned .does a").first().click();
    await send(page, { "said.status": "no_show" });
    assert.match(await page.locator(".error-summary").textContent(), /pas encore eu lieu/);
    await sql(`update record_appointments set starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour' where status = 'planned' and record_id = '${record.split("/").pop()}'`);
    await send(page, { "said.status": "no_show" });
    await page.goto(`${record}/avis`);
    await send(page, { "said.note": "Un avis de psychologue." });
    const opinion = await page.locator(".record-lines .reserved a").evaluate((link) => link.href);
    await add(page, record, "bilan", { "said.note": "Le lien tient.", "said.next": day(20) });
    await add(page, record, "orientation", { "said.towards": "care" });
    await add(page, record, "cloture", { "said.reason": "relayed", "said.note": "Relais pris." });
    assert.match(await page.locator(".record-head").textContent(), /clos/i);
    await add(page, record, "reprise", { "said.way": "call_received", "said.note": "Elle rappelle." });
    const told = await page.locator(".record-lines").textContent();
    for (const part of ["Personne n’est venu", "Soins", "Relais pris", "Elle rappelle"]) assert.ok(told.includes(part), part);
    for (const other of ["hugo", "agathe"]) { // a lawyer, and the unit's coordinator
      await press(page, "form[action='/deconnexion'] button");
      await logInAs(page, person(other));
      await page.goto(record);
      assert.match(await page.locator(".record-lines .is-opinion").textContent(), /Réservé/);
      assert.ok(!(await page.content()).includes("Un avis de psychologue"));
      assert.equal((await page.goto(opinion)).status(), 404);
    }
  });
});
