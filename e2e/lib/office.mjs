// The back office: logging in, finding a report, and every page in every state.

import { press } from "./form.mjs";
import { service, sql } from "./service.mjs";

/** The first demo member of a role. */
export const member = (role) => service.staff.find((each) => each.role === role);

export async function logIn(page, role = "agent", path = "/connexion") {
  const { login, passphrase } = member(role);
  await page.goto(service.office + path);
  await page.locator("#login").fill(login);
  await page.locator("#passphrase").fill(passphrase);
  await press(page, "main form button:not([type=button])");
}

/** The id of the report with this reference. */
export async function idOf(reference) {
  const [[id]] = await sql(`select id from reports where reference = '${reference.replaceAll("-", "")}'`);
  return id;
}

/** Opens the report with this reference on the listener's screen. */
export async function openReport(page, reference) {
  await page.goto(`${service.office}/dossiers/${await idOf(reference)}`);
}

const closeButton = "main form.closing button:not([formaction])";

/** The screens of a listener, from the log-in to a closed report. */
async function* listener({ page }, reference) {
  await page.goto(`${service.office}/file`);
  yield "log-in, asked for";
  await page.locator("#login").fill("personne");
  await page.locator("#passphrase").fill("ne va pas");
  await press(page, "main form button");
  yield "log-in, refused";
  await logIn(page);
  yield "queue";
  for (const [i, view] of (await page.locator(".filters a").evaluateAll((links) => links.map((link) => link.href))).entries()) {
    await page.goto(view);
    yield `queue, view ${i + 1}`;
  }
  await openReport(page, reference);
  yield "report, new";
  await press(page, "main [data-claim]");
  yield "report, claimed";
  await press(page, closeButton);
  yield "report, closed without a reason";
  await page.locator("[name=qualification]").first().check();
  await page.locator("[name=reason]").fill("Conseils donnés, <b>orientation</b> vers un point d’accueil.");
  await press(page, closeButton);
  yield "queue, after closing";
  await openReport(page, reference);
  yield "report, closed";
  await page.goto(`${service.office}/dossiers/00000000-0000-0000-0000-000000000000`);
  yield "report, not there";
  await page.goto(`${service.office}/nulle-part`);
  yield "no such page";
  await page.goto(`${service.office}/file`);
  await press(page, "form[action='/deconnexion'] button");
  yield "log-in, after leaving";
}

/** What a listener sees whose report was damaged in the database, held by a
    colleague, or whose session ended. */
async function* troubles({ page, context }, reference) {
  await logIn(page, "coordinator");
  const id = await idOf(reference);
  await sql(`update report_grants set body = substring(body from 1 for 400) || '\\x00' || substring(body from 402) where report_id = '${id}'`);
  await page.goto(`${service.office}/file`);
  yield "queue, with a damaged report";
  await openReport(page, reference);
  yield "report, damaged";
  await context.clearCookies();
  await page.reload();
  yield "log-in, after the session";
}

/** An account without a report to read. */
async function* administrator({ page }) {
  await logIn(page, "account_administrator");
  yield "account administrator, no queue";
}

export const walks = { listener, troubles, administrator };
