// A whole call without a mouse, kept through a crash, and every page of calls in both
// languages.

import { test } from "node:test";
import assert from "node:assert/strict";
import { asVisitor } from "../lib/browser.mjs";
import { idOf, logIn, sendShort } from "../lib/office.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { dump, service, sql } from "../lib/service.mjs";
import { visit } from "../lib/visit.mjs";

const saved = (page) => page.waitForResponse((answer) => answer.request().headers()["x-recueil-autosave"] && answer.ok());
const own = /\/appels\/[0-9a-f-]{36}$/;
const at = (page) => new URL(page.url()).pathname;

test("a call is taken, passed on and sent by keys alone", async () => {
  await asVisitor({ width: 1280, height: 800 }, async ({ page, context }) => {
    await logIn(page);
    await page.goto(`${service.office}/file`);
    await page.keyboard.press("n");
    await page.waitForURL("**/appels/nouveau");
    const marker = "Qxclavier8Rt entend crier depuis une heure";
    let kept = saved(page);
    await page.keyboard.type(marker);
    await kept;
    await page.waitForURL(own); // a reload would begin another call otherwise
    assert.equal(await page.locator("[data-urgency='3']").isVisible(), true);

    // The signs are one Tab away from the text, and weighed at once.
    await page.keyboard.press("Tab");
    kept = saved(page);
    await page.keyboard.press("Space"); // in danger now: yes
    await kept;
    await page.locator("[data-urgency='0']").waitFor({ state: "visible" });
    assert.match(await page.locator("[data-call-why]").textContent(), /danger/i);
    assert.notEqual(await page.locator("[data-call-heard]").textContent(), "");

    // The index leads to a part by its number.
    await page.keyboard.press("F2");
    await page.keyboard.press("2");
    await page.keyboard.type("Lina");
    await page.keyboard.press("F8");
    await page.keyboard.type("Chez sa tante, 3e étage");
    kept = saved(page);
    await page.keyboard.press("F8");
    await kept;

    // The browser dies; another one goes on.
    const call = at(page);
    await page.goto("about:blank");
    await page.goto(service.office + call);
    assert.equal(await page.locator("#situation-facts").inputValue(), marker);
    assert.equal(await page.locator("#children-0-first_name").inputValue(), "Lina");
    assert.equal(await page.locator("#place-child_now").inputValue(), "Chez sa tante, 3e étage");
    assert.ok(!(await dump()).includes("Qxclavier8Rt"), "the draft lies in the database in clear");

    await page.locator("#take").focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Control+Enter");
    await page.waitForURL("**/recu");
    assert.equal(await page.locator(".spelled").nth(1).locator("li").count(), 5);
    await page.locator(".receipt .actions a").first().press("Enter");
    await page.waitForURL("**/dossiers/*");
    assert.match(await page.locator(".state").textContent(), /vous/);
    await context.clearCookies();
  });
});

test("two keys count a call that needs no report", async () => {
  await asVisitor({ width: 1280, height: 800 }, async ({ page }) => {
    await logIn(page);
    await page.goto(`${service.office}/appels`);
    const [[before]] = await sql("select count(*) from call_outcomes where kind = 'advice'");
    await page.keyboard.press("c");
    await page.keyboard.press("1");
    await page.locator(".undo").waitFor();
    const [[after]] = await sql("select count(*) from call_outcomes where kind = 'advice'");
    assert.equal(Number(after), Number(before) + 1);
    // From a call, where a digit may be typed into a field.
    await page.goto(`${service.office}/appels/nouveau`);
    await page.keyboard.type("14 ans");
    await page.keyboard.press("F9");
    await page.keyboard.press("4");
    await page.locator(".undo").waitFor();
    await page.locator(".undo button").press("Enter");
    await page.waitForURL(own);
    assert.equal(await page.locator("#situation-facts").inputValue(), "14 ans");
  });
});

