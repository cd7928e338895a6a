// The second step by a security key, with Chromium's virtual authenticator; and by
// the code of an app where no script runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor } from "../lib/browser.mjs";
import { press } from "../lib/form.mjs";
import { giveCode, givePassphrase, logInAs, member, totp } from "../lib/office.mjs";
import { pause, service, sql } from "../lib/service.mjs";

const create = "form[data-passkey=create]";
const get = "form[data-passkey=get]";
const account = () => `${service.office}/compte/verification`;

/** Plugs a security key into a page's browser. */
async function plugIn({ page, context }) {
  const browser = await context.newCDPSession(page);
  await browser.send("WebAuthn.enable");
  const { authenticatorId } = await browser.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "usb", hasResidentKey: false, hasUserVerification: false, automaticPresenceSimulation: true },
  });
  return {
    credentials: async () => (await browser.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    add: (credential) => browser.send("WebAuthn.addCredential", { authenticatorId, credential }),
    unplug: () => browser.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }),
    remove: (credentialId) => browser.send("WebAuthn.removeCredential", { authenticatorId, credentialId }),
  };
}

/** Registers the key that is plugged in, as the one who is logged in. */
async function register(page, person, name) {
  await page.goto(account());
  await page.locator("#name").fill(name);
  await page.locator("#phrase-passkey").fill(person.passphrase);
  await press(page, `${create} button`);
  assert.match(await page.locator(".keys-list").textContent(), new RegExp(name));
}

const leave = (page) => press(page, "form[action='/deconnexion'] button");
const audited = async (detail) => Number((await sql(`select count(*) from audit_events where action like 'login%' and detail = '${detail}'`))[0][0]);

test("a security key is registered, lets in, and is refused once it was copied", async () => asVisitor({ width: 1280, height: 800 }, async (visitor) => {
  const { page } = visitor;
  const person = member("coordinator");
  const key = await plugIn(visitor);
  await logInAs(page, person);
  await register(page, person, "clé du bureau");
  const [made] = await key.credentials();
  for (let times = 1; times <= 2; times++) {
    await leave(page);
    await givePassphrase(page, person);
    await press(page, `${get} button`);
    assert.equal(page.url(), `${service.office}/file`);
    assert.equal(await audited("passkey"), times);
  }
  // Somebody copied it before it was used: the copy's counter is behind.
  await leave(page);
  await key.remove(made.credentialId);
  await key.add(made);
  await givePassphrase(page, person);
  await press(page, `${get} button`);
  assert.match(await page.locator(".error-summary").textContent(), /une copie semble exister/);
  assert.equal(await audited("factor_cloned.passkey"), 1);
  await page.goto(`${service.office}/file`);
  assert.equal(await page.locator(".who").count(), 0);
  await giveCode(page, person.backup_codes.shift());
  await page.goto(account());
  await page.locator(".keys-list summary").click();
  await page.locator(".keys-list [name=passphrase]").fill(person.passphrase);
  await press(page, ".keys-list button");
  assert.equal(await page.locator(".keys-list").count(), 0);
}));

test("no key at hand: the page says so, and a code lets in", async () => asVisitor({}, async (visitor) => {
  const { page } = visitor;
  const person = member("account_administrator");
  const key = await plugIn(visitor);
  await logInAs(page, person);
  await register(page, person, "clé de poche");
  await leave(page);
  await key.unplug();
  await plugIn(visitor); // another one
  await givePassphrase(page, person);
  await page.locator(`${get} button`).click();
  await page.locator("[data-passkey-failed]").waitFor({ state: "visible" });
  assert.equal(await page.evaluate(() => document.activeElement.closest("form").dataset.passkey), "get");
  await giveCode(page, person.backup_codes.shift());
  assert.equal(await page.locator(".who").count(), 1);
}));

test("the key of another site's question lets nobody in", async () => asVisitor({}, async (visitor) => {
  const { page } = visitor;
  const person = member("account_administrator"); // whose key is registered
  await plugIn(visitor);
  await givePassphrase(page, person);
  await page.locator(get).evaluate((form) => {
    form.elements.credential.value = JSON.stringify({ id: "AAAA", rawId: "AAAA", type: "public-key", response: { clientDataJSON: "e30", authenticatorData: "AAAA", signature: "AAAA" } });
    HTMLFormElement.prototype.submit.call(form);
  });
  await page.locator(".error-summary").waitFor();
  assert.match(await page.locator(".error-summary").textContent(), /pas répondu comme prévu/);
}));

test("without JavaScript the code of an app lets in, once", async () => asVisitor({ js: false }, async ({ page }) => {
  const person = member("account_administrator");
  await givePassphrase(page, person);
  assert.equal(await page.locator(`${get} button`).isVisible(), false);
  if (Date.now() % 30_000 > 25_000) await pause(6_000); // the code must live through the test
  const code = totp(person.totp);
  await giveCode(page, code);
  assert.equal(await page.locator(".who").count(), 1);
  await leave(page);
  await givePassphrase(page, person);
  await giveCode(page, code);
  assert.match(await page.locator(".error-summary").textContent(), /déjà servi/);
}));

test("the first log-in is done by keyboard alone", async () => asVisitor({}, async ({ page }) => {
  const person = service.staff.filter(({ role }) => role === "agent").at(-1);
  const [[id]] = await sql(`select id from staff where login = '${person.login}'`);
  await sql(`with gone as (delete from staff_factors where staff_id = '${id}') select audit_append(now(), null, 'factor.reset', 'factor', '${id}', null, '')`);
  await page.goto(`${service.office}/connexion`);
  await page.locator("#login").focus();
  await page.keyboard.type(person.login);
  await page.keyboard.press("Tab");
  await page.keyboard.type(person.passphrase);
  await Promise.all([page.waitForURL(/compte\/verification/), page.keyboard.press("Enter")]);
  for (let stops = 0; await page.evaluate(() => document.activeElement.id) !== "code"; stops++) {
    assert.ok(stops < 20, "the focus never comes to the code");
    await page.keyboard.press("Tab");
  }
  assert.equal(await page.locator("#code").evaluate((field) => getComputedStyle(field).outlineStyle), "solid");
  person.totp = (await page.locator("#secret").textContent()).replace(/\s/g, "");
  await page.keyboard.type(totp(person.totp));
  await page.keyboard.press("Enter");
  await page.locator(".codes").waitFor();
  person.backup_codes = await page.locator(".codes .code").allTextContents();
  assert.equal(person.backup_codes.length, 10);
}));
