// 50: the queue without a mouse: ten reports taken up, one found by its reference, the
// lane to verify closed and taken back. Each new state is looked at, in both languages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor } from "../lib/browser.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { logIn, sendShort } from "../lib/office.mjs";
import { pause, service, sql } from "../lib/service.mjs";
import { visit } from "../lib/visit.mjs";

const focused = (page) => page.evaluate(() => document.activeElement.closest("[data-row]")?.querySelector("a[href]").getAttribute("href"));

/** Presses a key that leads to another page. */
async function lead(page, key) {
  await Promise.all([page.waitForEvent("domcontentloaded"), page.keyboard.press(key)]);
  await page.waitForLoadState();
}

/** Presses Tab until the focus is on what is wanted. */
async function tabTo(page, wanted) {
  for (let stops = 0; stops < 150; stops++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((selector) => document.activeElement?.matches(selector), wanted)) return;
  }
  assert.fail(`the focus never comes to ${wanted}`);
}

test("50 ten reports are taken up without a mouse, and one is found by its reference", async () => {
  const reference = await sendShort();
  await asVisitor({ width: 1280, height: 800 }, async ({ page }) => {
    await logIn(page);
    await page.goto(`${service.office}/file?vue=non-attribues`);
    const taken = new Set();
    for (let i = 0; i < 10; i++) {
      await page.keyboard.press("j");
      const row = await focused(page);
      assert.ok(row && !taken.has(row), `row ${i} has the focus: ${row}`);
      await lead(page, "a");
      assert.match(page.url(), /\/dossiers\//);
      taken.add(row);
      await tabTo(page, ".bar nav a[href='/file']");
      await lead(page, "Enter");
      await tabTo(page, ".filters a[href='/file?vue=non-attribues']");
      await lead(page, "Enter");
    }
    assert.equal(taken.size, 10);
    const before = await page.locator("[data-row]").count();
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    assert.equal(await page.locator("[data-row]").count(), before, "rows stay");
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "reference");
    await page.keyboard.type(reference.toLowerCase());
    await lead(page, "Enter");
    assert.match(await page.locator(".reference").textContent(), new RegExp(reference));
  });
});

for (const english of [false, true]) {
  test(`the lane, views and references are looked at, ${english ? "in English" : "in French"}`, async (t) => {
    // What came in the same ten minutes folds: the three must not stand on both sides of a line.
    const left = 600_000 - Date.now() % 600_000;
    if (left < 30_000) await pause(left);
    const references = [await sendShort(), await sendShort(), await sendShort()];
    const plain = references.map((one) => `'${one.replaceAll("-", "")}'`);
    await sql(`update reports set lane = 'to_verify' where reference in (${plain})`);
    await asVisitor({ width: 1280, height: 800 }, async (visitor) => {
      const { page } = visitor;
      async function* states() {
        await logIn(page);
        if (english) {
          await page.locator(".languages [value=en]").click();
          await page.waitForLoadState();
        }
        const says = (what) => `${what}${english ? ", English" : ""}`;
        await page.goto(`${service.office}/file?vue=a-verifier`);
        await page.goto(`${service.office}/file?vue=a-verifier`); // read once, they fold
        assert.equal(await page.locator(".alike").count() > 0, true, "what looks alike folds");
        yield says("lane, folded");
        await page.goto(`${service.office}/file?vue=a-verifier`);
        await page.keyboard.press("j");
        await page.keyboard.press("x");
        assert.equal(await page.locator("[data-tick]:checked").count(), 1);
        await tabTo(page, "#reason");
        await tabTo(page, "#lot button");
        await lead(page, "Enter");
        yield says("lane, closed without a reason");
        await page.locator("#reason").fill("Envois automatiques.");
        await page.locator("#reason").focus();
        await tabTo(page, "#lot button");
        await lead(page, "Enter");
        yield says("lane, several closed");
        await page.locator(".recent button").first().focus();
        await lead(page, "Enter");
        assert.equal(await page.locator("[data-tick]").count() > 0, true, "they are back");
        await page.goto(`${service.office}/file?urgence=1&suivi=aucun`);
        await page.locator(".filtering").evaluate((folded) => { folded.open = true; });
        await page.locator("#nom").fill("Urgents libres");
        await page.locator("#nom").focus();
        await lead(page, "Enter");
        yield says("queue, a view kept");
        await page.locator("#reference").fill("7KQ4");
        await page.locator("#reference").focus();
        await lead(page, "Enter");
        yield says("reference, half of one");
        await page.locator("#reference").fill("00000000");
        await page.locator("#reference").focus();
        await lead(page, "Enter");
        yield says("reference, of nobody");
      }
      await visit(t, visitor, states(), { "8 and 13 axe": axe, "9 valid HTML": html, "10 to 12 layout": layout, "13 contrast of controls": contrast, "15 headings and titles": structure() });
    });
  });
}
