// What leaves the house: page by page, in French with and without scripts and in
// English; and once from the receipt of a report to its closing.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { answer, open, press } from "../lib/form.mjs";
import { addFile, sendOn, toFiles } from "../lib/files.mjs";
import { idOf, logIn, openReport, sendShort, writeToReporter } from "../lib/office.mjs";
import { age, sql } from "../lib/service.mjs";
import { enterKey, handedOver, passages, walks } from "../lib/transmission.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { visit } from "../lib/visit.mjs";

const checks = (js) => ({
  "8 and 13 axe": js ? axe : null,
  "9 valid HTML": html,
  "10 to 12 layout": layout,
  "13 contrast of controls": contrast,
  "15 headings and titles": structure(),
});

for (const how of [...scripting, { js: true, locale: "en-GB" }]) {
  for (const [name, walk] of Object.entries(walks)) {
    test(`office, ${name}, ${words(how)}${how.locale ? ", in English" : ""}`, async (t) => {
      const reference = await sendShort();
      await asVisitor({ ...how, width: 1280, height: 800 }, async (visitor) => {
        await visit(t, visitor, walk(visitor, reference), checks(how.js));
      });
    });
  }
}

const photo = { name: "carnet d’Élio.txt", mimeType: "text/plain", buffer: Buffer.from("Lundi : seul.\nMardi : seul.\n") };
const digest = createHash("sha256").update(photo.buffer).digest("hex");

/** A relative sends a report with a file; returns its reference and code. */
const received = () => asVisitor({}, async ({ page, js }) => {
  await toFiles(page);
  await addFile(page, js, photo);
  const reference = await sendOn(page);
  return { reference, code: await page.locator("#code").textContent() };
});

/** Who sent it answers a question, by the code of the receipt. */
const answered = (code, text) => asVisitor({}, async ({ page }) => {
  await open(page, "/b");
  await answer(page, { code });
  await page.locator(".message textarea").fill(text);
  await press(page, "button[name=_send][value^=answer]");
});

/** The listener's part, up to a proposal, with the screens that show what goes along. */
async function* prepared(page, entry, { reference, code }) {
  await openReport(page, reference);
  await writeToReporter(page, "Qui garde l’enfant le soir ?");
  await answered(code, "Personne, depuis la rentrée.");
  await openReport(page, reference);
  await press(page, ".decision .next a");
  await page.locator("[value=concern]").check();
  await page.locator("#reason").fill("Seul chaque soir, à neuf ans.");
  await press(page, ".deed form .actions button");
  await press(page, ".decision .next a");
  await page.goto(`${page.url()}/${entry}`);
  await page.locator("input[name=file]").check();
  yield "the preview, with a file that goes along";
  for (const box of await page.locator("input[name=read]").all()) await box.check();
  await page.locator("#whole").check();
  await press(page, "form.preparing button[value=propose]");
  yield "one’s own file, which may be taken back";
  await page.locator("form.withdrawing #reason").fill("Un passage à revoir.");
  await press(page, "form.withdrawing button");
  yield "a file that was taken back";
  await press(page, ".sent a[href*='reprise=']");
  await page.locator("#whole").check();
  await press(page, "form.preparing button[value=propose]");
}

test("a report goes all the way, from its receipt over a transmission to its closing", async (t) => {
  const report = await received();
  const key = await age.keygen();
  await asVisitor({ width: 1280, height: 800 }, async (agent) => asVisitor({ width: 1280, height: 800 }, async (coordinator) => {
    const { page } = agent;
    await logIn(page, "agent");
    await logIn(coordinator.page, "coordinator");
    const entry = await enterKey(page, coordinator.page, key.match(/age1pq1\S+/)[0]);
    await visit(t, agent, prepared(page, entry, report), checks(true));
    await visit(t, coordinator, async function* agreed() {
      await coordinator.page.goto(page.url());
      yield "a file to agree to, with what goes along";
      assert.match(await coordinator.page.locator(".sent .files >> nth=0").textContent(), /carnet d’Élio\.txt/);
      await press(coordinator.page, "#validate");
    }(), checks(true));
    await page.reload();
    const { forms, text } = await handedOver(page, key);
    assert.deepEqual(forms.get("pieces/1.txt"), photo.buffer);
    const machine = JSON.parse(forms.get(`${report.reference}.json`));
    assert.deepEqual(machine.attachments, [{ file: "pieces/1.txt", name: photo.name, size: photo.buffer.length, sha256: digest }]);
    for (const passage of passages(report.reference, "Des cris, le soir.", "Personne, depuis la rentrée.", photo.name, digest)) assert.match(text, passage);
    await press(page, "form.acknowledging button");
    await page.locator("#outcome-0").check();
    await press(page, "form.feeding button[type=submit]");
    await page.locator("form.finishing").evaluate((form) => { form.closest("details").open = true; });
    await page.locator("form.finishing #reason").fill("L’évaluation est ouverte.");
    await press(page, "form.finishing button");
    assert.match(await page.locator(".timeline").first().textContent(), /L’évaluation est ouverte\./);
    assert.deepEqual(await sql(`select status, qualification from reports where id = '${await idOf(report.reference)}'`), [["closed", "concern"]]);
  }));
  await sql("update recipients set retired_at = now()");
});
