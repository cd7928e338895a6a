// Leaving at once: the screen goes blank, nothing stays, nothing leads back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { answer, enter, fill, forward, open, press } from "../lib/form.mjs";
import { elsewhere, service, sql, withoutDatabase } from "../lib/service.mjs";

const marker = "Phrase que personne ne doit revoir";

/** A young person who has written something on several pages. */
async function midway(page) {
  await enter(page, "self");
  await answer(page, { danger_now: "no" });
  await answer(page, { "situation.story": marker });
  await fill(page, { "place.department": "59", "place.child_now": marker });
}

async function leave(page) {
  await Promise.all([page.waitForURL(elsewhere.url), page.locator("a.exit").click()]);
}

const drafts = async () => Number((await sql("select count(*) from drafts"))[0][0]);

test("28 the screen is blank within 100 ms, while the network still hangs", async () => asVisitor({}, async ({ page, context }) => {
  // The page itself tells when it is blank: one that is about to go answers no more.
  const blank = new Promise((resolve) => { context.exposeBinding("noteBlank", (_, after, title) => resolve({ after, title })); });
  await context.addInitScript(() => {
    let clickedAt;
    addEventListener("click", (event) => { if (event.target.closest(".exit")) clickedAt = event.timeStamp; }, true);
    new MutationObserver(() => {
      if (clickedAt && !document.body.innerText.trim()) {
        window.noteBlank(performance.now() - clickedAt, document.title.trim());
        clickedAt = 0;
      }
    }).observe(document, { childList: true, subtree: true, attributes: true });
  });
  await midway(page);
  let release;
  const hanging = new Promise((resolve) => { release = resolve; });
  await page.route("**/s", async (route) => { await hanging; await route.continue(); });
  await page.locator("a.exit").click({ noWaitAfter: true });
  const { after, title } = await blank;
  assert.ok(after <= 100, `blank after ${after} ms`);
  assert.equal(title, "");
  release();
  await page.waitForURL(elsewhere.url);
}));

test("30 three times Shift leaves; capitals, five seconds or a click in between do not", async () => asVisitor({}, async ({ page }) => {
  await midway(page);
  const field = page.locator("[name='place.child_now']");
  await field.fill("");
  await field.pressSequentially("TROP FORT");
  for (const letter of "ABCDE") await field.press(`Shift+${letter}`);
  assert.equal(await field.inputValue(), "TROP FORTABCDE");
  for (let i = 0; i < 2; i++) await page.keyboard.press("Shift");
  await page.locator("h1").click();
  for (let i = 0; i < 2; i++) await page.keyboard.press("Shift");
  await page.clock.install();
  await page.clock.fastForward(5100);
  await page.keyboard.press("Shift");
  await page.keyboard.press("Escape");
  assert.match(page.url(), /\/e\/4$/);
  await page.clock.resume();
  await Promise.all([page.waitForURL(elsewhere.url), (async () => { for (let i = 0; i < 3; i++) await page.keyboard.press("Shift"); })()]);
}));

for (const how of scripting) {
  test(`31 to 33 after leaving a form nothing is left and nothing leads back, ${words(how)}`, async (t) => asVisitor(how, async ({ page, context }) => {
    const before = await drafts();
    await midway(page);
    assert.equal(await drafts(), before + 1);
    elsewhere.requests.length = 0;
    await leave(page);
    await t.test("32 draft, cookie and storage are gone", async () => {
      assert.equal(await drafts(), before);
      assert.deepEqual(await context.cookies(service.intake), []);
    });
    await t.test("33 the other site learns nothing of where one came from", () => {
      assert.ok(elsewhere.requests.length > 0);
      for (const { headers } of elsewhere.requests) {
        assert.equal(headers.referer, undefined);
        assert.equal(headers.origin, undefined);
      }
    });
    await t.test("31 ten times Back shows no form and no text", async () => noWayBack(page));
    await t.test("31 nor does any address of the form", async () => {
      for (const path of ["/e/1", "/e/2", "/e/4", "/e/12", "/v", "/r"]) {
        const response = await open(page, path);
        assert.equal(response.status(), 410, path);
        await showsNothing(page);
      }
    });
  }));

  test(`32 after leaving a receipt it is gone, ${words(how)}`, async () => asVisitor(how, async ({ page, context }) => {
    const before = await drafts();
    await midway(page);
    await press(page, forward);
    await answer(page, { "contact.channel": "none" });
    await press(page, forward);
    const code = await page.locator("#code").textContent();
    await Promise.all([page.waitForURL(elsewhere.url), page.locator("main a[data-exit]").click()]);
    assert.equal(await drafts(), before);
    assert.deepEqual(await context.cookies(service.intake), []);
    await noWayBack(page, code);
  }));
}

async function noWayBack(page, ...more) {
  for (let i = 0; i < 10; i++) {
    if (await page.goBack({ timeout: 5000 }).catch(() => null) === null && page.url() === "about:blank") break;
    await showsNothing(page, ...more);
  }
}

async function showsNothing(page, ...more) {
  const { text, fields } = await page.evaluate(() => ({
    text: document.documentElement.outerHTML,
    fields: document.querySelectorAll("input:not([type=hidden]), textarea, select").length,
  }));
  for (const secret of [marker, ...more]) assert.ok(!text.includes(secret), `${page.url()} shows what was written`);
  assert.equal(fields, 0, `${page.url()} shows a form`);
}

test("the exit works while the database is away", async () => {
  await asVisitor({}, async ({ page, context }) => {
    await midway(page);
    await withoutDatabase(async () => {
      await leave(page);
      assert.deepEqual(await context.cookies(service.intake), []);
    });
  });
});

test("a page left for a while covers itself; after three minutes it asks before it shows", async () => asVisitor({}, async ({ page }) => {
  await page.clock.install();
  await midway(page);
  const away = (state) => page.evaluate((value) => {
    Object.defineProperty(document, "visibilityState", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
  const covered = () => page.locator("[data-cover]").isVisible();
  await away("hidden");
  assert.equal(await covered(), true);
  assert.equal(await page.locator("main").isVisible(), false);
  await page.clock.fastForward("02:00");
  await away("visible");
  assert.equal(await covered(), false);
  await away("hidden");
  await page.clock.fastForward("03:01");
  await away("visible");
  assert.equal(await covered(), true);
  await page.locator("[data-resume]").click();
  assert.equal(await page.locator("[name='place.child_now']").inputValue(), marker);
}));
