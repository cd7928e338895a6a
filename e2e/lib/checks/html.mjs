// 9: the page as the server wrote it is valid HTML.

import { HtmlValidate } from "html-validate";

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: {
    "doctype-style": ["error", { style: "lowercase" }],
    "no-trailing-whitespace": "off", // what a template leaves between its lines
    "no-implicit-button-type": "off", // a button sends its form: the default is what is meant
    "no-redundant-for": "off", // a label around its field and named for it: speech input of old wants both
    "form-dup-name": "off", // repeated items and their buttons repeat names: that is how a form says so
    "require-sri": "off", // everything comes from ourselves
  },
});

export async function html({ source }) {
  const report = await validator.validateString(await source());
  return report.results.flatMap((result) => result.messages.map((message) => `line ${message.line}: ${message.ruleId}: ${message.message}`));
}
