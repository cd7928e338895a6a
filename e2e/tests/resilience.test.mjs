// What a bad line, an impatient thumb and a second tab do: nothing is lost, nothing
// comes twice.

import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import net from "node:net";
import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { answer, enter, fill, follow, forward, open, press, typed } from "../lib/form.mjs";
import { idOf } from "../lib/office.mjs";
import { alsoOurs, bin, pause, service, sql, withoutDatabase } from "../lib/service.mjs";

const words10 = "Le soir il crie et je me cache dans ma chambre.";

/** Up to the check page. */
async function toCheck(page, story = words10) {
  await enter(page, "self");
  await answer(page, { danger_now: "no" });
  await answer(page, { "situation.story": story });
  await answer(page, { "place.department": "59", "children.0.age": "14" });
  await answer(page, { "contact.channel": "none" });
  assert.match(page.url(), /\/v$/);
}

const reference = (page) => page.locator("#reference").textContent();
const reports = async (reference) => Number((await sql(`select count(*) from reports where reference = '${reference.replace("-", "")}'`))[0][0]);
const additions = async (reference) => Number((await sql(`select count(*) from additions where report_id = '${await idOf(reference)}'`))[0][0]);

test("20 sent while offline: the text stays, and the next try sends it", async () => asVisitor({}, async ({ page, context }) => {
  await open(page, "/d");
  await press(page, "main a[href='/m']");
  await fill(page, { "short.where": "Lille", "short.story": words10 });
  await context.setOffline(true);
  await page.locator(forward).click();
  await page.locator("[data-offline]").waitFor();
  assert.deepEqual((await typed(page))["short.story"], [words10]);
  assert.equal(await page.locator(forward).isEnabled(), true);
  await context.setOffline(false);
  await press(page, forward);
  assert.match(page.url(), /\/r$/);
  assert.equal(await reports(await reference(page)), 1);
}));

test("20 a proxy whose server restarts, or one that finds the text too long: the text stays", async () => asVisitor({}, async ({ page }) => {
  await open(page, "/d");
  await press(page, "main a[href='/m']");
  await fill(page, { "short.story": words10 });
  for (const status of [502, 504, 413]) {
    await page.route("**/m", (route) => route.fulfill({ status, headers: { server: "proxy" }, contentType: "text/html", body: "<h1>nginx</h1>" }));
    await page.locator(forward).click();
    await page.locator("[data-offline]").waitFor();
    assert.deepEqual((await typed(page))["short.story"], [words10]);
    await page.unroute("**/m");
    await page.locator("[data-offline]").evaluate((notice) => { notice.hidden = true; });
  }
  await press(page, forward);
  assert.match(page.url(), /\/r$/);
}));

test("20 offline on a step and on the check page, too", async () => asVisitor({}, async ({ page, context }) => {
  await enter(page, "self");
  await answer(page, { danger_now: "no" });
  await fill(page, { "situation.story": words10 });
  await context.setOffline(true);
  await page.locator(forward).click();
  await page.locator("[data-offline]").waitFor();
  assert.deepEqual((await typed(page))["situation.story"], [words10]);
  await context.setOffline(false);
  await press(page, forward);
  assert.match(page.url(), /\/e\/4$/);
}));

