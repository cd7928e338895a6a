// A child's situation at the follow-up unit: from the first contact to the reopening,
// and every page of it in every state.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor } from "../lib/browser.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { press } from "../lib/form.mjs";
import { logInAs } from "../lib/office.mjs";
import { service, sql } from "../lib/service.mjs";
import { visit } from "../lib/visit.mjs";

const person = (login) => service.staff.find((each) => each.login === login);
const day = (days) => new Date(Date.now() + days * 864e5).toLocaleDateString("sv", { timeZone: "Europe/Paris" });

async function send(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`.record-form [name="${name}"]`);
    const type = await field.first().evaluate((each) => each.type);
    if (type === "radio" || type === "checkbox") await page.locator(`.record-form [name="${name}"][value="${value}"]`).check();
    else if (type === "select-one") await field.selectOption({ label: value });
    else await field.fill(value);
  }
  await press(page, ".record-form .actions button");
}

async function begin(page, label) {
  await page.goto(`${service.office}/suivi/nouveau`);
  await send(page, { "said.label": label, "said.origin": "phone", "said.consent": "young_person", "said.age": "15", "said.department": "69 Rhône", "said.alias": "Camille du club", "said.phone": "06 39 98 12 34", "said.never": "Ne pas appeler le père." });
  return page.url();
}

async function add(page, record, act, values) {
  await page.goto(`${record}/ajouter/${act}`);
  await send(page, values);
}

test("a record goes from its opening to its reopening", async () => {
  await asVisitor({ width: 1280, height: 800 }, async ({ page }) => {
    await logInAs(page, person("lise"));
    const record = await begin(page, "Marée");
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
    await add(page, record, "bilan", { "said.note": "Le lien tient.", "said.next": day(20) });
    await add(page, record, "orientation", { "said.towards": "care" });
    await add(page, record, "cloture", { "said.reason": "relayed", "said.note": "Relais pris." });
    assert.match(await page.locator(".record-head").textContent(), /clos/i);
    await add(page, record, "reprise", { "said.way": "call_received", "said.note": "Elle rappelle." });
    const told = await page.locator(".record-lines").textContent();
    for (const part of ["Personne n’est venu", "Soins", "Relais pris", "Elle rappelle"]) assert.ok(told.includes(part), part);
    await asVisitor({ width: 1280, height: 800 }, async ({ page: other }) => {
      await logInAs(other, person("hugo"));
      await other.goto(record);
      assert.match(await other.locator(".record-lines .is-opinion").textContent(), /Réservé/);
      assert.ok(!(await other.content()).includes("Un avis de psychologue"));
      const opinion = await page.locator(".record-lines .reserved a").getAttribute("href");
      assert.equal((await other.goto(service.office + opinion)).status(), 404);
    });
  });
});

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
  for (const act of ["ouverture", "bilan", "orientation", "cloture", "referent"]) {
    await page.goto(`${record}/ajouter/${act}`);
    yield `record, ${act}`;
  }
  await page.goto(`${record}/avis`);
  await send(page, { "said.note": "Un avis." });
  await page.goto(await page.locator(".record-lines .reserved a").evaluate((link) => link.href));
  yield "record, an opinion";
  await page.goto(`${record}/synthese`);
  yield "record, summary";
  for (const path of ["/suivi", "/suivi?vue=clos", "/suivi/rendez-vous?qui=tous", "/suivi/rendez-vous?vue=mois", "/suivi/equipe", "/suivi/chiffres"]) {
    await at(path);
    yield `unit, ${path}`;
  }
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
