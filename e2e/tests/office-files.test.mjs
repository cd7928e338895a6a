// Files on their way to the desk: with the report, by the code, and what staff see of
// them.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { follow, open, press } from "../lib/form.mjs";
import { logIn, openReport, writeToReporter } from "../lib/office.mjs";
import { addFile, sendOn, toFiles } from "../lib/files.mjs";
import { service } from "../lib/service.mjs";
import { visit } from "../lib/visit.mjs";

/** A picture that opens: one pixel, and after its end whatever makes it another file. */
const picture = () => Buffer.concat([
  Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64"), randomBytes(40_000)]);
const text = () => Buffer.from(`Message reçu hier : ${randomBytes(20).toString("hex")}\n`.repeat(50));
const digest = (content) => createHash("sha256").update(content).digest("hex");

/** Sends a relative's report with these files, and returns its reference and code. */
async function reported(how, files) {
  return asVisitor(how, async ({ page, js }) => {
    await toFiles(page);
    for (const file of files) await addFile(page, js, file);
    const reference = await sendOn(page);
    return { reference, code: await page.locator("#code").textContent() };
  });
}

/** Downloads the original of each file on the report that is shown. */
async function originals(page) {
  const addresses = await page.locator(".files a[href$='/original']").evaluateAll((links) => links.map((link) => link.href));
  return Promise.all(addresses.map(async (address) => {
    const answer = await page.request.get(address, { headers: { "Sec-Fetch-Site": "same-origin" } });
    assert.equal(answer.status(), 200);
    assert.match(answer.headers()["content-disposition"], /^attachment/);
    assert.match(answer.headers()["content-security-policy"], /sandbox/);
    return digest(await answer.body());
  }));
}

for (const how of scripting) {
  test(`two files with a report, a third by the code, all the same on the desk, ${words(how)}`, async () => {
    const contents = [picture(), text(), picture()];
    const named = contents.map((buffer, i) => ({ name: `capture ${i + 1}.png`, mimeType: "application/octet-stream", buffer }));
    const { reference, code } = await reported(how, named.slice(0, 2));
    await asVisitor({ ...how, width: 1280, height: 800 }, async ({ page }) => {
      await logIn(page);
      await openReport(page, reference);
      await writeToReporter(page, "Pouvez-vous nous envoyer la capture dont vous parlez ?");
      await asVisitor({ ...how }, async ({ page: phone, js }) => {
        await open(phone, "/b");
        await phone.locator("#code").fill(code);
        await press(phone, "main form .actions button");
        await follow(phone, "/b/3");
        await addFile(phone, js, named[2]);
        await press(phone, "main form .actions .button");
        assert.match(await phone.locator("main").textContent(), /C’est envoyé/);
      });
      await openReport(page, reference);
      assert.deepEqual((await originals(page)).sort(), contents.map(digest).sort());
    });
  });
}

/** What a listener sees of files, from the list to a frozen one. */
async function* files({ page }, reference) {
  await logIn(page, "coordinator");
  await openReport(page, reference);
  yield "report, with files";
  const [first, second] = await page.locator(".files a[href*='/pieces/']:not([href$='/original'], [href$='/gel'])").evaluateAll((links) => links.map((link) => link.href));
  await page.goto(first);
  yield "file, covered";
  await press(page, "main form button");
  yield "file, without a reason";
  await page.locator("[name=reason]").fill("Vérifier ce qui est annoncé.");
  await press(page, "main form button");
  yield "file, a picture";
  await page.goto(second);
  await page.locator("[name=reason]").fill("Lire le message reçu.");
  await press(page, "main form button");
  yield "file, a text";
  await page.goto(`${second}/gel`);
  yield "file, to freeze";
  await press(page, "main form button");
  yield "report, with a frozen file";
  await page.goto(second);
  yield "file, frozen";
}

for (const how of scripting) {
  test(`office, files of a report, ${words(how)}`, async (t) => {
    const { reference } = await reported({ js: false }, [{ name: "capture.png", mimeType: "", buffer: picture() }, { name: `${"long ".repeat(30)}\u202Etxt.exe`, mimeType: "", buffer: text() }]);
    await asVisitor({ ...how, width: 1280, height: 800 }, async (visitor) => {
      await visit(t, visitor, files(visitor, reference), {
        "8 and 13 axe": how.js ? axe : null,
        "9 valid HTML": html,
        "10 to 12 layout": layout,
        "13 contrast of controls": contrast,
        "15 headings and titles": structure(),
      });
    });
  });
}
