// 38 to 40: what every answer says to the browser, and what another site can do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor, scripting, words } from "../lib/browser.mjs";
import { answer, enter, typed } from "../lib/form.mjs";
import { elsewhere, service } from "../lib/service.mjs";

test("39 every kind of answer carries the security headers", async () => asVisitor({}, async ({ context }) => {
  const asset = (await (await context.request.get(service.intake)).text()).match(/\/static\/[^"]+\.css/)[0];
  const addresses = [service.intake, ...["/a", "/d", "/m", "/e/1", "/v", "/r", "/s", "/p/aide", "/nulle-part", asset].map((path) => service.intake + path),
    ...["/connexion", "/file", "/dossiers/0", "/nulle-part"].map((path) => service.office + path)];
  for (const address of addresses) {
    const headers = (await context.request.get(address, { maxRedirects: 0 })).headers();
    const policy = Object.fromEntries((headers["content-security-policy"] ?? "").split(";").map((part) => part.trim().split(/ (.*)/s).slice(0, 2)));
    assert.equal(policy["default-src"], "'none'", address);
    assert.equal(policy["frame-ancestors"], "'none'", address);
    assert.equal(policy["base-uri"], "'none'", address);
    assert.equal(policy["require-trusted-types-for"], "'script'", address);
    assert.ok("trusted-types" in policy, address);
    assert.doesNotMatch(headers["content-security-policy"], /unsafe|\*|https?:|data:/, address);
    assert.equal(headers["x-content-type-options"], "nosniff", address);
    assert.match(headers["strict-transport-security"], /max-age=\d{8}/, address);
    assert.match(headers["permissions-policy"], /camera=\(\).*geolocation=\(\).*microphone=\(\)/, address);
    assert.equal(headers["cross-origin-opener-policy"], "same-origin", address);
    assert.match(headers["referrer-policy"], address.endsWith("/s") ? /^no-referrer$/ : /^same-origin$/, address);
    if (!address.includes("/static/")) assert.equal(headers["cache-control"], "no-store", address);
    assert.ok(!("server" in headers) && !("x-powered-by" in headers), address);
  }
}));

for (const how of scripting) {
  test(`40 what another site posts in the visitor’s name is refused and changes nothing, ${words(how)}`, async () => asVisitor(how, async ({ page, context }) => {
    await enter(page, "self");
    await answer(page, { danger_now: "no" });
    await answer(page, { "situation.story": "Écrit par moi." });
    for (const [path, fields] of [["/e/2", { "situation.story": "Écrit par un autre." }], ["/v", {}], ["/", { door: "self", fresh: "1" }], ["/m", { "short.story": "x" }]]) {
      const other = await context.newPage();
      await other.goto(elsewhere.url);
      const arrived = other.waitForResponse((response) => response.url() === service.intake + path && response.request().method() === "POST");
      await other.evaluate(([action, values]) => {
        const form = Object.assign(document.createElement("form"), { method: "post", action });
        for (const [name, value] of Object.entries(values)) form.append(Object.assign(document.createElement("input"), { name, value }));
        document.body.append(form);
        form.submit();
      }, [service.intake + path, fields]);
      assert.equal((await arrived).status(), 403, path);
      await other.close();
    }
    await page.locator("main .actions .is-quiet").click();
    await page.waitForURL(/\/e\/2$/);
    assert.deepEqual((await typed(page))["situation.story"], ["Écrit par moi."]);
  }));
}

test("another site can neither frame a page nor read one", async () => asVisitor({ provokes: /^Framing .* violates|blocked by CORS policy/ }, async ({ page }) => {
  await page.goto(elsewhere.url);
  const seen = await page.evaluate(async (address) => {
    const frame = Object.assign(document.createElement("iframe"), { src: address });
    document.body.append(frame);
    await new Promise((resolve) => { frame.onload = resolve; setTimeout(resolve, 2000); });
    const read = await fetch(address, { credentials: "include" }).then(() => "read", () => "refused");
    return { read, framed: frame.contentDocument !== null };
  }, service.intake);
  assert.equal(seen.read, "refused");
  assert.ok(page.frames().slice(1).every((frame) => !frame.url().startsWith(service.intake)), "the page is shown in a frame");
}));
