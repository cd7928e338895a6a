// The back office: logging in, finding a report, and every page in every state.

import { createHmac } from "node:crypto";
import { asVisitor } from "./browser.mjs";
import { answer, open, press } from "./form.mjs";
import { service, sql } from "./service.mjs";

/** The first demo member of a role. */
export const member = (role) => service.staff.find((each) => each.role === role);

/** Logs a member in by both steps. */
export async function logIn(page, role = "agent", path = "/connexion") {
  await logInAs(page, member(role), path);
}

export async function logInAs(page, person, path = "/connexion") {
  await givePassphrase(page, person, path);
  await giveCode(page, person.backup_codes.shift());
  if (person.backup_codes.length <= 1) await renewCodes(page, person);
}

/** The first step alone. */
export async function givePassphrase(page, { login, passphrase }, path = "/connexion") {
  await page.goto(service.office + path);
  await page.locator("#login").fill(login);
  await page.locator("#passphrase").fill(passphrase);
  await press(page, "main form button:not([type=button])");
}

/** The second, by a code. Backup codes count once, and so does each of the app:
    tests log in more often than that shows a new one. */
export async function giveCode(page, code) {
  await page.locator("#code").fill(code);
  await press(page, "form[action='/connexion/verification'] button");
}

/** Makes ten new backup codes, with the last one in reserve. */
async function renewCodes(page, person) {
  const back = page.url();
  await page.goto(`${service.office}/compte/verification`);
  await page.locator("#backup details").evaluate((folded) => { folded.open = true; });
  await page.locator("#phrase-backup").fill(person.passphrase);
  await press(page, "#backup form button");
  person.backup_codes = await page.locator(".codes .code").allTextContents();
  await page.goto(back);
}

/** Makes the second factor that a first log-in asks for. */
export async function enrol(page, person) {
  person.totp = (await page.locator("#secret").textContent()).replace(/\s/g, "");
  await page.locator("#code").fill(totp(person.totp));
  await press(page, "form[action^='/compte/verification/application'] button");
  person.backup_codes = await page.locator(".codes .code").allTextContents();
}

/** What an authenticator app shows: RFC 6238. */
export function totp(secret, at = Date.now()) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/ /g, "")].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", key).update(step).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Sends a report by the short form, and returns its reference. */
export async function sendShort() {
  return asVisitor({}, async ({ page }) => {
    await open(page, "/m");
    await answer(page, { "short.where": "Lille", "short.who": "Camille, 12 ans", "short.story": "Il crie, et " + "très ".repeat(200) + "fort.", "short.callback": "06 39 98 12 34" });
    return page.locator("#reference").textContent();
  });
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

/** Writes to the reporter of the report on the screen. */
export async function writeToReporter(page, text, { asks = true, files = false } = {}) {
  if (await page.locator("main [data-claim]").count()) await press(page, "main [data-claim]");
  await page.locator(".composer").evaluate((folded) => { folded.open = true; });
  await page.locator(".composer #text").fill(text);
  await page.locator(".composer #asks").setChecked(asks);
  await page.locator(".composer #files").setChecked(files);
  await press(page, ".composer form .actions button:not([name])");
}

const closeButton = "main form.closing button:not([formaction])";

/** Sends the form that closes a report, which is folded away. */
export async function pressClose(page) {
  await page.locator("main form.closing").evaluate((form) => { form.closest("details").open = true; });
  await press(page, closeButton);
}

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
  for (const [i, view] of (await page.locator("main > nav > .filters a").evaluateAll((links) => links.map((link) => link.href))).entries()) {
    await page.goto(view);
    yield `queue, view ${i + 1}`;
  }
  await page.goto(`${service.office}/file?urgence=1&urgence=2&suivi=aucun&du=2020-01-01`);
  await page.locator(".filtering").evaluate((folded) => { folded.open = true; });
  yield "queue, filtered, with the form open";
  await openReport(page, reference);
  yield "report, new";
  await press(page, "main [data-claim]");
  yield "report, claimed";
  await pressClose(page);
  yield "report, closed without a reason";
  await page.locator("[name=qualification]").first().check();
  await page.locator("[name=reason]").fill("Conseils donnés, <b>orientation</b> vers un point d’accueil.");
  await pressClose(page);
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

const other = () => service.staff.filter(({ role }) => role === "agent").at(-1);

/** Somebody who lost his second factor, from the two who take it away to his own
    account. */
async function* account({ page, js }) {
  const person = other();
  const [[id]] = await sql(`select id from staff where login = '${person.login}'`);
  const act = (name) => `form[action='/verifications/${id}/${name}'] button`;
  const open = (form) => page.locator(form).evaluate((button) => button.closest("details").setAttribute("open", ""));
  await logIn(page, "account_administrator", "/connexion?retour=/compte/sessions");
  await page.goto(`${service.office}/verifications`);
  yield "factors, to take away";
  await open(act("demande"));
  await press(page, act("demande"));
  yield "factors, proposed";
  await press(page, "form[action='/deconnexion'] button");
  await logIn(page, "coordinator");
  await page.goto(`${service.office}/verifications`);
  yield "factors, to decide";
  await open(act("accord"));
  await press(page, act("accord"));
  yield "factors, decided";
  await page.goto(`${service.office}/verifications`);
  await press(page, "form[action='/deconnexion'] button");

  await givePassphrase(page, person);
  yield "first log-in";
  await page.locator("#code").fill("000000");
  await press(page, "form[action^='/compte/verification/application'] button");
  yield "first log-in, wrong code";
  await enrol(page, person);
  yield "backup codes";
  await press(page, "form[action='/deconnexion'] button");
  await givePassphrase(page, person);
  yield "second step";
  await giveCode(page, "000000");
  yield "second step, wrong code";
  await giveCode(page, person.backup_codes.shift());
  await page.goto(`${service.office}/compte/verification`);
  yield "own account, second factor";
  await page.goto(`${service.office}/compte/verification?application=1`);
  yield "own account, another app";
  await page.locator("#app #code").fill("000000");
  await press(page, "#app form button");
  yield "own account, wrong passphrase";
  await asVisitor({ js }, async ({ page: elsewhere }) => logInAs(elsewhere, person));
  await page.goto(`${service.office}/compte/sessions`);
  yield "own account, sessions";
  await sql(`update sessions set last_seen_at = last_seen_at - interval '1 hour' where staff_id = '${id}'`);
  await page.reload();
  yield "log-in, locked";
}

export const walks = { listener, troubles, administrator, account };
