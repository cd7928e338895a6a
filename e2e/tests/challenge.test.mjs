// The proof of work, which nobody sees, and the captcha, which few do.

import { test } from "node:test";
import assert from "node:assert/strict";
import { asVisitor, scripting, seen, words } from "../lib/browser.mjs";
import { answer, enter, forward, press } from "../lib/form.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { visit } from "../lib/visit.mjs";
import { sql } from "../lib/service.mjs";

/** A young person, at the check page: not urgent, so that a captcha may be asked. */
async function toCheck(page) {
  await enter(page, "self");
  await answer(page, { danger_now: "no" });
  await answer(page, { "situation.story": "Le soir, il crie." });
  await answer(page, { "place.department": "59", "children.0.age": "14" });
  await answer(page, { "contact.channel": "none" });
  assert.match(page.url(), /\/v$/);
}

/** What a machine does: fills in every field there is. */
async function fallIntoTrap(page) {
  const arrived = page.waitForURL(/\/q$/);
  await page.evaluate(() => {
    document.querySelector("#site").value = "https://example.com";
    document.querySelector("main form .actions button:not([name])").click();
  });
  await arrived;
}

test("a browser works while its page is read", async () => asVisitor({}, async ({ page }) => {
  await toCheck(page);
  const proof = page.locator("input[name=_work]");
  await page.waitForFunction(() => document.querySelector("input[name=_work]").value !== "", null, { timeout: 3000 });
  assert.match(await proof.inputValue(), /^\d+$/);
  const sent = page.waitForRequest((request) => request.method() === "POST");
  await page.locator(forward).click();
  assert.match((await sent).postData(), /_work=\d+/);
  await page.waitForURL(/\/r$/);
}));

test("without a worker the report is sent all the same", async () => asVisitor({}, async ({ page, context }) => {
  await context.addInitScript(() => { window.Worker = class { constructor() { throw new Error("none here"); } }; });
  await toCheck(page);
  await press(page, forward);
  assert.match(page.url(), /\/r$/);
}));

test("no other script passes for our worker", async () => asVisitor({ provokes: /trusted-types|TrustedScriptURL/ }, async ({ page }) => {
  await toCheck(page);
  const started = await page.evaluate(() => {
    try {
      return Boolean(new Worker(document.querySelector("[data-work]").dataset.work));
    } catch {
      return false;
    }
  });
  assert.equal(started, false, "an address that passed no policy starts a worker");
}));

async function* states({ page, js }) {
  await toCheck(page);
  if (js) await fallIntoTrap(page);
  else {
    await page.locator("#site").fill("https://example.com", { force: true });
    await press(page, forward);
  }
  assert.match(page.url(), /\/q$/);
  yield "captcha";
  await press(page, forward);
  yield "captcha: empty";
  await answer(page, { digits: "bonjour" });
  yield "captcha: letters";
  await answer(page, { digits: "0", answer: "beaucoup" });
  yield "captcha: both unreadable";
  await answer(page, { digits: "", answer: "19" === (await solution()) ? "18" : "19" });
  yield "captcha: wrong";
}

const solution = async () => String(await sql("select solution from captchas order by expires_at desc limit 1")).trim();

for (const how of scripting) {
  test(`the captcha, ${words(how)}`, async (t) => {
    await asVisitor(how, async (visitor) => visit(t, visitor, states(visitor), { "8 and 13 axe": how.js ? axe : null, "9 valid HTML": html, "10 to 12 layout": layout }));
  });
}

test("48 the captcha is heard in French, again and again, and never by itself", async () => asVisitor({}, async ({ page }) => {
  const loaded = [];
  page.on("request", (request) => { if (request.url().includes(".wav")) loaded.push(request.url()); });
  await toCheck(page);
  await fallIntoTrap(page);
  await page.waitForTimeout(300);
  assert.deepEqual(loaded, [], "the recording is loaded before anybody asks");
  for (let times = 0; times < 2; times++) {
    const heard = await page.locator("audio").evaluate(async (audio) => {
      audio.currentTime = 0;
      await audio.play();
      await new Promise((resolve) => audio.addEventListener("timeupdate", () => audio.currentTime > 0.2 && resolve()));
      audio.pause();
      return audio.duration;
    });
    assert.ok(heard > 5 && heard < 16, `it lasts ${heard} s`);
  }
  assert.match(loaded[0], /\.fr\.wav/);
}));

test("Enter sends the answer", async () => asVisitor({}, async ({ page }) => {
  await toCheck(page);
  await fallIntoTrap(page);
  await page.locator("#answer").fill(await solution());
  const arrived = page.waitForURL(/\/r$/);
  await page.locator("#answer").press("Enter");
  await arrived;
}));
