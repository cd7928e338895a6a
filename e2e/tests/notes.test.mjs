// Notes on a report: kept while they are written, and who else looks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asVisitor } from "../lib/browser.mjs";
import { press } from "../lib/form.mjs";
import { logIn } from "../lib/office.mjs";
import { service, sql } from "../lib/service.mjs";

const anyReport = async () => (await sql("select id from reports where status = 'received' order by received_at limit 1"))[0][0];

test("a note is kept while it is written, and a colleague is seen", async () => {
  const id = await anyReport();
  await asVisitor({ javaScriptEnabled: true }, async ({ page }) => {
    await logIn(page);
    await page.goto(`${service.office}/dossiers/${id}`);
    await page.locator("#note").fill("La voisine rappelle demain à dix heures.");
    await page.locator("[data-saved]", { hasText: "Gardé à" }).waitFor();
    assert.equal(await page.locator("[data-draft]").isVisible(), false);
    await asVisitor({}, async ({ page: other }) => {
      await logIn(other, "coordinator");
      await other.goto(`${service.office}/dossiers/${id}`);
      assert.match(await other.locator(".presence").textContent(), /lit aussi ce dossier|écrit dans ce dossier/);
      assert.equal(await other.getByText("La voisine rappelle").count(), 0);
    });
    await page.reload();
    assert.equal(await page.locator("#note").inputValue(), "La voisine rappelle demain à dix heures.");
    await press(page, ".noting .actions button:not([data-draft])");
    assert.equal(await page.locator(".note-list blockquote").textContent(), "La voisine rappelle demain à dix heures.");
    assert.equal(await page.locator("#note").inputValue(), "");
  });
});