test("what is written stays when the session ends or another window saves", async () => {
  await asVisitor({ width: 1280, height: 800 }, async ({ page, context }) => {
    await logIn(page);
    await page.goto(`${service.office}/appels/nouveau`);
    let kept = saved(page);
    await page.keyboard.type("Avant");
    await kept;
    await page.waitForURL(own);
    const call = at(page);
    const other = await context.newPage();
    await other.goto(service.office + call);
    await other.locator("#situation-facts").fill("Dans l’autre fenêtre");
    await saved(other);
    await page.locator("#situation-facts").fill("Dans celle-ci");
    await page.locator("[data-call-conflict]").waitFor({ state: "visible" });
    await other.close();
    await page.locator("[data-call-conflict] button").click();
    await page.locator(".notice .answers-list").waitFor();
    assert.match(await page.locator(".notice .answers-list").textContent(), /Dans l’autre fenêtre/);
    assert.equal(await page.locator("#situation-facts").inputValue(), "Dans celle-ci");
    kept = saved(page);
    await page.locator("#situation-facts").fill("Dans celle-ci, toujours");
    await kept;

    await sql("update sessions set last_seen_at = last_seen_at - interval '1 hour'");
    await page.locator("#situation-facts").fill("Après la fin de la session");
    const notice = page.locator(".call-now [data-expired]");
    await notice.waitFor({ state: "visible" });
    await notice.locator("button").click();
    await page.locator("#passphrase").waitFor();
    await page.locator("#passphrase").fill(service.staff.find(({ role }) => role === "agent").passphrase);
    await page.locator("main form button:not([type=button])").first().click();
    await page.waitForURL(`**${call}`);
    assert.equal(await page.locator("#situation-facts").inputValue(), "Après la fin de la session");
  });
});

async function* calls({ page }, reference) {
  await logIn(page);
  await page.goto(`${service.office}/appels/nouveau`);
  yield "call, new";
  await page.locator("[data-call-send]").click();
  await page.locator(".error-summary").waitFor();
  yield "call, nothing to send";
  await page.locator("#situation-facts").fill("Une voisine entend pleurer la nuit. Motextraordinairementlongsansaucunespacepourvoir.");
  await page.locator("#urgency_signs-child_alone").check();
  await page.locator("#done-earlier_reference").fill(reference);
  await page.locator("[name=lookup]").click();
  await page.locator("[name=same]").first().waitFor();
  yield "call, with an earlier reference";
  const call = page.url();
  await page.locator("[name=relay]").click();
  await page.waitForURL("**/relais");
  yield "sheet for the emergency services";
  await page.locator("#note").fill("Patrouille en route");
  await page.locator("form[action$='/relais'] button").click();
  await page.locator(".relayed").waitFor();
  yield "sheet, a service called";
  await page.goto(`${service.office}/appels`);
  yield "calls";
  await page.goto(call.split("#")[0]);
  await page.locator("#callback_time").evaluate((field) => { field.closest("details").open = true; });
  await page.locator("#callback_time").fill("00:01");
  await page.locator("#callback_note").fill("Demander si elle va bien");
  await page.locator("[data-call-send]").click();
  await page.waitForURL("**/recu");
  yield "call, sent";
  await page.goto(`${service.office}/rappels`);
  yield "call-backs, one overdue";
  await page.goto(`${service.office}/dossiers/${await idOf(reference)}`);
  yield "report, with call-backs to promise";
}

for (const [lang, width] of [["fr", 1280], ["en", 320]]) {
  test(`calls, every page, in ${lang} at ${width} px`, async (t) => {
    const reference = await sendShort();
    await asVisitor({ width, height: 800, locale: lang }, async (visitor) => {
      await visitor.page.setExtraHTTPHeaders({ "Accept-Language": lang });
      await visit(t, visitor, calls(visitor, reference), {
        "axe": axe, "valid HTML": html, "layout": layout, "contrast of controls": contrast, "headings and titles": structure(),
      });
    });
  });
}
