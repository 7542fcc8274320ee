// Trying parked letters again: a dry run first, then exactly what it showed.
import { html, nothing } from "../lit.js";
import { copy, failed, table } from "../parts.js";
import { call, requestId } from "../api.js";
import { ask } from "../dialog.js";
import { n, plural, word } from "../format.js";
import { grpcurl } from "./groups.js";

const MAX = 1000;
const RATE = 100;

// selected: { some, keys, events, sql }
export function redriveBar(page, filter, selected) {
  const { preview, failure } = page.own;
  const request = { filter, dryRun: true, max: MAX, rate: RATE };
  const what = selected.some ? "of these" : "of all";
  return html`<section class="acts" aria-labelledby="acts">
    <h2 id="acts">Redrive</h2>
    <p>${selected.keys === 0 ? "Nothing parked is like that any more." : `${plural(selected.events, "event")} in ${plural(selected.keys, "key")} ${selected.some ? "selected" : "in all; select a cause to take less"}.`}</p>
    ${failure ? failed(failure, () => dryRun(page, request)) : nothing}
    ${preview ? previewed(preview) : nothing}
    <div class="buttons">
      ${copy("copy SQL", () => selected.sql)}
      ${copy("copy grpcurl", () => grpcurl("accrual.ops.v1.DeadLetterService/Redrive", request))}
      <button ?disabled=${selected.keys === 0 || !page.live.canAct} @click=${() => dryRun(page, request)}>Dry run ${what}</button>
      ${preview?.previewToken
        ? html`<button class="first" ?disabled=${!page.live.canAct} @click=${() => redrive(page, preview)}>Redrive ${plural(preview.letters, "event")} in ${plural(preview.keys, "key")}</button>`
        : nothing}
    </div>
  </section>`;
}

function previewed(preview) {
  const whose = Object.entries(preview.lettersByConsumer ?? {});
  return html`<div class="preview" role="status">
    <p>Dry run: ${n(preview.letters)} of ${n(Number(preview.letters) + Number(preview.refused))} can go, in ${plural(preview.keys, "key")},
      each key in order, until one fails. Nothing has been changed.</p>
    ${whose.length ? html`<p>${whose.map(([consumer, many]) => `${consumer}: ${n(many)}`).join(", ")}.${whose.some(([c]) => c === "notification") ? " Mails would be recorded and sent." : ""}</p>` : nothing}
    ${preview.refusals?.length
      ? table("Refused", [["letter", (r) => html`<a href=${`/console/dead-letters/${r.letterId}`}><code class="id">${r.letterId}</code></a>`], ["why not", (r) => word(r.reason, "")]], preview.refusals, (r) => r.letterId)
      : nothing}
  </div>`;
}

async function dryRun(page, request) {
  delete page.own.preview;
  delete page.own.failure;
  try {
    page.own.preview = await call("DeadLetterService/Redrive", request);
  } catch (error) {
    page.own.failure = error;
  }
  page.draw();
}

function redrive(page, preview) {
  const id = requestId();
  ask(page, {
    title: `Redrive ${plural(preview.letters, "event")} in ${plural(preview.keys, "key")}`,
    text: html`<p>Exactly what the dry run showed is tried again, ${RATE} a second at most. If something of it has changed, nothing is tried.</p>`,
    verb: `Redrive ${plural(preview.letters, "event")}`,
    act: async (who) => {
      const begun = await call("DeadLetterService/Redrive", { requestId: id, previewToken: preview.previewToken, rate: RATE }, who);
      page.go(`/console/redrives/${begun.redriveId}`);
    },
  });
}
