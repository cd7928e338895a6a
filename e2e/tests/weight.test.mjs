// 1 to 5 and 7: what a page weighs, what it asks for, and how soon it is there on a
// poor line and a slow phone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { answer, enter, open, press } from "../lib/form.mjs";
import { logIn } from "../lib/office.mjs";
import { pause, service } from "../lib/service.mjs";

const kilobyte = 1024;

/** Opens something as a browser does that has nothing of ours, and returns what was
    asked for, each with its size on the line. */
async function loads(page, act, { listens = false } = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  const asked = [];
  const note = (request) => asked.push(request);
  page.on("requestfinished", note);
  await act();
  if (listens) await pause(1000); // a screen that listens is never idle
  else await page.waitForLoadState("networkidle");
  page.off("requestfinished", note);
  await session.detach();
  const requests = await Promise.all(asked.map(async (request) => ({ path: new URL(request.url()).pathname, type: request.resourceType(), bytes: (await request.sizes()).responseBodySize })));
  return requests;
}

/** What requests weigh together. One that came from a cache weighs nothing on the line,
    and may not be among them. */
function total(requests, wanted = () => true) {
  const weighed = requests.filter(wanted);
  assert.ok(weighed.every(({ bytes }) => bytes >= 0), listed(weighed));
  return weighed.reduce((sum, { bytes }) => sum + bytes, 0);
}

const listed = (requests) => requests.map(({ path, bytes }) => `${path} ${bytes}`).join(", ");

// The pages that a first visit may begin with, and the heaviest of the form: each is
// opened in a browser that has nothing of ours.
const pages = {
  "the home page": (page) => open(page, "/"),
  "the numbers": (page) => open(page, "/d"),
  "the short form": (page) => open(page, "/m"),
  "before telling": (page) => open(page, "/a"),
  "the notice on data": (page) => open(page, "/p/confidentialite"),
};

for (const how of scripting) {
  for (const [name, act] of Object.entries(pages)) {
    test(`1 to 3 ${name} weighs little and asks no stranger, ${words(how)}`, async () => asVisitor(how, async ({ page }) => {
      const requests = await loads(page, () => act(page));
      assert.ok(total(requests) <= 30 * kilobyte, listed(requests));
      assert.ok(requests.length <= 6, listed(requests));
      assert.ok(total(requests, ({ path }) => path.endsWith(".css")) <= 15 * kilobyte, listed(requests));
      assert.ok(total(requests, ({ path }) => path.endsWith(".js")) <= 10 * kilobyte, listed(requests));
      assert.ok(requests.some(({ path }) => path.endsWith(".css")), "no style sheet was asked for");
    }));
  }
}

test("1 each page of a whole report weighs little, its parts counted as on a first visit", async () => asVisitor({}, async ({ page }) => {
  await enter(page, "professional");
  for (let pages = 0; !page.url().endsWith("/v") && pages < 30; pages++) {
    const given = { "/e/13": { "reporter.profile": "professional" }, "/e/1": { danger_now: "no" }, "/e/2": { "situation.facts": "Des cris." } }[new URL(page.url()).pathname] ?? {};
    const requests = await loads(page, async () => {
      await answer(page, given);
      if (await page.locator("button[name=_skip]").count()) await press(page, "button[name=_skip]");
    });
    const last = requests.slice(requests.findLastIndex(({ type }) => type === "document"));
    assert.ok(total(last) <= 30 * kilobyte && last.length <= 6, `${page.url()}: ${listed(last)}`);
  }
  assert.match(page.url(), /\/v$/);
}));

test("7 the queue weighs at most 100 KB for 200 rows", async (t) => {
  const storageState = await asVisitor({ width: 1280 }, async ({ page, context }) => {
    await logIn(page);
    return context.storageState();
  });
  await asVisitor({ width: 1280, storageState }, async ({ page }) => {
    const weigh = async (path) => {
      const requests = await loads(page, () => page.goto(service.office + path), { listens: true });
      return { document: requests.find(({ type }) => type === "document").bytes, all: total(requests) };
    };
    const frame = (await weigh("/file?etat=archived")).document;
    assert.equal(await page.locator("[data-row]").count(), 0);
    const full = await weigh("/file");
    const rows = await page.locator("[data-row]").count();
    assert.ok(rows > 0);
    // Rows are alike, so compression makes the next cheaper: this is an upper bound.
    const all = full.all + Math.max(0, 200 - rows) * (full.document - frame) / rows;
    t.diagnostic(`${rows} rows: page ${full.document} bytes, ${frame} of them without any, the rest ${full.all - full.document}`);
    assert.ok(all <= 100 * kilobyte, `${all} bytes for 200 rows`);
  });
});

for (const [name, act] of Object.entries(pages)) {
  test(`4 and 5 ${name} on 400 kbit/s, 400 ms and a quarter of the processor`, async (t) => asVisitor({}, async ({ page, context }) => {
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", { offline: false, latency: 400, downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 });
    await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await act(page);
    const { first, largest, shift } = await page.evaluate(() => new Promise((resolve) => {
      let largest = 0;
      let shift = 0;
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) largest = entry.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) shift += entry.value; }).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => resolve({ first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime, largest, shift }), 1000);
    }));
    t.diagnostic(`first paint ${Math.round(first)} ms, largest ${Math.round(largest)} ms, shift ${shift.toFixed(4)}`);
    assert.ok(first <= 2000, `first paint after ${first} ms`);
    assert.ok(largest > 0 && largest <= 2500, `largest paint after ${largest} ms`);
    assert.ok(shift <= 0.01, `layout shift ${shift}`);
  }));
}
