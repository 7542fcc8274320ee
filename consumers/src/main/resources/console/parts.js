// What several screens show in the same way.
import { html, nothing, repeat } from "./lit.js";
import { exact, time, UNKNOWN } from "./format.js";
import { say } from "./announce.js";
import { badge } from "./states.js";

export const heading = (text, ...beside) =>
  html`<div class="heading"><h1 tabindex="-1">${text}</h1><div class="beside">${beside}</div></div>`;

export const when = (value) => html`<time datetime=${value ?? ""} title=${exact(value)}>${time(value)}</time>`;

export const id = (value) => html`<code class="id">${value}</code>`;

export function copy(label, text) {
  const put = async (event) => {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(text());
      say("status", `${label}: copied`);
      button.dataset.done = "";
    } catch {
      say("status", "The browser did not let it be copied.");
    }
    setTimeout(() => delete button.dataset.done, 1500);
  };
  return html`<button class="copy" @click=${put}>${label}</button>`;
}

// Where a feed stands: shows its answer, or what is in its place.
export function feed(page, name, show) {
  const envelope = page.live.data[name];
  if (envelope?.answer) return show(envelope.answer);
  if (envelope?.error) return failed(envelope.error, () => location.reload());
  return html`<p class="loading" aria-busy="true">Loading…</p>`;
}

// A screen that is about what a feed answers, and has its heading from there.
export const about = (page, name, title, show) => html`${answer(page, name) ? nothing : heading(title)}${feed(page, name, show)}`;

// One figure of a feed.
export function figure(page, name, show) {
  const envelope = page.live.data[name];
  if (!envelope) return html`<span class="coming" aria-busy="true">…</span>`;
  return envelope.answer ? show(envelope.answer) : UNKNOWN;
}

export const answer = (page, name) => page.live.data[name]?.answer;

export const failed = (error, retry) => html`<div class="failure" role="alert">
  <p>${badge("failed", "failed")} <strong>${error.message}</strong></p>
  ${error.fields?.length ? html`<ul>${error.fields.map((field) => html`<li>${field}</li>`)}</ul>` : nothing}
  <p>${error.reason || error.code}${error.correlationId ? html`, correlation id ${id(error.correlationId)}` : nothing}</p>
  ${retry ? html`<button @click=${retry}>Try again</button>` : nothing}
</div>`;

export const empty = (what, command, button = nothing) => html`<div class="empty">
  <p>${what}</p>
  ${button}
  ${command ? html`<p><code>${command}</code> ${copy("copy", () => command)}</p>` : nothing}
</div>`;

// A bar with its number beside it; never thinner than 3 px where there is anything.
export function bar(part, whole, label) {
  const share = whole > 0 ? Math.min(1, part / whole) : 0;
  const width = share > 0 ? Math.max(1.5, share * 100) : 0;
  return html`<span class="bar"><svg viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=${label}>
    <rect class="track" width="100" height="8"></rect><rect class="fill" width=${width} height="8"></rect></svg></span>`;
}

// Rows that do not move under the pointer: what is new waits behind a button unless nothing is there yet; what has gone
// stays until then.
export function steady(page, name, rows, idOf) {
  const kept = (page.own[name] ??= { order: null, rows: new Map() });
  const now = new Map(rows.map((row) => [idOf(row), row]));
  const take = () => {
    kept.order = [...now.keys()];
    kept.rows = new Map(now);
    page.draw();
  };
  if (!kept.order?.length) {
    kept.order = [...now.keys()];
    kept.rows = new Map(now);
  }
  for (const key of kept.order) if (now.has(key)) kept.rows.set(key, now.get(key));
  const fresh = [...now.keys()].filter((key) => !kept.rows.has(key)).length;
  return {
    rows: kept.order.map((key) => ({ row: kept.rows.get(key), gone: !now.has(key) })),
    more: fresh > 0 ? html`<button class="new-rows" @click=${take}>${fresh} new</button>` : nothing,
    reset: () => delete page.own[name],
  };
}

// A table whose rows become cards where it is narrow; dense ones become lines, and leave out what is not there.
export const table = (caption, columns, rows, keyOf, dense = false) => html`<div class="table ${dense ? "dense" : "stacked"}"><table>
  <caption class="unseen">${caption}</caption>
  <thead><tr>${columns.map(([name, , kind]) => html`<th scope="col" class=${kind ?? ""}>${name}</th>`)}</tr></thead>
  <tbody>${repeat(
    rows,
    (row) => keyOf(row),
    (row) => html`<tr data-row class=${row.gone ? "gone" : ""}>${columns.map((column) => cell(column, row))}</tr>`,
  )}</tbody></table></div>`;

function cell([name, show, kind], row) {
  const shown = show(row);
  const none = shown === "–" || shown === "" || shown === nothing;
  return html`<td data-name=${name} class="${kind ?? ""} ${none ? "none" : ""}"><span>${shown}</span></td>`;
}
