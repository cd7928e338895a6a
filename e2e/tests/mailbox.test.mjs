// 22, 25, 32 and 41 for the mailbox of a receipt code: a question is asked in the back
// office, answered on a phone, and read there, with and without JavaScript.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { answer, enter, fill, forward, open, press } from "../lib/form.mjs";
import { logIn, openReport, writeToReporter } from "../lib/office.mjs";
import { elsewhere, sql } from "../lib/service.mjs";

const question = "Bonjour,\nà quelle heure peut-on t’appeler ?";
const told = "Après 17 h 🌿\n<script>alert(1)</script> {{.}}";

/** Sends a report as a young person, and returns what is on the receipt. */
async function report(word = "") {
  return asVisitor({}, async ({ page }) => {
    await enter(page, "self");
    for (const answers of [{ danger_now: "no" }, { "situation.story": "Une phrase." }, { "place.department": "59" }, { "contact.channel": "mailbox" }]) await answer(page, answers);
    if (word) await fill(page, { word });
    await press(page, forward);
    return { code: await page.locator("#code").textContent(), reference: await page.locator("#reference").textContent() };
  });
}

const rows = async () => Number((await sql("select count(*) from drafts"))[0][0]);

for (const how of scripting) {
  test(`a question goes out and its answer comes back, ${words(how)}`, async () => {
    const { code, reference } = await report("Étoile de mer");
    await asVisitor({ ...how, width: 360 }, async (visitor) => {
      const { page } = visitor;
      await open(page, "/");
      await press(page, "main a[href='/b']");
      await answer(page, { code: code.slice(0, 4), word: "etoile" });
      assert.match(await page.title(), /^Erreur/);
      await answer(page, { code: code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o"), word: "etoile de mer" });
      assert.match(page.url(), /\/b\/1$/);
      assert.match(await page.locator("h1").textContent(), /^Tes/);
      await asVisitor({ width: 1280 }, async (staff) => {
        await logIn(staff.page);
        await openReport(staff.page, reference);
        await writeToReporter(staff.page, question);
        assert.match(await staff.page.locator(".talk").innerText(), /peut-on t’appeler/);
      });
      await page.reload();
      assert.equal(await page.locator(".message .told").innerText(), question);
      await page.locator(".message textarea").fill(told);
      await press(page, "button[name=_send][value^=answer]");
      assert.match(await page.locator(".notice.is-done").innerText(), /C’est envoyé, à \d+\sh/);
      assert.ok(!(await page.content()).includes("17 h 🌿"), "what was sent is shown again");
      assert.deepEqual(await layout(visitor), []);
      await page.reload();
      await press(page, "button[name=_send][value=read]");
    });
    await asVisitor({ width: 1280 }, async ({ page }) => {
      await logIn(page);
      await openReport(page, reference);
      assert.equal(await page.locator(".talk .is-added .told").innerText(), told);
      assert.match(await page.locator(".talk .is-staff .state-of").innerText(), /lu/i);
    });
    assert.equal((await sql(`select count(*) from additions join reports r on r.id = report_id where reference = '${reference.replace("-", "")}'`))[0][0], "1");
  });

  test(`32 leaving the mailbox leaves nothing, ${words(how)}`, async () => {
    const { code } = await report();
    await asVisitor(how, async ({ page, context }) => {
      const before = await rows();
      await open(page, "/b");
      await answer(page, { code });
      await page.locator("details:has(#text)").evaluate((folded) => { folded.open = true; });
      await page.locator("#text").fill("Phrase que personne ne doit revoir");
      assert.equal(await rows(), before + 1);
      await Promise.all([page.waitForURL(elsewhere.url), page.locator("a.exit").click()]);
      assert.equal(await rows(), before);
      assert.deepEqual((await context.cookies()).map(({ name }) => name), []);
      for (let back = 0; back < 10; back++) {
        await page.goBack().catch(() => {});
        const shown = await page.content();
        assert.ok(!shown.includes("Phrase que personne") && !shown.includes(code), `shown after ${back + 1} times Back`);
        assert.equal(await page.locator(".message, #text").count(), 0);
      }
    });
  });
}

test("20 an answer sent offline stays on the page, and goes out when the network is back", async () => {
  const { code, reference } = await report();
  await asVisitor({}, async ({ page, context }) => {
    await open(page, "/b");
    await answer(page, { code });
    await page.locator("details:has(#text)").evaluate((folded) => { folded.open = true; });
    await page.locator("#text").fill("Sans réseau.");
    await context.setOffline(true);
    await page.locator("button[name=_send][value=text]").click();
    await page.locator("[data-offline]").waitFor({ state: "visible" });
    assert.equal(await page.locator("#text").inputValue(), "Sans réseau.");
    await context.setOffline(false);
    await press(page, "button[name=_send][value=text]");
    assert.match(await page.locator(".notice.is-done").innerText(), /C’est envoyé/);
  });
  assert.equal((await sql(`select count(*) from additions join reports r on r.id = report_id where reference = '${reference.replace("-", "")}'`))[0][0], "1");
});

test("Enter in a field of the mailbox sends nothing", async () => {
  const { code, reference } = await report();
  await asVisitor({ js: false }, async ({ page }) => {
    await open(page, "/b");
    await answer(page, { code });
    await page.locator("details:has(#text)").evaluate((folded) => { folded.open = true; });
    await page.locator("#text").fill("À garder.");
    await Promise.all([page.waitForEvent("domcontentloaded"), page.evaluate(() => document.querySelector("main form").requestSubmit())]);
    await page.waitForLoadState();
    assert.equal(await page.locator("#text").inputValue(), "À garder.");
  });
  assert.equal((await sql(`select count(*) from additions join reports r on r.id = report_id where reference = '${reference.replace("-", "")}'`))[0][0], "0");
});

test("the code as a picture and as a list, on paper too", async () => asVisitor({}, async ({ page }) => {
  await enter(page, "self");
  for (const answers of [{ danger_now: "no" }, { "situation.story": "Une phrase." }, { "place.department": "59" }, { "contact.channel": "none" }]) await answer(page, answers);
  await press(page, forward);
  const code = await page.locator("#code").textContent();
  assert.equal(await page.locator("details:has(.groceries)").getAttribute("open"), null);
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("#code").isVisible());
  assert.ok(!await page.locator(".groceries").isVisible(), "printed beside the code, the list hides nothing");
  await page.emulateMedia({ media: "screen" });
  await page.locator("details:has(.groceries)").evaluate((folded) => { folded.open = true; });
  await press(page, "main a[href='/r?c=1']");
  assert.equal(await page.title(), "Liste");
  await page.emulateMedia({ media: "print" });
  const printed = await page.evaluate(() => document.body.innerText);
  for (const group of code.split("-")) assert.ok(printed.includes(`réf. ${group}`));
  assert.ok(!/code|message|service/i.test(printed), `printed: ${printed}`);
  await page.emulateMedia({ media: "screen" });
  const list = await page.locator("#liste").innerText();
  await open(page, "/b");
  await answer(page, { code: list.replaceAll("\n", " ") });
  assert.match(page.url(), /\/b\/1$/);
}));
