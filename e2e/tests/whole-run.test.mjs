// What held in the whole run, for each visitor and each page: it is judged last.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor, seen } from "../lib/browser.mjs";
import { enter } from "../lib/form.mjs";

test("38 no browser complained, of the content security policy least of all", async () => {
  // Should this file run alone, it still has something to judge.
  await asVisitor({}, async ({ page }) => enter(page, "self"));
  assert.ok(seen.answers.length > 0 && seen.documents.length > 0);
  assert.equal(seen.complaints.join("\n"), "");
});

test("no answer of the run was a fault of ours", () => {
  assert.deepEqual(seen.answers.filter(({ status }) => status === 500).map(({ side, method, path }) => `${side} ${method} ${path}`), []);
});

test("3 nothing was asked of anybody else", () => assert.deepEqual([...seen.strangers], []));

test("34 after the home page no title and no address names what this is about", () => {
  const pages = seen.documents.filter(({ side, path }) => side === "intake" && path !== "/");
  assert.ok(pages.length > 0);
  for (const { path, title } of pages) assert.doesNotMatch(`${path} ${title}`, /119|enfant|signalement/i);
});

test("39 every answer of the run carried the headers, and no page may be stored", () => {
  for (const { path, headers } of seen.answers) {
    if (!headers) continue; // the visitor had left
    assert.match(headers["content-security-policy"] ?? "", /default-src 'none'.*frame-ancestors 'none'/, path);
    assert.equal(headers["x-content-type-options"], "nosniff", path);
    if (!path.startsWith("/static/")) assert.match(headers["cache-control"] ?? "", /no-store/, path);
  }
});
