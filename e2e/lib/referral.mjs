// A mother's report goes to the follow-up unit without her identity, and comes back.

import assert from "node:assert/strict";
import { asVisitor } from "./browser.mjs";
import { addFile, sendOn, toFiles } from "./files.mjs";
import { answer, open, press } from "./form.mjs";
import { idOf, logIn, logInAs } from "./office.mjs";
import { service, sql } from "./service.mjs";

const inUnit = (login) => service.staff.find((each) => each.login === login);
const leave = "form[action='/deconnexion'] button";
const send = "main form[action$='/demande'] button:not([formaction])";

/** The demo report of a mother whose daughter is being exploited. Other tests leave
    situations that read alike, and those of the demo are the oldest. */
async function openMothers(page) {
  for (const [id] of await sql("select id from reports order by received_at limit 14")) {
    await page.goto(`${service.office}/dossiers/${id}`);
    const said = await page.locator("main .head").textContent();
    if (/14 (ans|years)/.test(said) && /exploitation/i.test(said)) return;
  }
  assert.fail("the demo has no such report");
}

/** Gives the unit the mother's report without who she is. */
export async function refer(page) {
  await openMothers(page);
  if (await page.locator("main [data-claim]").count()) await press(page, "main [data-claim]");
  await page.locator("#confie a[href$='/demande']").click();
  await page.locator("#reason").fill("Un suivi est demandé pour elle.");
  await page.locator("#t-situation-facts").fill("Elle rentre tard avec des vêtements neufs.");
  await page.locator("#reread").check();
  await press(page, send);
}

async function* referral({ page }) {
  await logIn(page);
  await openMothers(page);
  if (await page.locator("main [data-claim]").count()) await press(page, "main [data-claim]");
  const report = page.url();
  await page.locator("#confie a[href$='/demande']").click();
  yield "referral, what is given";
  await page.locator("#reason").fill("Suivi demandé par la mère, Madame Paul.");
  await page.locator("#t-situation-facts").fill("Elle rentre tard avec des vêtements neufs. Mère joignable au 06 39 98 12 60.");
  await press(page, send);
  yield "referral, with names left in it";
  assert.match(await page.locator(".error-summary").textContent(), /12 60/);
  assert.match(await page.locator("#t-situation-facts").inputValue(), /vêtements neufs/);
  await page.locator("#reason").fill("Un suivi éducatif et psychologique est demandé pour elle.");
  await page.locator("#t-situation-facts").fill("Elle rentre tard avec des vêtements neufs.");
  await page.locator("#reread").check();
  await press(page, send);
  assert.equal(new URL(page.url()).pathname, new URL(report).pathname);
  await page.goto(report);
  yield "report, referred";
  await press(page, leave);

  await logInAs(page, inUnit("sarah"));
  yield "unit, referrals that wait";
  await page.locator("main ol.cards li", { hasText: /14 (ans|years)/ }).locator("a").first().click(); // the demo's own waits too
  const given = page.url();
  yield "unit, a referral";
  for (const hidden of ["Paul", "12 60"]) assert.ok(!(await page.content()).includes(hidden), `the unit reads ${hidden}`);
  await page.locator(".decision details").evaluate((folded) => { folded.open = true; });
  await press(page, "main form[action$='/refus'] button:not([formaction])");
  yield "unit, refused without a reason";
  await press(page, "main form[action$='/accord'] button");
  await page.goto(given);
  yield "unit, a referral that was accepted";
  await page.locator(".decision details").evaluate((folded) => { folded.open = true; });
  await page.locator("#reason").fill("La famille déménage.");
  await press(page, "main form[action$='/retour'] button:not([formaction])");
  await page.goto(`${service.office}/demandes`);
  yield "unit, referrals that were answered";
  await page.goto(report);
  yield "unit, a report out of reach";
  await press(page, leave);
  await logIn(page);
  await page.goto(report);
  yield "report, referred back";
}

/** A relative's report with a picture. */
const reported = () => asVisitor({}, async ({ page, js }) => {
  await toFiles(page);
  await addFile(page, js, { name: "capture.png", mimeType: "image/png", buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64") });
  const reference = await sendOn(page);
  return { id: await idOf(reference), code: await page.locator("#code").textContent() };
});

const adds = (code, text) => asVisitor({}, async ({ page }) => {
  await open(page, "/b");
  await answer(page, { code });
  await page.locator("details:has(#text)").evaluate((folded) => { folded.open = true; });
  await page.locator("#text").fill(text);
  await press(page, "button[name=_send][value=text]");
});

/** What comes along with a referral and after it: files, sheets, additions. */
async function* along({ page }) {
  const { id, code } = await reported();
  const report = `${service.office}/dossiers/${id}`;
  const given = async (nth = 0) => `${service.office}/demandes/${(await sql(`select id from referrals where report_id = '${id}' order by proposed_at desc limit 1 offset ${nth}`))[0][0]}`;
  await logIn(page);
  await page.goto(report);
  await press(page, "main [data-claim]");
  await page.goto(`${report}/demande`);
  await page.locator("#extent-whole").check();
  await page.locator("#reason").fill("Un suivi est demandé.");
  yield "referral, whole";
  await press(page, send);
  await press(page, leave);
  await logInAs(page, inUnit("sarah"));
  await page.goto(await given());
  yield "unit, a whole referral with a file";
  await press(page, "main form[action$='/accord'] button");
  const record = page.url();
  await page.goto(`${record}/ajouter/partage`);
  yield "record, what the platform is told";
  await page.goto(`${record}/fiches`);
  yield "record, sheets";
  await page.goto(await given());
  await page.locator(".decision details").evaluate((folded) => { folded.open = true; });
  await page.locator("#reason").fill("Suivie ailleurs.");
  await press(page, "main form[action$='/retour'] button:not([formaction])");
  await press(page, leave);

  await logIn(page);
  await page.goto(`${report}/demande`);
  await page.locator("#reason").fill("Suivi demandé à nouveau.");
  await page.locator("[name=file]").check();
  await page.locator("#reread").check();
  await press(page, send);
  await adds(code, "Elle a rappelé hier soir.");
  await page.goto(report);
  yield "report, an addition that the unit does not know";
  await page.locator(".to-pass a.button").click();
  yield "an addition, to be read again and passed on";
  await press(page, "main form .actions button:not([name])");
  yield "an addition, not read again";
  await page.locator("#reread").check();
  await page.evaluate(async () => { // in another window the same was passed on
    const form = document.querySelector("main form[data-send]");
    await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  });
  await page.locator("textarea").fill("Elle a rappelé hier soir, très tard.");
  await press(page, "main form .actions button:not([name])");
  assert.match(await page.locator(".left-texts").textContent(), /très tard/);
  yield "report, an addition that was passed on otherwise";
  await press(page, leave);

  await logInAs(page, inUnit("sarah"));
  await page.goto(`${service.office}/demandes`);
  yield "unit, an addition that nobody has read";
  await page.goto(await given());
  yield "unit, a masked referral with a file and an addition";
  await page.locator(".files a:not([download])").click();
  yield "unit, a file that is covered";
  await press(page, "main form .actions button");
  yield "unit, a file without a reason";
  await page.locator("#reason").fill("Reconnaître le lieu.");
  await press(page, "main form .actions button");
  await page.locator("figure img").waitFor();
  yield "unit, a file that is shown";
  await page.goto(await given());
  yield "unit, a referral whose file was looked at";
}

export const walks = { referral, along };
