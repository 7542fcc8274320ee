// How far a redrive is, and what came of it.
import { html, nothing } from "../lit.js";
import { about, answer, bar, copy, heading, id, table, when } from "../parts.js";
import { badge } from "../states.js";
import { millis, n, num, plural, span } from "../format.js";

const over = (redrive) => Boolean(redrive.finishTime);

export default {
  title: () => "Redrive",
  feeds: ({ params }) => ({ redrive: ["DeadLetterService/GetRedrive", { redriveId: params.id }] }),
  summary: (page) => {
    const redrive = answer(page, "redrive")?.redrive;
    return redrive ? `${n(num(redrive.total) - num(redrive.pending))} of ${n(redrive.total)} tried` : "";
  },
  drawn: (page) => {
    const redrive = answer(page, "redrive")?.redrive;
    if (redrive && over(redrive) && page.live.state === "live") page.live.end();
  },
  view: (page) => about(page, "redrive", "Redrive", ({ redrive }) => whole(redrive)),
};

function whole(redrive) {
  const tried = num(redrive.total) - num(redrive.pending);
  const [kind, word] = !over(redrive) ? ["running", "running"] : num(redrive.failed) > 0 ? ["failed", "some failed again"] : ["applied", "done"];
  const figures = [
    ["applied", "applied", redrive.applied, "took effect, now or before"],
    ["failed", "failed", redrive.failed, "failed again"],
    ["parked", "held", redrive.held, "not tried, since one before it in its key failed"],
    ["duplicate", "gone", redrive.gone, "settled otherwise meanwhile"],
    ["waiting", "pending", redrive.pending, "not tried yet"],
  ];
  return html`
    ${heading(`Redrive of ${plural(redrive.total, "event")}`, badge(kind, word))}
    <p class="sentence"><span class="progress">${bar(tried, num(redrive.total), `${n(tried)} of ${n(redrive.total)} tried`)}<span>${n(tried)} of ${n(redrive.total)} tried</span></span></p>
    <p>Asked by ${redrive.askedBy} at ${when(redrive.askTime)}, ${n(redrive.rate)} a second at most${over(redrive) ? `; took ${span(millis(redrive.finishTime) - millis(redrive.askTime))}` : ""}.</p>
    <ul class="figures">${figures.map(([shape, name, value, what]) => html`<li>${badge(shape, name)} <strong>${n(value)}</strong> <span class="hint">${what}</span></li>`)}</ul>
    ${redrive.failures?.length
      ? html`<h2>Failed again</h2>${table("Failures", [["letter", (f) => html`<a data-step href=${`/console/dead-letters/${f.letterId}`}>${id(f.letterId)}</a>`], ["error", (f) => f.error]], redrive.failures, (f) => f.letterId)}`
      : nothing}
    <p>${copy("copy redrive id", () => redrive.redriveId)} <a href="/console/dead-letters">Back to the dead letters</a></p>`;
}
