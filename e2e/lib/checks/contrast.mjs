// 13: what shows that something can be pressed or typed into, and what shows where
// the focus is, has 3:1 against what lies beside it, by day and by night. (Text is
// measured by axe.)

export async function contrast({ page }) {
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await page.evaluate(faint)).map((what) => `${colorScheme}: ${what}`));
  }
  await page.emulateMedia({ colorScheme: "light" });
  return [...new Set(found)];
}

function faint() {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map(); // reading a canvas takes its time, and a page has a dozen colours
  const rgba = (color) => {
    if (!known.has(color)) known.set(color, painted(color));
    return known.get(color);
  };
  const painted = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const found = [];
  for (const element of document.querySelectorAll("input:not([type=hidden]), select, textarea, .button, .exit, .door, .call a")) {
    if (!element.getClientRects().length || element.closest(".trap") || element.disabled) continue;
    const choice = element.closest(".choice, .tick");
    const framed = choice?.querySelector("span");
    const style = framed ? getComputedStyle(framed, "::before") : getComputedStyle(element);
    const around = behind((choice ?? element).parentElement);
    // A shape shows by its border or by its surface; a quiet button is underlined text.
    if (element.matches(".is-quiet")) continue;
    const edge = Math.max(parseFloat(style.borderTopWidth) > 0 ? ratio(rgba(style.borderTopColor), around) : 1, ratio(rgba(style.backgroundColor), around));
    if (rgba(style.borderTopColor)[3] + rgba(style.backgroundColor)[3] > 0 && edge < 3) found.push(`${element.tagName.toLowerCase()}.${element.className} ${edge.toFixed(2)}:1`);
    const focus = rgba(getComputedStyle(document.documentElement).getPropertyValue("--focus").trim());
    if (ratio(focus, around) < 3) found.push(`focus ring around ${element.tagName.toLowerCase()}.${element.className} ${ratio(focus, around).toFixed(2)}:1`);
  }
  return found;
}
