// The commune: proposals while one types, namesakes to choose from, and the same
// without JavaScript.

import { test } from "node:test";
import assert from "node:assert/strict";
import { asVisitor, scripting, seen, words } from "../lib/browser.mjs";
import { answer, enter, fill, forward, press } from "../lib/form.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { visit } from "../lib/visit.mjs";

const field = "#place-commune";
const options = ".combobox [role=option]";
const said = ".combobox [role=status]";

/** A neighbour, at the page that asks where. */
async function where(page) {
  await enter(page, "relative");
  await answer(page, { danger_now: "no" });
  await answer(page, { "reporter.profile": "neighbour" });
  await answer(page, { "situation.facts": "Des cris, le soir." });
  await answer(page, { "children.0.age": "9" });
  assert.match(page.url(), /\/e\/4$/);
}

async function type(page, text) {
  await page.locator(field).fill("");
  const answered = page.waitForResponse((answer) => new URLSearchParams(answer.request().postData() ?? "").get("q") === text);
  await page.locator(field).pressSequentially(text);
  await answered;
  await page.waitForFunction((said) => document.querySelector(said).textContent !== "", said);
}

const expanded = (page) => page.locator(field).getAttribute("aria-expanded");

test("a commune is chosen by keyboard", async () => asVisitor({}, async ({ page }) => {
  await where(page);
  assert.equal(await page.locator(field).getAttribute("role"), "combobox");
  assert.equal(await expanded(page), "false");
  await type(page, "haguen");
  assert.deepEqual(await page.locator(options).allTextContents(), ["Haguenau (Bas-Rhin)"]);
  assert.equal(await page.locator(said).textContent(), "1 commune trouvée");
  assert.equal(await expanded(page), "true");
  assert.equal(await page.locator(field).getAttribute("aria-activedescendant"), null);
  await page.keyboard.press("ArrowDown");
  const active = await page.locator(field).getAttribute("aria-activedescendant");
  assert.equal(await page.locator(`#${active}`).getAttribute("aria-selected"), "true");
  await page.keyboard.press("Escape");
  assert.equal(await expanded(page), "false");
  assert.equal(await page.locator(field).inputValue(), "haguen");
  await page.keyboard.press("ArrowDown");
  await page.waitForSelector(`${options}[aria-selected=true]`);
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(field).inputValue(), "Haguenau (Bas-Rhin)");
  assert.match(page.url(), /\/e\/4$/, "Enter on a proposal sends nothing");
  await press(page, forward);
  assert.match(page.url(), /\/e\/5$/, "the commune tells its département, nothing is asked again");
}));

test("a commune is chosen by touch", async () => asVisitor({ hasTouch: true, isMobile: true }, async ({ page }) => {
  await where(page);
  await page.locator(field).tap();
  await type(page, "lyon 3");
  await page.locator(options).first().tap();
  assert.equal(await page.locator(field).inputValue(), "Lyon 3e Arrondissement (Rhône)");
  assert.equal(await page.evaluate(() => document.activeElement.id), "place-commune");
  assert.equal(await expanded(page), "false");
}));

test("a chosen département narrows the proposals", async () => asVisitor({}, async ({ page }) => {
  await where(page);
  await fill(page, { "place.department": "974" });
  await type(page, "saint-d");
  assert.deepEqual(await page.locator(options).allTextContents(), ["Saint-Denis (La Réunion)"]);
}));

test("no proposal is said, and without the network the field stays a field", async () => asVisitor({}, async ({ page, context }) => {
  await where(page);
  await type(page, "zzzz");
  assert.equal(await page.locator(said).textContent(), "Aucune commune trouvée");
  assert.equal(await expanded(page), "false");
  await context.setOffline(true);
  await page.locator(field).fill("Lille");
  await page.waitForTimeout(400);
  await context.setOffline(false);
  await fill(page, { "place.department": "59" });
  await press(page, forward);
  assert.match(page.url(), /\/e\/5$/);
}));

test("what is typed stands in no address", async () => asVisitor({}, async ({ page }) => {
  await where(page);
  await type(page, "haguenau");
  const searches = seen.answers.filter((answer) => answer.path.split("?")[0] === "/c");
  assert.ok(searches.length > 0);
  for (const { method, path, headers } of searches) {
    assert.deepEqual([method, path, headers["cache-control"], headers["set-cookie"]], ["POST", "/c", "no-store", undefined]);
  }
  assert.deepEqual(seen.answers.filter((answer) => /haguen/i.test(answer.path)), []);
}));

async function* doubts({ page }) {
  await where(page);
  await answer(page, { "place.department": "unknown", "place.commune": "Saint-Denis" });
  yield "commune: namesakes";
  await fill(page, { "place.commune.choice": "Saint-Denis (Seine-Saint-Denis)" });
  await press(page, forward);
  assert.match(page.url(), /\/e\/5$/);
  await press(page, "main .actions .is-quiet");
  assert.equal(await page.locator(field).inputValue(), "Saint-Denis (Seine-Saint-Denis)");
  await answer(page, { "place.department": "67", "place.commune": "Hagueneau" });
  yield "commune: unknown, with one like it";
  await answer(page, { "place.department": "59", "place.commune": "Haguenau" });
  yield "commune: in another département";
  await press(page, "button[name=_skip]");
  assert.match(page.url(), /\/e\/5$/);
}

for (const how of scripting) {
  test(`doubts about a commune are shown, ${words(how)}`, async (t) => asVisitor(how, async (visitor) => {
    await visit(t, visitor, doubts(visitor), { "8 and 13 axe": how.js ? axe : null, "9 valid HTML": html, "10 to 12 layout": layout });
  }));
}
