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
