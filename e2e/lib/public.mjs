// Every page of the public side in every state it can be in. A walk takes one
// visitor through some of them and stops at each, so that a test can look.

import { elsewhere, service, sql, withoutDatabase } from "./service.mjs";
import { asVisitor } from "./browser.mjs";
import { addFile, join } from "./files.mjs";
import { answer, enter, fill, follow, forward, open, press } from "./form.mjs";
import { logIn, openReport, writeToReporter } from "./office.mjs";

const tooLong = "x".repeat(50_001);
const leaving = { "contact.channel": "none" };

/** Sends the page's form whatever its buttons say, as a tampered page would. */
async function force(page, change) {
  const arrived = page.waitForEvent("domcontentloaded");
  await Promise.all([arrived, page.evaluate(change)]);
  await page.waitForLoadState();
}

/** The young person's short way, up to the receipt. */
async function* young({ page }, door, name) {
  await open(page, "/");
  await press(page, `button[name=door][value=${door}]`);
  yield `${name}: before telling`;
  await press(page, "main a.button");
  yield `${name}: danger`;
  await press(page, forward);
  yield `${name}: danger, asked once more`;
  await answer(page, { danger_now: "yes" });
  yield `${name}: numbers`;
  await press(page, "main a[href='/m']");
  yield `${name}: short form`;
  await follow(page, "/d");
  await press(page, "main a[href^='/e/']");
  yield `${name}: tell`;
  await answer(page, { "situation.young_ticks": ["someone_gains_from_me"], "situation.story": tooLong });
  yield `${name}: tell, too long`;
  await answer(page, { "situation.story": "Une phrase suffit." });
  yield `${name}: where`;
  await press(page, forward);
  yield `${name}: where, asked once more`;
  await answer(page, { "place.department": "59", "children.0.age": "14", "place.child_now": "chez moi" });
  yield `${name}: exploitation`;
  await answer(page, { "exploitation.handles.0.platform": "un réseau" });
  yield `${name}: contact`;
  await answer(page, { "contact.channel": "phone" });
  yield `${name}: contact, without a number`;
  await answer(page, { "contact.value": "12" });
  yield `${name}: contact, a number that is none`;
  await press(page, "button[name=_skip]");
  yield `${name}: check`;
  await press(page, "main a.button.is-second");
  yield `${name}: more, what`;
  await answer(page, { "situation.dangers": ["physical_violence"], "reporter.last_seen_on": { day: "31", month: "février", year: "2024" } });
  yield `${name}: more, a day that is none`;
  await press(page, "button[name=_skip]");
  yield `${name}: more, child`;
  await press(page, "button[name=_add]");
  yield `${name}: more, two children`;
  await press(page, forward);
  yield `${name}: more, persons`;
  await press(page, forward);
  while (!page.url().endsWith("/v")) await press(page, forward);
  yield `${name}: check, whole`;
  await press(page, "main dl a[href='/e/2?m=1']");
  yield `${name}: tell, to change`;
  await press(page, forward);
  await press(page, forward);
  yield `${name}: receipt`;
}

/** A relative's or a professional's way, page by page. */
async function* adult({ page }, door, name) {
  await enter(page, door);
  const answers = {
    13: { "reporter.profile": door === "professional" ? "professional" : "neighbour" }, 1: { danger_now: "no" },
    2: { "situation.facts": "Des cris, le soir, plusieurs fois par semaine.", "reporter.knowledge": ["heard"] },
    3: { "children.0.first_name": "Camille", "children.0.last_name": "Exemple", "children.0.age": "9" }, 4: { "place.department": "59" },
    5: { "situation.dangers": ["sexual_exploitation"] }, 12: leaving,
  };
  for (let steps = 0; !page.url().endsWith("/v"); steps++) {
    if (steps > 20) throw new Error(`${name}: no end at ${page.url()}`);
    const number = new URL(page.url()).pathname.slice(3);
    yield `${name}: step ${number}`;
    await answer(page, answers[number] ?? {});
    if (await page.locator("button[name=_skip]").count()) {
      yield `${name}: step ${number}, asked once more`;
      await press(page, "button[name=_skip]");
    }
  }
  yield `${name}: check`;
  await press(page, forward);
  yield `${name}: receipt`;
}

