// The main job: what is told on a phone is read in the back office, equal to the
// last character, and lies in the database as age files that one key opens.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import assert from "node:assert/strict";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { answer, enter, forward, open, press } from "../lib/form.mjs";
import { idOf, logIn, openReport } from "../lib/office.mjs";
import { age, service, sql } from "../lib/service.mjs";

// What breaks what is carelessly built: markup, templates, emoji of several code
// points, marks that turn the direction of writing, combining and wide characters,
// tabs, blank lines, quotes.
const pieces = ["<script>alert(1)</script> ", "{{.Secret}} ${x} ", "👩‍👧‍👦 🏳️‍🌈 ", "\u202Eà l’envers\u202C \u2066isolé\u2069\u200F ", "e\u0301 é ", "漢字 𝒳 ", "\ttabulation\n\n", "\"l'apostrophe\" & &amp; <b> ", "عربي ", "\u00A0fin\u2028suite "];

/** A text of exactly this many code points, none of it like the rest. */
function story(length) {
  let text = "";
  for (let i = 0; [...text].length < length; i++) text += `${i} ${pieces[i % pieces.length]}`;
  // Its last character is none that trimming takes.
  return [...text].slice(0, length - 1).join("") + "☂";
}

const ways = {
  "the short form": async (page, text) => {
    await open(page, "/");
    await press(page, "main a[href='/d']");
    await press(page, "main a[href='/m']");
    await answer(page, { "short.where": "12 rue de l’Exemple 🏠", "short.who": "Camille <i>& co</i>", "short.story": text, "short.callback": "01 99 00 12 34, le soir" });
    return { "short.where": "12 rue de l’Exemple 🏠", "short.who": "Camille <i>& co</i>", "short.callback": "01 99 00 12 34, le soir" };
  },
  "the young person’s way": async (page, text) => {
    await enter(page, "self");
    await answer(page, { danger_now: "no" });
    await answer(page, { "situation.young_ticks": ["suicidal_thoughts"], "situation.story": text });
    await answer(page, { "place.department": "974", "children.0.age": "13", "place.child_now": "chez mémé {{.}} ‮abc" });
    await answer(page, { "contact.channel": "sms", "contact.value": "06 39 98 12 34", "contact.safe_hours": "après 17 h", "contact.alias": "Lou 🐈" });
    await press(page, forward);
    return { "place.child_now": "chez mémé {{.}} ‮abc", "contact.value": "06 39 98 12 34", "contact.alias": "Lou 🐈" };
  },
};

for (const how of scripting) {
  for (const [name, send] of Object.entries(ways)) {
    test(`${name} is read as it was told, ${words(how)}`, async (t) => {
      const text = story(10_000);
      let reference;
      let told;
      await asVisitor(how, async ({ page }) => {
        told = await send(page, text);
        assert.match(page.url(), /\/r$/);
        reference = await page.locator("#reference").textContent();
        assert.match(await page.locator("#code").textContent(), /^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/);
      });
      await t.test("24 in the back office, to the last character", async () => asVisitor({ ...how, width: 1280, height: 800 }, async ({ page }) => {
        await logIn(page);
        await openReport(page, reference);
        const shown = await page.locator(".told").allTextContents();
        assert.ok(shown.includes(text), `the story is not among ${shown.length} texts shown; the nearest differs ${firstDifference(shown, text)}`);
        const everything = await page.locator("main").textContent();
        for (const [field, value] of Object.entries(told)) assert.ok(everything.includes(value), `${field} is not shown as it was typed`);
        assert.equal(await page.locator('main script:not([src^="/static/"])').count(), 0);
      }));
      await t.test("in the database as age files, which the team’s key opens and no other", async () => opensWithTheTeamKeyOnly(await idOf(reference), text));
    });
  }
}

function firstDifference(texts, wanted) {
  const [nearest = ""] = [...texts].sort((a, b) => Math.abs(a.length - wanted.length) - Math.abs(b.length - wanted.length));
  let at = 0;
  while (at < wanted.length && nearest[at] === wanted[at]) at++;
  return `at ${at} of ${wanted.length}: ${JSON.stringify(nearest.slice(at, at + 20))} for ${JSON.stringify(wanted.slice(at, at + 20))}`;
}

async function opensWithTheTeamKeyOnly(id, text) {
  const bodies = await sql(`select encode(body, 'hex') from report_grants where report_id = '${id}'`);
  assert.equal(bodies.length, 1);
  const body = Buffer.from(bodies[0][0], "hex");
  assert.ok(body.subarray(0, 22).equals(Buffer.from("age-encryption.org/v1\n")), "the body does not begin as an age file");
  assert.ok(!body.includes(Buffer.from(text.slice(0, 40))), "the text stands in the body");
  const dir = await mkdtemp(path.join(os.tmpdir(), "recueil-age-"));
  try {
    const file = path.join(dir, "body.age");
    await writeFile(file, body);
    const report = JSON.parse(await age("--decrypt", "--identity", service.team_identity_file, file));
    assert.equal(report.format, "recueil.report/1");
    assert.equal(report.id, id);
    assert.ok(JSON.stringify(report).includes(JSON.stringify(text).slice(1, -1)), "the opened body holds another text");
    const other = path.join(dir, "other.txt");
    await writeFile(other, await age.keygen());
    await assert.rejects(age("--decrypt", "--identity", other, file), /no identity matched/);
  } finally {
    await rm(dir, { recursive: true });
  }
}
