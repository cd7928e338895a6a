// 29: the exit is first in tab order, in sight at every scroll position, also where
// a keyboard leaves 280 px, and it lies over no control.

export async function exit({ page, status }) {
  if (!await page.locator("a.exit").count()) {
    const forms = await page.locator("main input, main textarea, main button").count();
    return status() === 410 && forms === 0 ? [] : ["there is no exit"]; // nothing is left to leave
  }
  const found = [];
  const usual = page.viewportSize();
  for (const size of [{ width: 360, height: 740 }, { width: 360, height: 280 }, { width: 740, height: 280 }]) {
    await page.setViewportSize(size);
    found.push(...(await page.evaluate(hidden)).map((what) => `at ${size.width} × ${size.height}: ${what}`));
  }
  await page.setViewportSize(usual);
  return found;
}

function hidden() {
  const found = [];
  const name = (element) => `${element.tagName.toLowerCase()}.${element.className || element.name} “${element.textContent.trim().slice(0, 30)}”`;
  const link = document.querySelector("a.exit");
  const controls = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter((element) => element.getClientRects().length && getComputedStyle(element).visibility !== "hidden" && !element.closest(".trap, [data-cover]"));
  if (controls[0] !== link) found.push(`${name(controls[0])} comes before the exit`);
  const top = () => {
    const box = link.getBoundingClientRect();
    const centre = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth || !link.contains(centre)) found.push(`out of sight when scrolled to ${scrollY}`);
  };
  const far = document.documentElement.scrollHeight - innerHeight;
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    scrollTo({ top: far * part, behavior: "instant" });
    top();
  }
  for (const control of controls) {
    if (control.matches(".skip")) continue; // it shows with the focus only
    control.scrollIntoView({ block: "nearest", behavior: "instant" });
    const [box] = control.getClientRects();
    const centre = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    const whole = control.closest("label") ?? control;
    if (!centre || !(whole.contains(centre) || centre.contains(control) && !centre.matches(".top, .top *"))) found.push(`${name(control)} is covered by ${centre ? name(centre) : "nothing"}`);
    top();
  }
  scrollTo({ top: 0, behavior: "instant" });
  return [...new Set(found)];
}
