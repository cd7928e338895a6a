// The conversation, from the listener's side: what is written by keyboard, what is
// warned of, what arrives while a screen is open, and the whole way to the holder of
// a receipt code and back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { answer, enter, forward, open, press } from "../lib/form.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { idOf, logIn, openReport } from "../lib/office.mjs";
import { pause, service, sql } from "../lib/service.mjs";
import { visit } from "../lib/visit.mjs";

/** Sends a report as a young person does; returns its reference and code. */
async function send(page) {
  await enter(page, "self");
  await answer(page, { danger_now: "no" });
  await answer(page, { "situation.young_ticks": ["suicidal_thoughts"], "situation.story": "On m’écoute peu." });
  await answer(page, { "place.department": "59", "children.0.age": "14", "place.child_now": "chez Capucine" });
  await answer(page, { "contact.channel": "mailbox" });
  await press(page, forward);
  const read = async (id) => (await page.locator(id).textContent()).trim();
  return { reference: await read("#reference"), code: await read("#code") };
}

const sent = () => asVisitor({}, ({ page }) => send(page));

/** Opens a report and takes it up. */
async function takeUp(page, reference) {
  await openReport(page, reference);
  await press(page, "main [data-claim]");
}

const composer = "form[action$='/messages']";
const sendButton = `${composer} .actions button:not([name])`;

/** Lets what is folded away be seen. */
const unfold = (page) => page.locator("details.composer").evaluate((folded) => { folded.open = true; });

async function tabTo(page, wanted) {
  for (let stops = 0; stops < 60; stops++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((selector) => document.activeElement.matches(selector), wanted)) return;
  }
  assert.fail(`${page.url()}: the focus never comes to ${wanted}`);
}

for (const how of scripting) {
  test(`a question goes out by keyboard, its ready text put in, its names pointed out, ${words(how)}`, async () => {
    const { reference } = await sent();
    await asVisitor({ ...how, width: 1280, height: 800 }, async ({ page }) => {
      await logIn(page);
      await takeUp(page, reference);
      await page.locator("#contenu").focus();
      await tabTo(page, "details.composer summary");
      await page.keyboard.press("Enter");
      await tabTo(page, "#canned");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Tab");
      if (how.js) {
        await page.keyboard.press("Enter");
        assert.equal(await page.evaluate(() => document.activeElement.id), "text");
      } else {
        await Promise.all([page.waitForEvent("domcontentloaded"), page.keyboard.press("Enter")]);
        await page.waitForLoadState();
      }
      const ready = await page.locator("#text").inputValue();
      assert.match(ready, /t’appeler sans risque/);
      assert.equal(await page.locator("#asks").isChecked(), true);
      await page.locator("#text").focus();
      await page.keyboard.press("Control+End");
      await page.keyboard.type(" Ou chez CAPUCINE ?");
      await tabTo(page, sendButton);
      await Promise.all([page.waitForEvent("domcontentloaded"), page.keyboard.press("Enter")]);
      await page.waitForLoadState();
      assert.match(await page.title(), /^Erreur/);
      assert.deepEqual(await page.locator(".named mark").allTextContents(), ["CAPUCINE"]);
      assert.equal(await page.locator("#text").inputValue(), `${ready} Ou chez CAPUCINE ?`);
      await page.locator("#text").fill(ready);
      await press(page, sendButton);
      assert.equal(await page.locator(".talk .is-staff blockquote").textContent(), ready);
      assert.match(await page.locator(".talk .is-staff").textContent(), /pas encore remis/);
      const id = await idOf(reference);
      assert.deepEqual(await sql(`select count(*), max(sequence) from messages where report_id = '${id}'`), [["1", "1"]]);
    });
  });
}

