// Where one enrollment, or one conversation, stands: as graph, time line and table, live while its saga runs.
import { html, nothing } from "../lit.js";
import { about, answer, copy, heading, id } from "../parts.js";
import { address } from "../router.js";
import { arrow, focusNode, graph, NORMAL, zoomed } from "../flow/graph.js";
import { timeline, zoomTime } from "../flow/timeline.js";
import { hopTable } from "../flow/hops.js";
import { model } from "../flow/model.js";
import { panel } from "../flow/panel.js";
import { reveal } from "../flow/reveal.js";
import { sentence } from "../flow/sentence.js";
import { states } from "./flows.js";

const VIEWS = ["graph", "time", "table"];
const SETTLED_MS = 10_000;
const UNHEARD_MS = 3000;
const view = (page) => (VIEWS.includes(page.query.view) ? page.query.view : innerWidth < 700 ? "table" : "graph");

const subject = ({ params }) =>
  params.enrollment ? { enrollmentId: params.enrollment } : { correlationId: params.correlation };

function current(page) {
  const flow = answer(page, "flow")?.flow;
  if (flow && page.own.of !== flow) Object.assign(page.own, { of: flow, model: model(flow) });
  return page.own.model;
}

export default {
  title: (page) => (page.own.model ? sentence(page.own.model.summary).short : "Flow"),
  feeds: (page) => ({ flow: ["EventFlowService/WatchFlows", subject(page)] }),
  summary: (page) => (page.own.model ? sentence(page.own.model.summary).whole : ""),

  entered(page) {
    page.own.enteredAt = Date.now();
  },

  view: (page) => html`${about(page, "flow", "Flow", () => whole(page, current(page)))}${answer(page, "flow") ? nothing : unheard(page)}`,

  drawn(page) {
    const flow = page.own.model;
    if (!flow) return;
    if (flow.isOver && page.live.state === "live" && Date.now() - flow.end > SETTLED_MS) page.live.end();
    const newest = page.own.newest;
    if (page.query.follow && newest && newest !== page.own.followed) {
      page.own.followed = newest;
      focusNode(newest, false);
    }
  },

  key(page, key) {
    const flow = page.own.model;
    if (!flow) return false;
    if (key.startsWith("Arrow")) return arrow(page, flow, key);
    if (key === "f") return page.go(address({ follow: page.query.follow ? "" : "1" }), { replace: true }), true;
    const by = { "+": 1, "=": 1, "-": -1, 0: 0 }[key];
    return by === undefined ? false : (zoom(page, by), true);
  },
};

const unheard = ({ params, own }) => html`<p class="hint">
  ${params.enrollment ? "Enrollment" : "Conversation"} ${id(params.enrollment ?? params.correlation)}.
  ${Date.now() - own.enteredAt > UNHEARD_MS ? "Nothing is known of it yet; it is shown here as soon as there is. Notes of single hops are kept for 7 days." : nothing}</p>`;

function zoom(page, by) {
  if (view(page) === "time") return zoomTime(page, by);
  page.own.zoom = by === 0 ? NORMAL : zoomed(page.own.zoom ?? NORMAL, by);
  page.draw();
}

function whole(page, flow) {
  const now = view(page);
  const { summary } = flow;
  const shown = reveal(page, flow);
  const node = flow.byId.get(page.query.hop);
  const sql = `select * from ops.flow where correlation_id = '${summary.correlationId.replaceAll("'", "''")}' order by at`;
  return html`
    ${heading(sentence(summary).head, states(summary))}
    <p class="sentence">${sentence(summary).rest}</p>
    <p class="ids">${summary.enrollmentId ? html`enrollment ${id(summary.enrollmentId)} · ` : nothing}correlation ${id(summary.correlationId)}</p>
    <div class="toolbar" role="group" aria-label="View">
      ${VIEWS.map((each) => html`<a class="tab" href=${address({ view: each })} aria-current=${each === now ? "true" : nothing}>${each}</a>`)}
      <button aria-pressed=${Boolean(page.query.follow)} @click=${() => page.go(address({ follow: page.query.follow ? "" : "1" }), { replace: true })}>follow</button>
      <span class="zoom" role="group" aria-label="Zoom">
        <button @click=${() => zoom(page, -1)} aria-label="Zoom out" ?disabled=${now === "table"}>−</button>
        <button @click=${() => zoom(page, 1)} aria-label="Zoom in" ?disabled=${now === "table"}>+</button>
        <button @click=${() => zoom(page, 0)} aria-label="0: show all" ?disabled=${now === "table"}>0</button></span>
      ${copy("copy link", () => location.href)} ${copy("copy SQL", () => sql)}
    </div>
    ${flow.truncated ? html`<p class="hint">Only the first 2000 nodes are shown; the SQL has all.</p>` : nothing}
    <div class="beside-panel ${node ? "with-panel" : ""}">
      <div class="view">${{ graph, time: timeline, table: hopTable }[now](page, flow, shown)}</div>
      ${node ? panel(page, flow, node) : nothing}
    </div>`;
}
