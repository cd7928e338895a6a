// The back office: logging in, finding a report, and every page in every state.

import { createHmac } from "node:crypto";
import { press } from "./form.mjs";
import { service, sql } from "./service.mjs";

/** The first demo member of a role. */
export const member = (role) => service.staff.find((each) => each.role === role);

/** Logs a member in by both steps. */
export async function logIn(page, role = "agent", path = "/connexion") {
  await givePassphrase(page, role, path);
  await page.locator("#code").fill(nextCode(member(role)));
  await press(page, "form[action='/connexion/verification'] button");
  if (member(role).backup_codes.length <= 1) await renewCodes(page, role);
}

/** The first step alone. */
export async function givePassphrase(page, role = "agent", path = "/connexion") {
  const { login, passphrase } = member(role);
  await page.goto(service.office + path);
  await page.locator("#login").fill(login);
  await page.locator("#passphrase").fill(passphrase);
  await press(page, "main form button:not([type=button])");
}

/** A backup code, each of which counts once: tests log in more often than the app
    shows a new code. */
const nextCode = (person) => person.backup_codes.shift();

/** Makes ten new backup codes, with the last one in reserve. */
async function renewCodes(page, role) {
  const back = page.url();
  await page.goto(`${service.office}/compte/verification`);
  await page.locator("#backup details").evaluate((folded) => { folded.open = true; });
  await page.locator("#phrase-backup").fill(member(role).passphrase);
  await press(page, "#backup form button");
  member(role).backup_codes = await page.locator(".codes .code").allTextContents();
  await page.goto(back);
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

/** The id of the report with this reference. */
export async function idOf(reference) {
  const [[id]] = await sql(`select id from reports where reference = '${reference.replaceAll("-", "")}'`);
  return id;
}

/** Opens the report with this reference on the listener's screen. */
export async function openReport(page, reference) {
  await page.goto(`${service.office}/dossiers/${await idOf(reference)}`);
}
