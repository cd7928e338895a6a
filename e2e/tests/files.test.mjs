// Files that go with a report: added, refused, cancelled, left behind.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { axe } from "../lib/checks/axe.mjs";
import { html } from "../lib/checks/html.mjs";
import { layout } from "../lib/checks/layout.mjs";
import { addFile, join, list, sendOn, toFiles } from "../lib/files.mjs";
import { forward, press } from "../lib/form.mjs";
import { idOf } from "../lib/office.mjs";
import { pause, sql } from "../lib/service.mjs";
import { visit } from "../lib/visit.mjs";


function picture(size) {
  const content = randomBytes(size);
  Buffer.from("ffd8ffe000104a46494600", "hex").copy(content);
  return content;
}

/** A file too large to be handed to the browser but by its path. */
async function large(name, size, use) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "recueil-e2e-file-"));
  try {
    await writeFile(path.join(folder, name), picture(size));
    return await use(path.join(folder, name));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const file = (name, buffer) => ({ name, mimeType: "application/octet-stream", buffer });

/** Adds a file that is not taken, and returns what the page says of it. */
async function refused(page, js, chosen) {
  await page.locator("input[type=file]").setInputFiles(chosen);
  if (!js) {
    await press(page, join);
    return page.locator(".field-error").textContent();
  }
  await page.locator(".is-refused small").waitFor();
  const said = await page.locator(".is-refused small").textContent();
  await page.locator(".is-refused button").first().click();
  return said;
}

const rows = async (owner) => Number((await sql(`select count(*) from attachments where complete and owner = '${owner}'`))[0][0]);
const all = async () => Number((await sql("select count(*) from attachments"))[0][0]) + Number((await sql("select count(*) from attachment_pieces"))[0][0]);

for (const how of scripting) {
  test(`19 two files go with a relative's report, ${words(how)}`, async () => asVisitor(how, async ({ page, js }) => {
    await toFiles(page);
    await addFile(page, js, file("capture.jpg", picture(1_400_000)));
    await addFile(page, js, file("lettre.pdf", Buffer.from("%PDF-1.7\nune page")));
    assert.deepEqual(await page.locator(list).allTextContents(), ["capture.jpg", "lettre.pdf"]);
    await press(page, forward);
    assert.match(page.url(), /\/e\/12$/);
    const reference = await sendOn(page);
    assert.equal(await rows(await idOf(reference)), 2);
  }));

  test(`43 each refusal says why, and the rest is kept, ${words(how)}`, async () => asVisitor(how, async ({ page, js }) => {
    await toFiles(page);
    await addFile(page, js, file("capture.jpg", picture(2000)));
    const said = new Set();
    for (const chosen of [
      file("vacances.jpg", Buffer.from("MZ\x90\0\x03\0\0\0" + "x".repeat(200), "latin1")), file("vide.jpg", Buffer.alloc(0)),
      file("dessin.svg", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")),
    ]) said.add(await refused(page, js, chosen));
    await large("film.jpg", 25_100_000, async (chosen) => said.add(await refused(page, js, chosen)));
    assert.equal(said.size, 4, [...said].join("\n"));
    assert.deepEqual(await page.locator(list).allTextContents(), ["capture.jpg"]);
    await page.locator("[data-list] button[name=file]").click();
    await page.locator("[data-none]").waitFor();
    assert.equal(await rows(await idOf(await sendOn(page))), 0);
  }));
}

test("45 a cancelled upload leaves nothing", async () => asVisitor({}, async ({ page, context }) => large("film.jpg", 20_000_000, async (film) => {
  await toFiles(page);
  const before = await all();
  const slow = await context.newCDPSession(page);
  await slow.send("Network.emulateNetworkConditions", { offline: false, latency: 20, downloadThroughput: 1e6, uploadThroughput: 1e6 });
  await page.locator("input[type=file]").setInputFiles(film);
  while (await all() < before + 2) await pause(100); // the file, and a piece of it
  await page.locator(".is-sending button").first().click();
  await page.locator("[data-none]").waitFor();
  for (let tries = 0; await all() !== before; tries++) {
    assert.ok(tries < 50, "rows are left");
    await pause(100);
  }
})));

test("who goes on while a file is on its way is told when it breaks off, and decides again", async () => asVisitor({}, async ({ page }) => {
  await toFiles(page);
  let breakOff;
  const held = new Promise((resolve) => { breakOff = resolve; });
  await page.route("**/f", async (route) => { await held; await route.abort(); });
  await page.locator("input[type=file]").setInputFiles(file("capture.jpg", picture(2000)));
  await page.locator(".is-sending").waitFor();
  await page.locator(forward).click();
  breakOff();
  await page.locator(".is-refused small").waitFor();
  await pause(300);
  assert.match(page.url(), /\/e\/11$/);
  await page.unroute("**/f");
  await page.locator(".is-refused button:visible").last().click(); // again
  await page.locator("[data-list] button[name=file]").waitFor();
  assert.equal(await rows(await idOf(await sendOn(page))), 1);
}));

test("32 leaving deletes the files at once", async () => asVisitor({}, async ({ page, js }) => {
  const before = await all();
  await toFiles(page);
  await addFile(page, js, file("capture.jpg", picture(1_400_000)));
  assert.ok(await all() > before);
  await page.locator("a[data-exit]").first().click();
  for (let tries = 0; await all() !== before; tries++) {
    assert.ok(tries < 50, "rows are left");
    await pause(100);
  }
}));

// Walks the page in English: with nothing on it, with a file, and with one refused.
async function* inEnglish({ page, js }) {
  await toFiles(page);
  await press(page, "button[name=_lang][value=en]");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  yield "files in English";
  await addFile(page, js, file("letter.pdf", Buffer.from("%PDF-1.7\na page")));
  yield "files in English/one added";
  await page.locator("input[type=file]").setInputFiles(file("a.exe", Buffer.from("MZ and the rest of a program")));
  await page.locator(".is-refused small").waitFor();
  yield "files in English/one refused";
}

test("the page of the files in English", (t) => asVisitor({ js: true }, (visitor) => visit(t, visitor, inEnglish(visitor), { axe, html, layout })));