async function* shortForm({ page }) {
  await open(page, "/d");
  yield "short: numbers";
  await press(page, "main a[href='/m']");
  yield "short: form";
  await press(page, forward);
  yield "short: nothing said";
  await answer(page, { "short.where": "x".repeat(501), "short.story": tooLong });
  yield "short: too long";
  await force(page, () => { document.querySelector("[name=_token]").value = "faux"; document.querySelector("main form").submit(); });
  yield "short: forged token";
  await answer(page, { "short.where": "Lille, près de la gare", "short.story": "Il a une arme." });
  yield "short: receipt";
}

/** The mailbox of a code: from the receipt in its other shapes to what is sent there. */
async function* mailbox({ page, js }) {
  await enter(page, "self");
  for (const answers of [{ danger_now: "no" }, { "situation.story": "Une phrase." }, { "place.department": "59" }, leaving]) await answer(page, answers);
  await fill(page, { word: "Étoile de mer" });
  yield "mailbox: check, a word chosen";
  await press(page, forward);
  yield "mailbox: receipt, with a word";
  const code = await page.locator("#code").textContent();
  const reference = await page.locator("#reference").textContent();
  await press(page, "main a[href='/r?c=1']");
  yield "mailbox: the card alone";
  await open(page, "/b");
  yield "mailbox: where a code is typed";
  await press(page, forward);
  yield "mailbox: no code";
  await answer(page, { code: "7KQ4-M2XB" });
  yield "mailbox: a code with a mistake";
  await answer(page, { code, word: "Prune" });
  yield "mailbox: another word";
  await answer(page, { code, word: "etoile de mer" });
  yield "mailbox: nothing written yet";
  await asVisitor({ width: 1280 }, async (staff) => {
    await logIn(staff.page);
    await openReport(staff.page, reference);
    await writeToReporter(staff.page, "Bonjour,\nà quelle heure peut-on te parler ?");
    await writeToReporter(staff.page, "Merci d’avoir écrit. Nous restons là.", { asks: false, files: true });
  });
  await sql(`update messages set sequence = 4 where sequence = 2`);
  await open(page, "/b/1");
  yield "mailbox: opened from the history";
  await press(page, "main a[href='/b/1']");
  yield "mailbox: a question, and messages that cannot be shown";
  await sql(`update messages set sequence = 2 where sequence = 4`);
  await press(page, "button[name=_send][value^=answer]");
  yield "mailbox: nothing answered";
  await fillAnswer(page, "Après 17 h.");
  await press(page, "button[name=_send][value^=answer]");
  yield "mailbox: answered";
  await follow(page, "/b/3");
  yield "mailbox: files to send";
  const file = (content) => ({ name: "lettre.pdf", mimeType: "", buffer: Buffer.from(content) });
  if (js) await page.locator("input[type=file]").setInputFiles(file("MZ, a program"));
  else await press(page, join);
  await page.locator(".is-refused small, .field-error").first().waitFor();
  yield "mailbox: a file refused";
  if (js) await page.locator(".is-refused button").first().click();
  await addFile(page, js, file("%PDF-1.7"));
  yield "mailbox: a file added";
  await press(page, "main .actions a.is-quiet");
  await fill(page, { text: tooLong });
  await press(page, "button[name=_send][value=text]");
  yield "mailbox: too long";
  await fill(page, { text: "Il est revenu." });
  await press(page, "button[name=_send][value=text]");
  yield "mailbox: added, and said to be read";
  await follow(page, "/b/2?w=1");
  yield "mailbox: to be reached";
  await force(page, () => { document.querySelector("[name=wish]:checked").checked = false; document.querySelector("main form").submit(); });
  yield "mailbox: to be reached, nothing chosen";
  await answer(page, { wish: "call_back", "contact.channel": "phone", "contact.value": "12" });
  yield "mailbox: to be reached, a number that is none";
  await press(page, "button[name=_skip]");
  yield "mailbox: to be reached, sent";
  await withoutDatabase(async () => {
    await fill(page, { text: "Pendant la panne." });
    await force(page, () => {
      const button = document.querySelector("button[name=_send][value=text]");
      const carrier = Object.assign(document.createElement("input"), { type: "hidden", name: "_send", value: button.value });
      button.form.append(carrier);
      HTMLFormElement.prototype.submit.call(button.form);
    });
  });
  yield "mailbox: sent without the database";
  await press(page, "main a[href='/b/1']");
  await fill(page, { text: "Ce texte reste." });
  await sql("delete from drafts");
  await press(page, "button[name=_send][value=text]");
  yield "mailbox: closed meanwhile, the text kept";
}

