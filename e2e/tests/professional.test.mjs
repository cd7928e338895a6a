// A professional: all questions on one page or step by step, a copy before sending,
// an attestation after it, and the page on which it is verified.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { answer, enter, fill, forward, open, press, typed } from "../lib/form.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { contrast } from "../lib/checks/contrast.mjs";
import { exit } from "../lib/checks/exit.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { privacy } from "../lib/checks/privacy.mjs";
import { structure } from "../lib/checks/structure.mjs";
import { visit } from "../lib/visit.mjs";

const toWhole = "button[name=_view][value=whole]";
const toSteps = "button[name=_view][value=steps]";
const atWhole = /\/e\/tout(#.*)?$/;

async function whole(page) {
  await enter(page, "professional");
  await press(page, toWhole);
  assert.match(page.url(), atWhole);
}

const told = {
  danger_now: "no", "reporter.profile": "professional", "reporter.knowledge": ["seen", "child_confided"], "reporter.last_seen_on": "today",
  "situation.facts": "Depuis trois semaines, Camille arrive sans manteau.\nLundi, un bleu sur l’avant-bras. 🧣", "situation.dangers": ["gross_neglect"],
  "children.0.first_name": "Camille", "children.0.last_name": "Exemple", "children.0.age": "9", "place.department": "59", "suspects.0.has_access_now": "yes",
  "professional.name": "Dominique Exemple", "professional.role": "Professeure des écoles", "professional.sector": "education",
  "professional.organisation": "École des Tilleuls", "professional.work_phone": "01 99 00 12 34", "professional.work_email": "d.exemple@exemple.invalid",
  "professional.parents_informed": "no_other", "contact.channel": "none",
};

async function* states({ page }) {
  await enter(page, "professional");
  yield "professional: step 1, with the way to one page";
  await press(page, toWhole);
  yield "whole: empty";
  await press(page, forward);
  yield "whole: asked once more";
  await fill(page, { "situation.facts": "x".repeat(50_001), "children.0.school": "0590001A", "situation.dangers": ["sexual_exploitation"] });
  await press(page, "button[name=_add][value=children]");
  yield "whole: refused, with two children and one more part";
  await fill(page, told);
  await press(page, forward);
  yield "whole: a school code that is none";
  await press(page, "button[name=_skip]");
  yield "whole: check";
  await press(page, forward);
  yield "whole: receipt, with its attestation";
  await press(page, "a[href='/r?a=1']");
  yield "attestation alone";
  const [reference, digest] = await page.locator(".attestation dd").allInnerTexts().then((lines) => [lines[0], lines[2]]);
  await press(page, ".attestation a[href='/x']");
  yield "verification";
  await press(page, forward);
  yield "verification: nothing said";
  await answer(page, { reference, digest: digest.replace(/\s+/g, " ").slice(0, 19) });
  assert.match(await page.locator(".notice").innerText(), /^Oui, reçu le /);
  yield "verification: yes";
  await answer(page, { reference, digest: "0123 4567 89ab cdef" });
  assert.equal(await page.locator(".notice").innerText(), "Non.");
  yield "verification: no";
}

for (const how of scripting) {
  test(`the professional’s own pages, ${words(how)}`, async (t) => asVisitor(how, async (visitor) => {
    await visit(t, visitor, states(visitor), {
      "8 and 13 axe": how.js ? axe : null,
      "9 valid HTML": html,
      "10 to 12 layout": layout,
      "13 contrast of controls": contrast,
      "15 headings and titles": structure(),
      "29 the exit": exit,
      "34 to 36 what stays behind": privacy,
    });
  }));

  test(`the view changes both ways and keeps everything, ${words(how)}`, async () => asVisitor(how, async ({ page }) => {
    await whole(page);
    await fill(page, told);
    await press(page, "button[name=_add][value=children]");
    await page.waitForURL(/#children-1$/);
    await fill(page, { "children.1.first_name": "Lou" });
    const before = await typed(page);
    await press(page, toSteps);
    assert.doesNotMatch(page.url(), atWhole);
    assert.equal(await page.locator(".error-summary").count(), 0, "nothing is asked back");
    await open(page, "/a");
    await press(page, "main a.button");
    assert.match(page.url(), /\/e\/7$/, "the first step of which nothing was told");
    await fill(page, { "urgency_signs": ["recent_worsening"] });
    await press(page, toWhole);
    assert.match(page.url(), /#partie-7$/, "the same part is there");
    const after = await typed(page);
    assert.deepEqual(after.urgency_signs, ["recent_worsening"]);
    delete after.urgency_signs;
    assert.deepEqual(after, before);
  }));

  test(`what one removes or adds stays in its place, ${words(how)}`, async () => asVisitor(how, async ({ page }) => {
    await whole(page);
    for (const n of [1, 2]) {
      await press(page, "button[name=_add][value=children]");
      await page.waitForURL(new RegExp(`#children-${n}$`));
    }
    await fill(page, { "children.1.first_name": "Lou", "children.2.first_name": "Max" });
    await press(page, "button[name=_remove][value='children.1']");
    await page.waitForURL(/#children-1$/);
    await page.waitForFunction(() => document.querySelector("[name='children.1.first_name']")?.value === "Max");
    if (how.js) await page.waitForFunction(() => document.activeElement.id === "children-1");
    const box = await page.locator("#children-1").boundingBox();
    assert.ok(box.y >= 0 && box.y < 740, `the item is at ${box.y}`);
  }));
}

test("the copy is a document, and the attestation prints without the code", async () => asVisitor({ width: 1280 }, async ({ page }) => {
  await whole(page);
  await answer(page, { ...told, "situation.facts": "Chaque matin, la même scène devant la grille. ".repeat(200) });
  assert.match(page.url(), /\/v$/);
  const notice = page.locator(".copy");
  assert.equal(await notice.isVisible(), false);
  await page.emulateMedia({ media: "print" });
  assert.match(await notice.innerText(), /^Copie, pas encore envoyée\s+Service d’écoute · Copie faite le \d+ \S+ \d{4} à /);
  for (const kept of ["button", "a", "h1", ".top", ".footer", "form"]) {
    for (const element of await page.locator(`body ${kept}`).all()) assert.equal(await element.isVisible(), false, `${kept} is printed: ${await element.textContent()}`);
  }
  const paper = await page.evaluate(() => document.querySelector("main").innerText);
  for (const line of ["Dominique Exemple", "la même scène devant la grille", "École des Tilleuls"]) assert.ok(paper.includes(line), line);
  await page.emulateMedia({ media: "screen" });
  await press(page, forward);
  const code = await page.locator("#code").innerText();
  await press(page, "a[href='/r?a=1']");
  await page.emulateMedia({ media: "print" });
  const proof = await page.evaluate(() => document.body.innerText);
  assert.ok(!proof.includes(code) && !proof.includes("Camille"), proof);
  assert.match(proof, /([0-9a-f]{4}\s+){15}[0-9a-f]{4}/);
  assert.equal(await page.locator("button").first().isVisible(), false);
}));

// How long it takes somebody who types forty words a minute, presses other keys four
// times a second, and reads everything on the page that is not folded away.
const seconds = { character: 0.3, key: 0.25, word: 60 / 300 };
const limit = 600;

test(`the whole form by keyboard alone, in less than ten minutes`, async (t) => asVisitor({ width: 1280, height: 800 }, async ({ page }) => {
  await whole(page);
  const text = await page.evaluate(() => document.querySelector("main").innerText);
  let spent = text.split(/\s+/).length * seconds.word;
  let keys = 0;
  const hit = async (key) => {
    await page.keyboard.press(key);
    spent += seconds.key;
    keys++;
  };
  const write = async (words) => {
    await page.keyboard.insertText(words);
    spent += words.length * seconds.character;
  };
  const focused = () => page.evaluate(() => [document.activeElement.name ?? "", document.activeElement.type ?? "", document.activeElement.value ?? ""]);
  const facts = "Depuis trois semaines, Camille arrive le matin sans manteau et dit ne pas avoir dîné. Lundi, j’ai vu un bleu sur son avant-bras. "
    + "Camille dit être tombée, puis ne veut plus en parler. Sa mère ne répond plus aux mots du cahier depuis la rentrée. ";
  const answers = { ...told, "situation.facts": facts.repeat(2) };
  const left = new Map(Object.entries(answers).map(([name, value]) => [name, [value].flat()]));
  for (let stops = 0; left.size; stops++) {
    assert.ok(stops < 400, `never reached: ${[...left.keys()]}`);
    await hit("Tab");
    const [name, type, value] = await focused();
    const wanted = left.get(name);
    if (!wanted) continue;
    switch (type) {
      case "radio": {
        await hit("Space");
        for (let turns = 0; (await focused())[2] !== wanted[0]; turns++) {
          assert.ok(turns < 30, `${name} has no ${wanted[0]}`);
          await hit("ArrowDown");
        }
        left.delete(name);
        break;
      }
      case "checkbox":
        if (wanted.includes(value)) await hit("Space");
        if (wanted.at(-1) === value) left.delete(name);
        break;
      case "select-one":
        for (let turns = 0; (await focused())[2] !== wanted[0]; turns++) {
          assert.ok(turns < 120, `${name} has no ${wanted[0]}`);
          await hit("ArrowDown");
        }
        left.delete(name);
        break;
      default:
        await write(wanted[0]);
        left.delete(name);
    }
  }
  for (let stops = 0; !(await page.evaluate((forward) => document.activeElement.matches(forward), forward)); stops++) {
    assert.ok(stops < 60, "the button is never reached");
    await hit("Tab");
  }
  await Promise.all([page.waitForEvent("domcontentloaded"), hit("Enter")]);
  await page.waitForLoadState();
  assert.match(page.url(), /\/v$/, await page.locator(".error-summary").allInnerTexts().then(String));
  t.diagnostic(`${Math.round(spent)} s: ${keys} keys, ${text.split(/\s+/).length} words to read`);
  assert.ok(spent < limit, `it takes ${Math.round(spent)} s`);
  await press(page, forward);
  assert.match(page.url(), /\/r$/);
}));