test("49 a report, and what is added to one, reach open screens within two seconds; nothing jumps, the focus stays", async () => {
  const first = await sent();
  await asVisitor({ width: 1280, height: 800 }, async ({ page, context }) => {
    await logIn(page);
    const rows = () => page.locator("[data-row] td > a").evaluateAll((links) => links.map((link) => link.href));
    const before = await rows();
    await page.locator("[data-row] td > a").first().focus();
    const colleague = await context.newPage();
    await takeUp(colleague, first.reference);
    await pause(1500);

    const began = await visitorSends();
    await page.locator(".arrivals a").waitFor({ state: "visible", timeout: 2000 });
    assert.ok(Date.now() - began <= 2000, `it took ${Date.now() - began} ms`);
    assert.match(await page.locator(".arrivals a").textContent(), /^1 nouveau, afficher$/);
    assert.match(await page.title(), /^\(1\) /);
    assert.deepEqual(await rows(), before);
    assert.equal(await page.evaluate(() => Boolean(document.activeElement.closest("[data-row]"))), true);
    const spoken = page.locator("[aria-live=polite]");
    assert.match(await spoken.textContent(), /1 nouveau/);

    // A second one at once is counted, and announced when ten seconds are over.
    await visitorSends();
    await page.getByText("2 nouveaux, afficher").first().waitFor({ timeout: 2000 });
    assert.match(await spoken.textContent(), /1 nouveau/);
    await page.locator("[aria-live=polite]", { hasText: "2 nouveaux" }).waitFor({ state: "attached", timeout: 11_000 });

    // A message of a colleague comes in beside what is being typed.
    const id = await idOf(first.reference);
    await page.goto(`${service.office}/dossiers/${id}`);
    await unfold(page);
    await page.locator("#text").fill("À moitié écrit");
    await unfold(colleague);
    await colleague.locator("#text").fill("D’une autre fenêtre");
    await press(colleague, sendButton);
    await page.locator(".arrivals a").waitFor({ state: "visible", timeout: 2000 });
    assert.equal(await page.locator(".talk").count(), 0);
    await page.locator(".arrivals a").click();
    await page.locator(".talk blockquote", { hasText: "D’une autre fenêtre" }).waitFor({ timeout: 5000 });
    assert.equal(await page.locator("#text").inputValue(), "À moitié écrit");
    assert.equal(await page.locator(".arrivals").isVisible(), false);
  });

  /** Sends a report beside, and returns when it was acknowledged. */
  async function visitorSends() {
    return asVisitor({}, async ({ page }) => {
      await open(page, "/m");
      await answer(page, { "short.where": "12 rue de l’Exemple", "short.story": "Des cris." });
      assert.match(page.url(), /\/r$/);
      return Date.now();
    });
  }
});

test("49 a screen that cannot listen asks, and one whose line was cut hears what it missed", async () => {
  await asVisitor({ width: 1280, height: 800 }, async ({ page, context }) => {
    await logIn(page);
    await context.route("**/file/direct*", (route) => route.continue({ url: `${service.office}/file/direct?depuis=1:2` })); // refused
    await page.reload();
    await sent();
    await page.locator(".arrivals a").waitFor({ state: "visible", timeout: 8000 });
    await context.unroute("**/file/direct*");
    await page.reload();
    await context.setOffline(true);
    await sent();
    await context.setOffline(false);
    await page.locator(".arrivals a").waitFor({ state: "visible", timeout: 8000 });
  });
});

