// What leaves the house: the directory, the preview, the agreement, the replies.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { press } from "./form.mjs";
import { idOf, logIn } from "./office.mjs";
import { age, service, sql } from "./service.mjs";

const run = promisify(execFile);

const entry = { name: "CRIP d’essai du Nord", contact: "01 99 00 12 34", source: "Site officiel d’essai" };

async function fill(page, more = {}) {
  for (const [id, value] of Object.entries({ ...entry, ...more })) await page.locator(`#${id}`).fill(value);
  await page.locator("#collectivity").selectOption("59");
}

async function* passingOn({ page }, reference) {
  await logIn(page, "coordinator");
  await page.goto(`${service.office}/annuaire`);
  yield "the directory";
  await page.goto(`${service.office}/annuaire/nouveau`);
  await page.locator("#key").fill("age1nothing");
  await press(page, "form.editing .actions button");
  yield "a new entry, wrong";
  await page.locator("#key").fill("");
  await fill(page);
  await press(page, "form.editing .actions button");
  yield "an entry to verify";
  await press(page, "#verifier");
  yield "an entry that is verified";
  const id = await idOf(reference);
  await sql(`update reports set status = 'qualified', qualification = 'concern' where id = '${id}'`);
  await page.goto(`${service.office}/dossiers/${id}`);
  yield "a report that may leave";
  await press(page, ".leaving a");
  yield "whom to send it to";
  const folded = page.locator(".sending details:not([open]) summary");
  if (await folded.count()) await folded.first().click();
  await press(page, `.choices-list li:has-text("${entry.name}") a.button >> nth=0`);
  yield "the preview";
  await press(page, "form.preparing button[value=propose]");
  yield "the preview, unread";
  for (const box of await page.locator("input[name=read]").all()) await box.check();
  await page.locator("#whole").check();
  await press(page, "form.preparing button[value=propose]");
  yield "one’s own file, to be agreed to by another";
  await sql(`update parts set author = (select id from staff where role = 'agent' order by login limit 1) where report_id = '${id}' and kind = 'transmission'`);
  await sql(`update reports set proposed_by = (select author from parts where report_id = '${id}' and kind = 'transmission') where id = '${id}'`);
  await page.reload();
  yield "a file to agree to";
  await press(page, "#validate");
  yield "a file that left";
  await page.goto(`${service.office}/suites`);
  yield "replies expected";
  await page.goto(`${service.office}/dossiers/${id}/transmission`);
  await press(page, "form.acknowledging button");
  yield "a file that arrived";
  await page.locator("#outcome-0").check();
  await press(page, "form.feeding button[type=submit]");
  yield "word of what became of it";
  await sql("update recipients set retired_at = now()");
}

/** Puts a recipient with a key into the directory, verified by one member and confirmed
    by another; returns its id. */
export async function enterKey(page, other, key) {
  await page.goto(`${service.office}/annuaire/nouveau`);
  await fill(page, { key });
  await press(page, "form.editing .actions button");
  await press(page, "#verifier");
  await other.goto(page.url());
  await other.locator("#compared").check();
  await press(other, "#confirmer");
  return new URL(page.url()).pathname.split("/").at(-1);
}

/** What a recipient gets: the sealed file is downloaded, opened by the standard tool,
    unpacked, and its document read as a reader does. */
export async function handedOver(page, key) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".sent a[href$='/age']").click()]);
  assert.match(download.suggestedFilename(), /^[0-9A-Z]{4}-[0-9A-Z]{4}\.zip\.age$/);
  const dir = await mkdtemp(path.join(os.tmpdir(), "recueil-recipient-"));
  try {
    const at = (name) => path.join(dir, name);
    await writeFile(at("key"), key, { mode: 0o600 });
    await age("-d", "-i", at("key"), "-o", at("file.zip"), await download.path());
    await run("unzip", ["-q", at("file.zip"), "-d", at("file")]);
    const forms = new Map();
    for (const found of await readdir(at("file"), { recursive: true, withFileTypes: true })) {
      const whole = path.join(found.parentPath, found.name);
      if (found.isFile()) forms.set(path.relative(at("file"), whole), await readFile(whole));
    }
    const pdf = [...forms.keys()].find((name) => name.endsWith(".pdf"));
    const { stdout } = await run("pdftotext", ["-layout", at(`file/${pdf}`), "-"]);
    return { forms, text: stdout };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Each text as a document may break it over lines. */
export const passages = (...texts) => texts.map((text) => new RegExp(text.split("").map((sign) => sign.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("\\s*")));

export const walks = { "passing on": passingOn };
