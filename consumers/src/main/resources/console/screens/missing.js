import { html } from "../lit.js";
import { heading } from "../parts.js";

export default {
  title: () => "Nothing here",
  view: () => html`${heading("Nothing here")}<p>No screen has this address. <a href="/console">Go to the overview</a>, or press <kbd>?</kbd> for keys.</p>`,
};
