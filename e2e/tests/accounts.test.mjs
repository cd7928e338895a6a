// An account is shut without a mouse, and nothing happens before the button on the
// page that says what follows.

import { test } from "node:test";
import assert from "node:assert/strict";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { invite, comeWith, idOf, somebody } from "../lib/accounts.mjs";
import { logIn } from "../lib/office.mjs";
import { service, sql } from "../lib/service.mjs";

/** Goes on with the tabulator until the element with these words has the focus. */
async function tabTo(page, text) {
  for (let n = 0; n < 60; n++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => ({ text: document.activeElement.textContent.trim(), seen: getComputedStyle(document.activeElement).outlineStyle }));
    if (at.text !== text) continue;
    assert.notEqual(at.seen, "none", `the focus on “${text}” is not seen`);
    return;
  }
  assert.fail(`“${text}” is not reached by the keyboard`);
}

/** Presses Enter and waits for the page it leads to. */
async function enter(page) {
  const arrived = page.waitForEvent("domcontentloaded");
  await page.keyboard.press("Enter");
  await arrived;
  await page.waitForLoadState();
}

for (const how of scripting) {
  test(`an account is shut by keyboard, ${words(how)}`, async () => {
    await asVisitor({ ...how, width: 1280, height: 800 }, async ({ page }) => {
      const person = somebody();
      await logIn(page, "account_administrator");
      await invite(page, person);
      await comeWith(page, person, await page.locator(".code").textContent());
      const id = await idOf(person.login);
      const shut = async () => (await sql(`select disabled_at is not null from staff where id = '${id}'`))[0][0];

      await page.goto(`${service.office}/comptes/${id}`);
      await tabTo(page, "Fermer le compte");
      await enter(page);
      assert.ok(await page.locator(".follows li").count() >= 3, "the page does not say what follows");
      assert.equal(await shut(), "f", "following a link shut the account");
      await tabTo(page, "Ne rien changer");
      await enter(page);
      assert.equal(await shut(), "f");
      await page.goto(`${service.office}/comptes/${id}/fermeture`);
      await tabTo(page, "Fermer le compte");
      await enter(page);
      assert.equal(await shut(), "t");
      assert.equal(await page.locator(".head .badge").textContent(), "fermé");
    });
  });
}
