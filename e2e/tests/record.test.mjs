// The pages of the follow-up unit in every state. The story of a situation there is told
// by referral.test.mjs.

import { test } from "node:test";
import { asVisitor } from "../lib/browser.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { press } from "../lib/form.mjs";
import { logInAs } from "../lib/office.mjs";
import { add, begin, day, person, send } from "../lib/record.mjs";
import { service } from "../lib/service.mjs";
import { visit } from "../lib/visit.mjs";

async function* screens({ page }, hour) {
  await logInAs(page, person("sarah"));
  const at = (path) => page.goto(service.office + path);
  await at("/suivi/nouveau");
  yield "record, to be opened";
  await press(page, ".record-form .actions button");
  yield "record, opened without a name";
  const record = await begin(page, "Un nom de repérage d’une longueur déraisonnable-sans-une-seule-espace-pour-couper");
  yield "record, nothing planned";
  await page.goto(`${record}/ajouter/contact`);
  yield "record, a contact";
  await page.goto(`${record}/ajouter/rendez-vous`);
  yield "record, an appointment";
  await send(page, { "said.day": "2020-01-01", "said.hour": "14:00", "said.minutes": "45", "said.place": "unit" });
  yield "record, an appointment in the past";
  await send(page, { "said.day": day(4), "said.hour": hour });
  await add(page, record, "plan", { "said.step": "Appeler le collège", "said.owner": "Sarah", "said.due": day(3) });
  yield "record, with what comes next";
  await page.locator(".planned .does a").first().click();
  yield "record, what became of an appointment";
  for (const act of ["ouverture", "bilan", "orientation", "cloture", "referent", "signalement"]) {
    await page.goto(`${record}/ajouter/${act}`);
    yield `record, ${act}`;
  }
  await page.goto(`${record}/ajouter/plan`);
  yield "record, a step of the plan";
  await page.goto(`${record}/ajouter/document`);
  await press(page, ".record-form .actions button");
  yield "record, a document without anything";
  await page.locator("#f-file").setInputFiles({ name: "Courrier du collège d’une longueur déraisonnable-sans-une-seule-espace.txt", mimeType: "text/plain", buffer: Buffer.from("Absente depuis lundi.") });
  await send(page, { "said.note": "Reçu ce matin." });
  yield "record, with a file";
  await page.locator(".record-lines .files a").first().click();
  yield "record, a file";
  await page.locator("a[href$='/gel']").click();
  yield "record, a file to be frozen";
  await press(page, "main form .actions button");
  yield "record, with a frozen file";
  await page.goto(`${record}/avis`);
  await press(page, ".record-form .actions button");
  yield "record, an opinion without a word";
  await send(page, { "said.note": "Un avis." });
  await page.goto(await page.locator(".record-lines .reserved a").evaluate((link) => link.href));
  yield "record, an opinion";
  await page.goto(`${record}/synthese`);
  yield "record, summary";
  for (const path of ["/suivi", "/suivi?vue=clos", "/suivi/rendez-vous?qui=tous", "/suivi/rendez-vous?vue=mois", "/suivi/equipe", "/suivi/chiffres"]) {
    await at(path);
    yield `unit, ${path}`;
  }
  await page.goto(record);
  await page.locator(".planned .does a").first().click();
  await send(page, { "said.status": "no_show" });
  yield "record, an appointment that is still to come";
  await send(page, { "said.status": "cancelled" });
  await add(page, record, "cloture", { "said.reason": "relayed", "said.note": "Relais pris." });
  yield "record, closed";
  await page.goto(`${record}/ajouter/reprise`);
  yield "record, to be reopened";
  await at("/suivi/00000000-0000-0000-0000-000000000000");
  yield "record, not there";
  await at("/services/nouveau");
  yield "local service, to be entered";
  await page.locator("#department").selectOption("59");
  await page.locator("#name").fill("Point d’écoute des Tilleuls");
  await press(page, "main form.editing .actions button");
  yield "local service, without a source";
  await page.locator("#source").fill("appel au service");
  await press(page, "main form.editing .actions button");
  yield "local services";
}

for (const [locale, hour] of [["fr-FR", "14:00"], ["en-GB", "16:00"]]) {
  test(`the unit's pages, ${locale}`, async (t) => {
    await asVisitor({ width: 1280, height: 800, locale }, async (visitor) => {
      await visit(t, visitor, screens(visitor, hour), { "8 and 13 axe": axe, "9 valid HTML": html, "10 to 12 layout": layout, "13 contrast of controls": contrast, "15 headings and titles": structure() });
    });
  });
}
