// Projections: how far each is against the head, how stale, and rebuilding it.
import { html, nothing } from "../lit.js";
import { answer, bar, copy, empty, feed, heading, when } from "../parts.js";
import { badge, health, rebuildState } from "../states.js";
import { call, requestId } from "../api.js";
import { ask, asked, showAsked } from "../dialog.js";
import { duration, n, num, plural, rate, span } from "../format.js";

export default {
  title: (page) => (page.params.name ? `Projection ${page.params.name}` : "Projections"),
  feeds: () => ({ projections: ["ProjectionAdminService/ListProjections", {}], pipeline: ["EventFlowService/WatchPipeline", {}] }),
  summary: (page) =>
    (answer(page, "pipeline")?.consumers ?? []).filter((c) => num(c.lag) > 0).map((c) => `${c.consumer} ${n(c.lag)} behind`).join(", "),
  drawn: showAsked,
  view: (page) => html`
    ${heading(page.params.name ? `Projection ${page.params.name}` : "Projections")}
    ${feed(page, "projections", (list) => projections(page, list))}
    ${page.params.name ? nothing : others(page)}
    ${asked(page)}`,
};

function projections(page, { projections: all }) {
  const shown = (all ?? []).filter((each) => !page.params.name || each.name === page.params.name);
  if (shown.length === 0) return empty("There is no projection of that name that can be rebuilt.", "select * from ops.projections");
  return html`<ul class="cards">${shown.map((each) => card(page, each))}</ul>
    <p>${copy("copy SQL", () => "select * from ops.projections")} ${page.params.name ? html`<a href="/console/projections">All projections</a>` : nothing}</p>`;
}

const stageOf = (page, name) => answer(page, "pipeline")?.consumers?.find((each) => each.consumer === name);

function card(page, projection) {
  const stage = stageOf(page, projection.name);
  const known = stage && stage.health !== "PIPELINE_HEALTH_UNKNOWN";
  const events = num(projection.events);
  const parked = num(projection.streamsParked);
  return html`<li class="card" data-row>
    <div class="heading"><h2><a data-step href=${`/console/projections/${projection.name}`}>${projection.name}</a></h2>
      ${stage ? badge(...health(stage.health)) : badge("doubt", "unknown")}</div>
    <dl class="facts">
      ${fact("position", html`<span class="progress">${known ? bar(events, events + num(stage.lag), `${n(events)} of ${n(events + num(stage.lag))}`) : nothing}<span>${n(events)} events of ${plural(projection.streams, "stream")} applied</span></span>`)}
      ${fact("to the head", known ? (num(stage.lag) ? `${plural(stage.lag, "record")}${stage.clearsIn ? `, clears in ${duration(stage.clearsIn)}` : ""}` : "0, at the head") : "unknown")}
      ${fact("staleness", known ? duration(stage.lagTime) : "unknown")}
      ${fact("rate", known ? rate(stage.takenPerSecond) : "unknown")}
      ${fact("parked", parked ? html`<a href=${`/console/dead-letters?consumer=${projection.name}`}>${plural(parked, "stream")}</a>` : "none")}
    </dl>
    ${projection.lastRebuild ? rebuild(page, projection.lastRebuild) : html`<p class="hint">Never rebuilt.</p>`}
    ${acts(page, projection)}
  </li>`;
}

const fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function rebuild(page, last) {
  const filling = last.state === "REBUILD_STATE_FILLING";
  const [done, total] = [num(last.eventsDone), num(last.eventsTotal)];
  const took = last.finishTime ? `, took ${span(Date.parse(last.finishTime) - Date.parse(last.askTime))}` : "";
  return html`<div class="rebuild">
    <p>${badge(...rebuildState(last.state))} ${last.source === "REBUILD_SOURCE_PREVIOUS" ? "way back" : "rebuild"} asked by ${last.askedBy} at ${when(last.askTime)}${took}</p>
    ${filling ? html`<p><span class="progress">${bar(done, total, `${n(done)} of ${n(total)} events`)}<span>${n(done)} of ${n(total)} events</span></span></p>` : nothing}
    ${last.trouble ? html`<p class="detail">${badge("failed", last.trouble)}</p>` : nothing}
  </div>`;
}

function acts(page, projection) {
  const filling = projection.lastRebuild?.state === "REBUILD_STATE_FILLING";
  const off = !page.live.canAct;
  return html`<div class="buttons">
    ${filling
      ? html`<button ?disabled=${off} @click=${() => cancel(page, projection)}>Cancel the rebuild…</button>`
      : html`<button ?disabled=${off} @click=${() => start(page, projection, "BEGINNING")}>Rebuild from ${plural(projection.events, "event")}…</button>
          ${projection.hasPrevious ? html`<button ?disabled=${off} @click=${() => start(page, projection, "PREVIOUS")}>Back to the version before…</button>` : nothing}`}
  </div>`;
}

function start(page, projection, source) {
  const id = requestId();
  const back = source === "PREVIOUS";
  ask(page, {
    title: back ? `Bring back the version before of ${projection.name}` : `Rebuild ${projection.name}`,
    text: html`<p>${back ? "The tables that served before are brought up to date" : `New tables are filled from the topics' beginning, with ${plural(projection.events, "event")} of ${plural(projection.streams, "stream")} and what comes meanwhile`},
      beside those that serve, and take their place once they have caught up. Reads go on. No mail is sent again.</p>`,
    verb: back ? "Bring it back" : "Rebuild",
    act: async (who) => {
      await call("ProjectionAdminService/StartRebuild", { requestId: id, projection: projection.name, source: `REBUILD_SOURCE_${source}` }, who);
      page.go(`/console/projections/${projection.name}`);
    },
  });
}

const cancel = (page, projection) =>
  ask(page, {
    title: `Cancel the rebuild of ${projection.name}`,
    text: html`<p>What serves goes on. What was filled is thrown away.</p>`,
    verb: "Cancel the rebuild",
    danger: true,
    act: (who) => call("ProjectionAdminService/CancelRebuild", { rebuildId: projection.lastRebuild.rebuildId }, who),
  });

const others = (page) => html`<section aria-labelledby="others"><h2 id="others">Other consumers</h2>
  ${feed(page, "pipeline", ({ consumers }) => {
    const named = new Set((answer(page, "projections")?.projections ?? []).map((each) => each.name));
    return html`<ul class="figures">${(consumers ?? []).filter((each) => !named.has(each.consumer)).map(
      (each) => html`<li>${badge(...health(each.health))} <strong>${each.consumer}</strong>
        ${each.health === "PIPELINE_HEALTH_UNKNOWN" ? "unknown" : `${n(each.lag)} behind, ${duration(each.lagTime)}`}
        ${num(each.parkedKeys) ? html`<a href=${`/console/dead-letters?consumer=${each.consumer}`}>${plural(each.parkedKeys, "key")} parked</a>` : nothing}</li>`,
    )}</ul>`;
  })}</section>`;