for (const how of scripting) {
  test(`the database away between two pages: the page says so, keeps the text and goes on, ${words(how)}`, async () => asVisitor(how, async ({ page }) => {
    await enter(page, "self");
    await answer(page, { danger_now: "no" });
    await fill(page, { "situation.story": words10 });
    await withoutDatabase(async () => {
      if (how.js) {
        await page.locator(forward).click();
        await page.locator("[data-offline]").waitFor();
      } else {
        await press(page, forward);
        assert.equal(await page.locator(".notice[role=alert]:visible").count(), 1);
      }
      assert.deepEqual((await typed(page))["situation.story"], [words10]);
    });
    await press(page, forward);
    assert.match(page.url(), /\/e\/4$/);
  }));

  test(`the database away at the end: a receipt all the same, and the report arrives, ${words(how)}`, async () => asVisitor(how, async ({ page }) => {
    await toCheck(page);
    let given;
    await withoutDatabase(async () => {
      if (how.js) await page.evaluate(() => document.querySelector("main form").submit());
      else await page.locator(forward).click();
      await page.locator("#reference").waitFor();
      given = await reference(page);
    });
    for (let waited = 0; await reports(given) === 0; waited++) {
      assert.ok(waited < 100, "the spooled report never came");
      await pause(200);
    }
    assert.equal(await reports(given), 1);
  }));

  test(`21 two rapid taps are one report, ${words(how)}`, async () => asVisitor(how, async ({ page }) => {
    await toCheck(page);
    const tapTwice = page.locator(forward).evaluate((button) => { button.click(); button.click(); });
    await Promise.all([page.waitForURL(/\/r$/), tapTwice]);
    const given = await reference(page);
    assert.equal(await reports(given), 1);
    assert.equal(await additions(given), 0);
  }));

  test(`21 the same form sent from two requests at once is one report, ${words(how)}`, async () => asVisitor(how, async ({ page, context }) => {
    await open(page, "/d");
    await press(page, "main a[href='/m']");
    await fill(page, { "short.story": words10 });
    const form = await page.evaluate(() => Object.fromEntries(new FormData(document.querySelector("main form"))));
    const send = () => context.request.post(`${service.intake}/m`, { form, headers: { Origin: service.intake } });
    const receipts = await Promise.all([send(), send(), send()].map(async (answer) => (await (await answer).text()).match(/id="reference">([^<]+)</)[1]));
    assert.equal(new Set(receipts).size, 1);
    assert.equal(await reports(receipts[0]), 1);
    assert.equal(await additions(receipts[0]), 0);
  }));

  test(`22 Back after the receipt and sent again: the same receipt; later a neutral page, ${words(how)}`, async () => asVisitor(how, async ({ page }) => {
    await toCheck(page);
    const form = await page.evaluate(() => Object.fromEntries(new FormData(document.querySelector("main form"))));
    await press(page, forward);
    const given = await reference(page);
    const code = await page.locator("#code").textContent();
    const again = async () => {
      await open(page, "/p/aide");
      const arrived = page.waitForEvent("domcontentloaded");
      await page.evaluate((values) => {
        const form = document.createElement("form");
        form.method = "post";
        form.action = "/v";
        for (const [name, value] of Object.entries(values)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
        document.body.append(form);
        form.submit();
      }, form);
      await arrived;
      await page.waitForLoadState();
    };
    await page.goBack();
    assert.match(page.url(), /\/(v|r)$/);
    await again();
    assert.equal(await reference(page), given);
    assert.equal(await page.locator("#code").textContent(), code);
    assert.equal(await reports(given), 1);
    assert.equal(await additions(given), 0);
    // Ten minutes are over.
    await sql("update drafts set expires_at = now() - interval '1 minute'");
    await again();
    assert.ok(!(await page.content()).includes(code));
    assert.equal(await page.locator("main form, #reference").count(), 0);
    assert.equal(await reports(given), 1);
  }));

  test(`what is typed stays when one goes back or looks up a number, ${words(how)}`, async () => asVisitor(how, async ({ page }) => {
    await enter(page, "self");
    await answer(page, { danger_now: "no" });
    await fill(page, { "situation.story": "Une longue histoire." });
    await press(page, "main .actions .is-quiet");
    assert.match(page.url(), /\/e\/1$/);
    await press(page, forward);
    assert.equal(await page.locator("[name='situation.story']").inputValue(), "Une longue histoire.");
    for (const [way, story] of [["/d", "Une autre."], ["/p/aide", "Une longue histoire. Et encore."]]) {
      await fill(page, { "situation.story": story });
      await follow(page, way, ".footer");
      await Promise.all([page.waitForURL(/\/e\/2/), page.goBack()]);
    }
    assert.equal(await page.locator("[name='situation.story']").inputValue(), "Une longue histoire. Et encore.");
    if (!how.js) return;
    await answer(page, {});
    await answer(page, { "place.department": "59" });
    await answer(page, { "contact.channel": "none" });
    await fill(page, { word: "prune" });
    await press(page, "main dl a");
    await press(page, forward);
    assert.equal(await page.locator("#word").inputValue(), "prune");
    await press(page, forward);
    const code = await page.locator("#code").textContent();
    await open(page, "/b");
    await answer(page, { code, word: "prune" });
    await fill(page, { text: "À ajouter." });
    await press(page, "main a[href='/b/2?w=1']");
    await press(page, "main .actions a.is-quiet");
    assert.equal(await page.locator("#text").inputValue(), "À ajouter.");
    await open(page, "/m"); // what was sent is added to: nothing is kept there, and nobody held back
    await fill(page, { "short.where": "Au parc" });
    await press(page, "main .actions a.is-quiet");
    assert.match(page.url(), /\/d$/);
    await page.context().clearCookies();
    await open(page, "/m");
    await fill(page, { "short.where": "Au parc" });
    await press(page, "main .actions a.is-quiet");
    await Promise.all([page.waitForURL(/\/m/), page.goBack()]);
    assert.equal(await page.locator("[name='short.where']").inputValue(), "Au parc");
  }));

  test(`23 two tabs never overwrite each other in silence, ${words(how)}`, async () => asVisitor(how, async ({ page, context }) => {
    await enter(page, "self");
    await answer(page, { danger_now: "no" });
    const other = await context.newPage();
    await open(other, "/a");
    await press(other, "main a.button");
    await answer(other, { "situation.story": "Celui de l’autre onglet" });
    await answer(page, { "situation.story": "Celui de cet onglet" });
    assert.match(await page.locator(".notice:visible").innerText(), /Celui de l’autre onglet/);
    assert.deepEqual((await typed(page))["situation.story"], ["Celui de cet onglet"]);
    await press(page, forward);
    await press(page, "main .actions .is-quiet");
    assert.deepEqual((await typed(page))["situation.story"], ["Celui de cet onglet"]);
  }));

  test(`26 a server killed and started again in the middle of the form loses nothing, ${words(how)}`, async () => {
    const first = await twin();
    await asVisitor(how, async ({ page }) => {
      await page.goto(first.url);
      await press(page, "button[name=door][value=self]");
      await press(page, "main a.button");
      await answer(page, { danger_now: "no" });
      await answer(page, { "situation.story": words10 });
      await fill(page, { "place.department": "59", "place.child_now": "à la maison" });
      await first.kill();
      const second = await twin(first.port);
      try {
        await press(page, forward);
        await answer(page, { "contact.channel": "none" });
        assert.match(await page.locator("main").innerText(), new RegExp(words10));
        assert.match(await page.locator("main").innerText(), /à la maison/);
        await press(page, forward);
        assert.equal(await reports(await reference(page)), 1);
      } finally {
        await second.kill();
      }
    });
  });
}

/** Another intake with the settings of the running one, on a port of its own. */
async function twin(port) {
  port ??= await freePort();
  const [, ...args] = (await readFile(`/proc/${service.pids.intake}/cmdline`, "utf8")).split("\0").slice(0, -1);
  const env = Object.fromEntries((await readFile(`/proc/${service.pids.intake}/environ`, "utf8")).split("\0").filter(Boolean).map((line) => line.split(/=(.*)/s)));
  const own = { listen: `127.0.0.1:${port}`, "private-listen": "127.0.0.1:0", "spool-dir": `${service.dir}/spool-${port}` };
  const kept = args.filter((arg, i) => !Object.keys(own).some((name) => arg.startsWith(`--${name}=`) || arg === `--${name}` || args[i - 1] === `--${name}`));
  const child = spawn(bin("intake"), [...kept, ...Object.entries(own).map(([name, value]) => `--${name}=${value}`)], { env, stdio: "ignore" });
  const ended = new Promise((resolve) => { child.once("exit", resolve); });
  const url = `http://localhost:${port}`;
  alsoOurs.add(url);
  for (let tries = 0; !(await fetch(url).catch(() => null)); tries++) {
    if (tries > 100 || child.exitCode !== null) throw new Error("the second intake does not answer");
    await pause(50);
  }
  return { url, port, kill: () => { child.kill("SIGKILL"); return ended; } };
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