async function fillAnswer(page, text) {
  await page.locator("main .message textarea").first().fill(text);
}

/** What somebody finds who comes back, starts again, or has nothing to send. */
async function* comingBack({ page }) {
  await enter(page, "self");
  for (const answers of [{ danger_now: "no" }, {}, { "place.department": "59" }, leaving]) await answer(page, answers);
  yield "back: check, nothing to send";
  await force(page, () => { const form = document.createElement("form"); form.method = "post"; form.action = "/v"; document.body.append(form); form.submit(); });
  yield "back: check, sent with nothing";
  await open(page, "/e/2");
  yield "back: from the history";
  await open(page, "/");
  await press(page, "button[name=door][value=young_for_other]");
  yield "back: another door";
  await press(page, "button[name=door]");
  yield "back: started over";
}

async function* twoTabs({ page, context }) {
  await enter(page, "self");
  await answer(page, { danger_now: "no" });
  const other = await context.newPage();
  await open(other, "/a");
  await press(other, "main a.button");
  await answer(other, { "situation.story": "Écrit dans l’autre onglet." });
  await other.close();
  await answer(page, { "situation.story": "Écrit ici." });
  yield "two tabs: both texts";
  await press(page, forward);
  for (const answers of [{ "place.department": "59" }, leaving]) await answer(page, answers);
  await press(page, forward);
  await page.goBack();
  await force(page, () => document.querySelector("main form")?.submit() ?? location.replace("/r"));
  yield "two tabs: sent already";
}

/** What goes wrong, each with a page of its own. */
async function* wrong({ page, context }) {
  await open(page, "/nulle-part");
  yield "wrong: no such page";
  await open(page, "/");
  await force(page, () => { const door = document.querySelector("button[name=door]"); door.value = "fausse"; door.click(); });
  yield "wrong: no such door";
  await open(page, "/e/1");
  yield "wrong: no draft";
  await page.goto(elsewhere.url);
  await force(page, `const form = document.createElement("form"); form.method = "post"; form.action = "${service.intake}/"; document.body.append(form); form.submit();`);
  yield "wrong: sent from another site";
  await enter(page, "self");
  await answer(page, { danger_now: "no" });
  await force(page, () => { document.querySelector("[name=_base]").value = "é".repeat(3_000_000); document.querySelector("main form").submit(); });
  yield "wrong: too large";
  await goOn(page);
  await force(page, () => { const form = document.querySelector("main form"); form.enctype = "multipart/form-data"; form.submit(); });
  yield "wrong: another content type";
  await goOn(page);
  await force(page, () => { const tick = document.querySelector("[type=checkbox]"); tick.value = "inconnu"; tick.checked = true; document.querySelector("main form").submit(); });
  yield "wrong: an unknown answer";
  await withoutDatabase(async () => {
    await fill(page, { "situation.story": "Ce texte reste." });
    await force(page, () => document.querySelector("main form").submit());
  });
  yield "wrong: no database, the text kept";
  await withoutDatabase(() => open(page, "/v"));
  yield "wrong: no database";
  await goOn(page);
  await press(page, "main .actions .is-quiet");
  const cookies = await context.cookies();
  await context.addCookies(cookies.map((cookie) => ({ ...cookie, value: cookie.value.replace(/^./, (c) => (c === "A" ? "B" : "A")) })));
  await answer(page, { "situation.story": "Ce texte reste aussi." });
  yield "wrong: forged cookie, the text kept";
}

/** To the first page without an answer. */
async function goOn(page) {
  await open(page, "/a");
  await press(page, "main a.button");
}

async function* information({ page }) {
  await open(page, "/");
  yield "home";
  await press(page, "main a[href='/a']");
  yield "before telling";
  for (const name of ["aide", "confidentialite", "mentions", "accessibilite"]) {
    await press(page, `.footer a[href='/p/${name}']`);
    yield `information: ${name}`;
  }
}

export const walks = {
  information,
  "young, for oneself": (visitor) => young(visitor, "self", "young"),
  "young, for a friend": (visitor) => young(visitor, "young_for_other", "friend"),
  "short form": shortForm,
  relative: (visitor) => adult(visitor, "relative", "relative"),
  professional: (visitor) => adult(visitor, "professional", "professional"),
  "coming back": comingBack,
  "two tabs": twoTabs,
  mailbox,
  "gone wrong": wrong,
};
