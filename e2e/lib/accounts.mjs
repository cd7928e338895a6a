// Accounts in the back office: somebody comes, is given his key, is sent away; and
// what the auditor reads of it.

import { enrol, giveCode, givePassphrase, logIn } from "./office.mjs";
import { press } from "./form.mjs";
import { service, sql } from "./service.mjs";

const confirm = "main form .actions button";
const leave = (page) => press(page, "form[action='/deconnexion'] button");

let count = 0;

/** Somebody new, with a name that nobody has yet. */
export const somebody = () => ({ login: `lou.${process.pid % 1000}.${++count}`, name: `Lou Faure ${count}`, passphrase: "rivage pelouse tambour noisette" });

export const idOf = async (login) => (await sql(`select id from staff where login = '${login}' union all select id from invitations where login = '${login}' and used_at is null and revoked_at is null`))[0][0];

export async function invite(page, { login, name }, role = "agent") {
  await page.goto(`${service.office}/comptes/inviter`);
  await page.locator("#name").fill(name);
  await page.locator("#login").fill(login);
  await page.locator(`[name=role][value=${role}]`).check();
  await page.locator("[name=team][value=plateau]").check();
  await press(page, confirm);
}

export async function comeWith(page, { login, passphrase }, code) {
  await page.goto(`${service.office}/invitation`);
  await page.locator("#login").fill(login);
  await page.locator("#code").fill(code);
  await page.locator("#passphrase").fill(passphrase);
  await page.locator("#again").fill(passphrase);
  await press(page, "main form > .button:last-child");
}

/** From the invitation to the key. */
async function* joining({ page }) {
  const person = somebody();
  await logIn(page, "account_administrator");
  yield "accounts";
  await page.goto(`${service.office}/comptes/inviter`);
  yield "inviting";
  await press(page, confirm);
  yield "inviting, nothing typed";
  await invite(page, person);
  yield "code, shown once";
  const code = await page.locator(".code").textContent();
  await page.goto(`${service.office}/comptes`);
  yield "accounts, one invited";
  await page.goto(`${service.office}/comptes/${await idOf(person.login)}`);
  yield "account, invited";
  await page.goto(`${page.url()}/annulation`);
  yield "account, invitation to withdraw";
  await leave(page);

  await page.goto(`${service.office}/invitation`);
  yield "invitation";
  await comeWith(page, { ...person, passphrase: "court" }, code);
  yield "invitation, short passphrase";
  await comeWith(page, person, code);
  yield "invitation, taken";
  await givePassphrase(page, person);
  await enrol(page, person);
  await page.goto(`${service.office}/file`);
  yield "own key, awaited";
  await leave(page);

  await logIn(page, "coordinator", "/connexion?retour=/cles");
  yield "keys to give";
  await page.goto(`${service.office}/cles/${await idOf(person.login)}/refus`);
  yield "six words, different";
  await page.goto(`${service.office}/cles/${await idOf(person.login)}`);
  yield "six words, to compare";
  await press(page, confirm);
  yield "keys, none to give";
  await leave(page);

  await givePassphrase(page, person);
  await giveCode(page, person.backup_codes.shift());
  await page.goto(`${service.office}/compte/cle`);
  yield "own key, held";
}

/** What an administrator does to accounts; each act says first what follows. */
async function* changes({ page }) {
  const person = somebody();
  await logIn(page, "account_administrator");
  await invite(page, person, "agent");
  await comeWith(page, person, await page.locator(".code").textContent());
  const account = `${service.office}/comptes/${await idOf(person.login)}`;
  await page.goto(account);
  yield "account";
  for (const act of ["role", "phrase", "fermeture"]) {
    await page.goto(`${account}/${act}`);
    yield `account, ${act}`;
  }
  await press(page, confirm);
  yield "account, disabled";
  await page.goto(`${account}/retour`);
  yield "account, to reinstate";
  const [[coordinator]] = await sql("select id from staff where role = 'coordinator' and disabled_at is null order by created_at limit 1");
  await page.goto(`${service.office}/comptes/${coordinator}/fermeture`);
  yield "account, the last coordinator";
  await page.goto(`${service.office}/comptes/${coordinator}/role`);
  await page.locator("[name=role][value=agent]").check();
  await press(page, confirm);
  yield "account, the last coordinator refused";
  await page.goto(`${service.office}/comptes/${await idOf(service.staff.find(({ role }) => role === "account_administrator").login)}`);
  yield "account, one's own";
  await page.goto(`${service.office}/comptes/00000000-0000-0000-0000-000000000000`);
  yield "account, not there";
}

async function* auditor({ page }) {
  await logIn(page, "auditor");
  yield "audit trail";
  await page.goto(`${service.office}/journal?objet=%27&du=hier`);
  yield "audit trail, filters refused";
  await page.goto(`${service.office}/journal?objet=rien`);
  yield "audit trail, nothing found";
  await page.goto(`${service.office}/journal`);
  await press(page, "form[action='/journal/verification'] button");
  yield "audit trail, verified";
}

export const walks = { joining, changes, auditor };