test("49 a page that nobody looks at gives its line up, and hears what it missed when it is looked at again", async () => {
  await asVisitor({ width: 1280, height: 800 }, async ({ page }) => {
    await page.addInitScript(() => {
      window.lines = [];
      window.EventSource = class extends EventSource { constructor(...all) { super(...all); window.lines.push(this); } };
    });
    await logIn(page);
    const open = () => page.evaluate(() => window.lines.filter((line) => line.readyState !== EventSource.CLOSED).length);
    const look = (state) => page.evaluate((value) => {
      Object.defineProperty(document, "visibilityState", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
    assert.equal(await open(), 1);
    await look("hidden");
    assert.equal(await open(), 0);
    await sent();
    await look("visible");
    await page.locator(".arrivals a").waitFor({ state: "visible", timeout: 4000 });
    assert.equal(await open(), 1);
  });
});

for (const how of scripting) {
  test(`18 the whole way: a question by the listener, an answer by the code, seen on the desk, ${words(how)}`, async () => {
    const { reference, code } = await sent();
    await asVisitor({ ...how, width: 1280, height: 800 }, async ({ page }) => {
      await logIn(page);
      await takeUp(page, reference);
      await unfold(page);
      await page.locator("#text").fill("Quand peut-on te parler ?");
      await page.locator("#hold").check();
      await press(page, sendButton);
      assert.match(await page.locator(".state").textContent(), /en attente d’information/);

      await asVisitor({ ...how }, async ({ page: phone }) => {
        await open(phone, "/b");
        await phone.locator("main input[type=text], main input:not([type])").first().fill(code.toLowerCase());
        await press(phone, "main form .actions button");
        assert.match(await phone.locator("section.message").textContent(), /Quand peut-on te parler/);
        await phone.locator("section.message textarea").first().fill("Le midi 🐈, <b>pas</b> le soir.");
        await press(phone, "section.message button[name=_send]");
      });

      await page.goto(`${service.office}/file?vue=reponses`);
      const row = page.locator(`[data-row]:has(a[href$="${await idOf(reference)}"])`);
      assert.match(await row.locator(".badge.is-new").textContent(), /réponse reçue/);
      await press(page, `[data-row] a[href$="${await idOf(reference)}"]`);
      assert.equal(await page.locator(".talk .is-added blockquote").textContent(), "Le midi 🐈, <b>pas</b> le soir.");
      assert.match(await page.locator(".talk .is-staff").textContent(), /remis/);
      assert.match(await page.locator(".answers-to").textContent(), /En réponse au message/);
      await press(page, "main [data-claim]");
      assert.match(await page.locator(".state").textContent(), /en cours d’évaluation/);
      await page.goto(`${service.office}/file?vue=reponses`);
      assert.equal(await row.count(), 0);
    });
  });
}

/** Everything that a conversation can look like. */
async function* conversation({ page }, { reference, code }) {
  await logIn(page);
  await openReport(page, reference);
  yield "conversation, before the report is taken up";
  await press(page, "main [data-claim]");
  yield "conversation, nothing written yet";
  await unfold(page);
  await press(page, sendButton);
  yield "message, empty";
  await page.locator("#text").fill("Bonjour. Capucine est-elle avec toi ?");
  await press(page, sendButton);
  yield "message, with a word of the report";
  await press(page, `${composer} button[name=anyway]`);
  yield "message, sent";
  await asVisitor({}, async ({ page: phone }) => {
    await open(phone, "/b");
    await answer(phone, { code });
    await phone.locator("details:has(#text)").evaluate((folded) => { folded.open = true; });
    await phone.locator("#text").fill("Encore une chose, et " + "très ".repeat(60) + "longue.");
    await press(phone, "button[name=_send][value=text]");
    await press(phone, "main a[href='/b/2?w=3']");
    await press(phone, forward);
  });
  const id = await idOf(reference);
  await sql(`insert into messages (id, report_id, sequence, author, body, sent_at) select gen_random_uuid(), report_id, 3, author, body, now() from messages where report_id = '${id}'`);
  await page.goto(`${service.office}/file?vue=reponses`);
  yield "queue, with an answer";
  await openReport(page, reference);
  yield "conversation, with an answer, a gap and a message that does not open";
  await openReport(page, reference);
  await page.evaluate(() => { for (const field of document.querySelectorAll("[name=version]")) field.value = "99"; });
  await unfold(page);
  await page.locator("#text").fill("Trop tard ?");
  await press(page, sendButton);
  yield "message, after somebody changed the report";
}

for (const how of scripting) {
  test(`the conversation in every state, ${words(how)}`, async (t) => {
    const report = await sent();
    await asVisitor({ ...how, width: 1280, height: 800 }, async (visitor) => {
      await visit(t, visitor, conversation(visitor, report), {
        "8 and 13 axe": how.js ? axe : null,
        "9 valid HTML": html,
        "10 to 12 layout": layout,
        "13 contrast of controls": contrast,
        "15 headings and titles": structure(),
      });
    });
  });
}
