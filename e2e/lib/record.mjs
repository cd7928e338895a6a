// The forms of a record of the follow-up unit, as its members fill them in.

import { press } from "./form.mjs";
import { service } from "./service.mjs";

export const person = (login) => service.staff.find((each) => each.login === login);
export const day = (days) => new Date(Date.now() + days * 864e5).toLocaleDateString("sv", { timeZone: "Europe/Paris" });

export async function send(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`.record-form [name="${name}"]`);
    const type = await field.first().evaluate((each) => each.type);
    if (type === "radio" || type === "checkbox") await page.locator(`.record-form [name="${name}"][value="${value}"]`).check();
    else if (type === "select-one") await field.selectOption({ label: value });
    else await field.fill(value);
  }
  await press(page, ".record-form .actions button");
}

export async function begin(page, label) {
  await page.goto(`${service.office}/suivi/nouveau`);
  await send(page, { "said.label": label, "said.origin": "phone", "said.consent": "young_person", "said.age": "15", "said.department": "69 Rhône", "said.alias": "Camille du club", "said.phone": "06 39 98 12 34", "said.never": "Ne pas appeler le père." });
  return page.url();
}

export async function add(page, record, act, values) {
  await page.goto(`${record}/ajouter/${act}`);
  await send(page, values);
}
