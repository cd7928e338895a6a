// What leaves the house: the directory, the preview, the agreement, the replies.

import { press } from "./form.mjs";
import { idOf, logIn } from "./office.mjs";
import { service, sql } from "./service.mjs";

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

export const walks = { "passing on": passingOn };
