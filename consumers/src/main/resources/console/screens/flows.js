// Sagas that need somebody, then those that run, then the newest.
import { html, nothing } from "../lit.js";
import { answer, empty, feed, heading, id, steady, table, when } from "../parts.js";
import { badge, flowState, troubleState } from "../states.js";
import { call } from "../api.js";
import { address } from "../router.js";
import { millis, n, plural, span, word } from "../format.js";

const STATES = ["RUNNING", "COMPENSATING", "CONFIRMED", "REJECTED", "DONE", "REFUSED"];

const request = ({ state, troubled, q }) => ({
  filter: {
    ...(STATES.includes(state) ? { state: `FLOW_STATE_${state}` } : {}),
    ...(troubled ? { troubled: true } : {}),
    ...(q ? { patientId: q } : {}),
  },
  pageSize: 50,
});

export default {
  title: () => "Flows",
  feeds: ({ query }) => ({ flows: ["EventFlowService/WatchFlows", { list: request(query) }] }),
  changed: (page) => {
    page.own = {};
  },
  summary: (page) => {
    const list = answer(page, "flows")?.list;
    return list ? `${plural(list.troubled, "flow")} troubled, ${n(list.running)} running` : "";
  },
  view: (page) => html`
    ${heading("Flows")}
    ${filters(page)}
    ${feed(page, "flows", ({ list }) => flows(page, list))}`,
};

const filters = (page) => html`<form class="filters" @submit=${(event) => event.preventDefault()}>
  <label>state <select @change=${(event) => page.go(address({ state: event.target.value }))}>
    <option value="" ?selected=${!page.query.state}>any</option>
    ${STATES.map((state) => html`<option value=${state} ?selected=${page.query.state === state}>${state.toLowerCase()}</option>`)}
  </select></label>
  <label class="check"><input type="checkbox" .checked=${Boolean(page.query.troubled)}
    @change=${(event) => page.go(address({ troubled: event.target.checked ? "1" : "" }))}> troubled only</label>
  <label>patient <input name="q" .value=${page.query.q ?? ""} maxlength="64" spellcheck="false"
    @change=${(event) => page.go(address({ q: event.target.value.trim() }))}></label>
</form>`;

function flows(page, list) {
  const kept = steady(page, "rows", [...list.flows, ...(page.own.older ?? [])], (flow) => flow.correlationId);
  if (kept.rows.length === 0 && kept.more === nothing) {
    return empty(
      page.query.state || page.query.troubled || page.query.q ? "No flow is like that." : "What becomes of each command stands here.",
      "select * from ops.flow order by at desc limit 50",
    );
  }
  return html`<p class="sentence">${n(list.troubled)} troubled, ${n(list.running)} running. ${kept.more}</p>
    ${flowTable(kept.rows.map(({ row, gone }) => ({ ...row, gone })))}
    ${more(page, list)}`;
}

export const flowTable = (rows) =>
  table(
    "Flows",
    [
      ["what", (flow) => html`<a data-step href=${link(flow)}>${flow.title}</a>`],
      ["state", (flow) => states(flow)],
      ["patient", (flow) => flow.patientId || "–"],
      ["study", (flow) => (flow.studyId ? `${flow.studyId}${flow.siteId ? ` / ${flow.siteId}` : ""}` : "–")],
      ["waits for", (flow) => flow.sagaStep || "–"],
      ["began", (flow) => when(flow.startTime)],
      ["took", (flow) => (flow.endTime ? span(millis(flow.endTime) - millis(flow.startTime)) : "–"), "number"],
      ["correlation", (flow) => id(flow.correlationId), "wide"],
    ],
    rows,
    (flow) => flow.correlationId,
  );

const link = (flow) =>
  flow.enrollmentId ? `/console/enrollments/${flow.enrollmentId}` : `/console/flows/${encodeURIComponent(flow.correlationId)}`;

export const states = (flow) => html`${(flow.troubles ?? []).map((each) => badge(...troubleState(each)))}
  ${badge(...flowState(flow.state))}${flow.reason ? html` <small>${word(flow.reason, "")}</small>` : nothing}`;

function more(page, list) {
  const token = page.own.token ?? list.nextPageToken;
  if (!token) return nothing;
  const load = async () => {
    const next = await call("EventFlowService/ListFlows", { ...request(page.query), pageToken: token });
    page.own.older = [...(page.own.older ?? []), ...next.flows];
    page.own.token = next.nextPageToken;
    delete page.own.rows;
    page.draw();
  };
  return html`<p><button @click=${load}>Show older</button></p>`;
}
