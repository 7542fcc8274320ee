// Every hop as a row: what graph and time line show, in words.
import { html, nothing } from "../lit.js";
import { table } from "../parts.js";
import { badge, hopOutcome, nodeState } from "../states.js";
import { address } from "../router.js";
import { span, typeName } from "../format.js";
import { where } from "./graph.js";

export function hopTable(page, flow, shown) {
  const rows = shown.flatMap((node) => [
    { key: node.nodeId, node, at: node.at },
    ...node.hops.map((hop) => ({ key: `${node.nodeId} ${hop.consumer} ${hop.outcome}`, node, hop, at: hop.at })),
  ]);
  return table(
    "Every hop",
    [
      ["at", (row) => (Number.isFinite(row.at) ? `+${span(row.at - flow.begin)}` : "–"), "number"],
      ["what", (row) => what(page, row)],
      ["who", (row) => row.hop?.consumer ?? row.node.service],
      ["outcome", (row) => badge(...(row.hop ? hopOutcome(row.hop.outcome) : nodeState(row.node.state)))],
      ["waited", (row) => (row.hop ? time(row.hop.waitedMs) : "–"), "number"],
      ["worked", (row) => (row.hop ? time(row.hop.workedMs) : "–"), "number"],
      ["where", (row) => (row.hop ? nothing : html`<code>${where(row.node)}</code>`)],
      ["note", (row) => note(row)],
    ],
    rows,
    (row) => row.key,
    true,
  );
}

const time = (ms) => (Number.isFinite(ms) ? span(ms) : "–");

const what = (page, { node, hop }) =>
  hop
    ? html`<span class="under">${typeName(node.type)}</span>`
    : html`<a data-step data-node=${node.nodeId} href=${address({ hop: node.nodeId })}
        aria-current=${page.query.hop === node.nodeId ? "true" : nothing}>${typeName(node.type)}</a>`;

const note = ({ node, hop }) => {
  if (!hop) return node.detail;
  return html`${hop.attempts > 1 ? `${hop.attempts} tries ` : ""}${hop.error}
    ${hop.letterId ? html` <a href=${`/console/dead-letters/${hop.letterId}`}>dead letter</a>` : nothing}`;
};
