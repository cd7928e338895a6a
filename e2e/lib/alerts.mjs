// The alerts of a coordinator: whom the house tells, and what went wrong.

import { logIn } from "./office.mjs";
import { press } from "./form.mjs";
import { service, sql } from "./service.mjs";

const save = "form[action='/alertes'] .actions button";

async function* alerting({ page }) {
  const [[before]] = await sql("select encode(convert_to(steps::text, 'UTF8'), 'hex') from notice_settings");
  try {
    await logIn(page, "coordinator");
    await page.goto(`${service.office}/alertes`);
    yield "alerts";
    await page.locator("#address-1").fill("javascript:alert(1)");
    await page.locator("#after-1").fill("0");
    await page.locator("#address-2").fill(`https://${"astreinte-".repeat(20)}.example/`);
    await page.locator("#from-2").fill("20:00");
    await press(page, save);
    yield "alerts, wrong";
    await page.locator("#address-1").fill("astreinte@exemple.invalid");
    await page.locator("#after-1").fill("3");
    await page.locator("#address-2").fill("");
    await page.locator("#from-2").fill("");
    await page.locator("#address").fill("equipe@exemple.invalid");
    await press(page, save);
    yield "alerts, saved";
  } finally {
    await sql(`update notice_settings set steps = convert_from(decode('${before}', 'hex'), 'UTF8')::jsonb, reminders = '{}', version = version + 1`);
  }
}

export const walks = { alerting };
