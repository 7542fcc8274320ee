// What stands around every screen: where one can go, how live it is, help.
import { html, nothing } from "./lit.js";
import { HELP, keysAreOn, toggleKeys } from "./keys.js";
import { nextTheme, theme } from "./theme.js";
import { span, time } from "./format.js";
import { shape } from "./states.js";

const PLACES = [
  ["Overview", "/console", ["overview"]],
  ["Flows", "/console/flows", ["flows", "flow"]],
  ["Dead letters", "/console/dead-letters", ["letters", "letter", "redrive"]],
  ["Projections", "/console/projections", ["projections"]],
  ["Mails", "/console/mails", ["mails", "mail"]],
];

const LIVE = {
  connecting: ["waiting", "connecting"],
  live: ["applied", "live"],
  paused: ["parked", "paused"],
  reconnecting: ["retrying", "reconnecting"],
  stale: ["failed", "stale"],
  ended: ["duplicate", "ended"],
};

export const shell = (page) => html`
  <a class="skip" href="#main">Skip to content</a>
  <header>
    <a class="brand" href="/console">Accrual</a>
    <nav aria-label="Screens">
      ${PLACES.map(
        ([name, address, screens]) => html`<a href=${address} aria-current=${screens.includes(page.name) ? "page" : nothing}>${name}</a>`,
      )}
    </nav>
    <form role="search" @submit=${(event) => search(page, event)}>
      <label class="unseen" for="search">Search by patient, enrollment or correlation id</label>
      <input id="search" name="q" type="search" placeholder="/ patient, enrollment, correlation id" autocomplete="off" spellcheck="false">
    </form>
    ${liveness(page)}
    <button class="quiet" @click=${() => (nextTheme(), page.draw())} aria-label=${`Theme: ${theme()}. Change`}>${theme()}</button>
    <button class="quiet" @click=${() => document.getElementById("help").showModal()} aria-label="Help and keys">?</button>
  </header>
  ${page.live.state === "stale" ? staleBanner(page) : nothing}
  <main id="main" tabindex="-1">${page.screen.view(page)}</main>
  <div id="say-status" class="unseen" role="status"></div>
  <div id="say-alert" class="unseen" role="alert"></div>
  ${help(page)}
`;

function liveness(page) {
  const { live } = page;
  const [kind, text] = LIVE[live.state];
  const paused = live.state === "paused";
  return html`<div class="liveness">
    <span class="state ${kind}" title=${live.heardAt ? `last heard ${time(live.heardAt)}` : "not heard yet"}>
      ${shape(kind)}<span>${text}${paused ? html` (${live.waiting}<span class="long"> waiting</span>)` : ""}</span></span>
    <button class="quiet" ?disabled=${!paused && live.state !== "live"} @click=${() => live.togglePause()}>
      ${paused ? "resume" : "pause"}</button>
  </div>`;
}

const staleBanner = ({ live }) => html`<section class="banner" aria-label="Connection">
  ${shape("failed")}
  ${live.heardAt
    ? html`Nothing heard for ${span(live.age)}: values are of ${time(live.heardAt)}, actions are off. It goes on by itself.`
    : "The server has not answered yet. It goes on by itself."}
</section>`;

function search(page, event) {
  event.preventDefault();
  const q = new FormData(event.target).get("q").trim();
  if (q) page.go(`/console/search?q=${encodeURIComponent(q)}`);
  event.target.elements.q.blur();
}

const help = (page) => html`<dialog id="help" aria-labelledby="help-title">
  <h2 id="help-title">Keys</h2>
  <dl class="keys">${HELP.map(([key, what]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>`)}</dl>
  <p>None of them acts on data. Times are local; copies are UTC.</p>
  <form method="dialog">
    <button type="button" @click=${() => (toggleKeys(), page.draw())}>Turn keys ${keysAreOn() ? "off" : "on"}</button>
    <button class="first">Close</button>
  </form>
</dialog>`;
