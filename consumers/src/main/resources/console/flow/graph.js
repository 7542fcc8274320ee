// Causation as a tree: a row for each command, what it led to on its right, the next command below.
import { at, html, nothing, repeat, svg } from "../lit.js";
import { hopOutcome, nodeState, shapeInside } from "../states.js";
import { span, topicName, typeName } from "../format.js";
import { address } from "../router.js";

// Six columns, as an enrollment with its mails has, fit on a wide screen.
const WIDTH = 204;
const HEIGHT = 84;
const ACROSS = WIDTH + 22;
const DOWN = HEIGHT + 38;
const MARGIN = 18;
const LONG_MS = 60_000;
const ZOOMS = [0.4, 0.55, 0.7, 0.85, 1, 1.25, 1.5];

export const zoomed = (zoom, by) => Math.min(ZOOMS.length - 1, Math.max(0, zoom + by));
export const NORMAL = ZOOMS.indexOf(1);

export function graph(page, flow, shown) {
  const columns = Math.max(...flow.nodes.map((node) => node.column)) + 1;
  const rows = Math.max(...flow.nodes.map((node) => node.row)) + 1;
  const width = columns * ACROSS + MARGIN;
  const height = rows * DOWN;
  const scale = ZOOMS[page.own.zoom ?? NORMAL];
  return html`<div class="graph" tabindex="0" role="region" aria-label="Graph of causes and effects; the table view has the same">
    <svg viewBox="0 0 ${width} ${height}" width=${width * scale} height=${height * scale} role="group">
      <defs><marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0l8 4-8 4z"></path></marker></defs>
      ${repeat(
        shown.filter((node) => node.causeId),
        (node) => `to ${node.nodeId}`,
        (node) => svg`<path class="edge" marker-end="url(#tip)" d=${edge(flow.byId.get(node.causeId), node)}></path>`,
      )}
      ${repeat(shown, (node) => node.nodeId, (node) => drawn(page, flow, node))}
    </svg></div>`;
}

const left = (node) => node.column * ACROSS + MARGIN;
const top = (node) => node.row * DOWN + MARGIN;

// To the right neighbour straight; to others of the row over the top; to a row below through the gap under the cause's.
function edge(cause, node) {
  const [x2, y2] = [left(node), top(node) + HEIGHT / 2];
  if (node.row === cause.row) {
    if (node.column === cause.column + 1) return `M${left(cause) + WIDTH} ${y2}H${x2 - 2}`;
    const [from, to, over] = [left(cause) + WIDTH - 20, x2 + 20, top(node) - 10];
    return `M${from} ${top(node)}V${over + 6}Q${from} ${over} ${from + 6} ${over}H${to - 6}Q${to} ${over} ${to} ${over + 6}V${top(node) - 2}`;
  }
  const [from, under, to] = [left(cause) + 20, top(cause) + HEIGHT + 12, MARGIN - 10];
  if (node.row === cause.row + 1 && cause.column === node.column) return `M${from} ${top(cause) + HEIGHT}V${top(node) - 2}`;
  return `M${from} ${top(cause) + HEIGHT}V${under - 6}Q${from} ${under} ${from - 6} ${under}H${to + 6}Q${to} ${under} ${to} ${under + 6}V${y2 - 6}Q${to} ${y2} ${to + 6} ${y2}H${x2 - 2}`;
}

function drawn(page, flow, node) {
  const [kind, word] = nodeState(node.state);
  const selected = page.query.hop === node.nodeId;
  const cause = flow.byId.get(node.causeId);
  // After a long wait, what matters is how long after its cause.
  const since = cause && node.since > LONG_MS ? `${span(node.at - cause.at)} later` : `+${span(node.since)}`;
  return svg`<g class="placed" ${at(left(node), top(node))}>
    <a class="node ${kind}" data-step data-node=${node.nodeId} href=${address({ hop: node.nodeId })}
      aria-current=${selected ? "true" : nothing}
      aria-description=${cause ? `caused by ${typeName(cause.type)}` : nothing}>
      <rect class="box" width=${WIDTH} height=${HEIGHT} rx="6"></rect>
      <rect class="edge-of-state" x="0.5" y="8" width="4" height=${HEIGHT - 16} rx="2"></rect>
      <text class="name" x="14" y="19">${cut(typeName(node.type), Math.floor((WIDTH - 30 - since.length * 5.9) / 7))}</text>
      <text class="since" x=${WIDTH - 8} y="19">${since}</text>
      <g class="state ${kind}" transform="translate(14 28)">${shapeInside(kind)}<text x="17" y="10">${cut(`${word} · ${node.service}`, 27)}</text></g>
      <text class="where" x="14" y="55">${cut(where(node), 28)}</text>
      ${outcomes(node)}
    </a></g>`;
}

export const where = (node) => {
  if (!node.topic) return node.kind === "FLOW_NODE_KIND_COMMAND" ? "gRPC call" : node.detail || "";
  const place = node.offset === undefined ? "not seen there yet" : `${node.partition ?? 0}@${node.offset}`;
  return `${topicName(node.topic)} ${place}`;
};

// What consumers did, counted by outcome: the worst first.
const ORDER = ["PARKED", "RETRIED", "WAITING", "DISCARDED", "DUPLICATE", "APPLIED", "TAKEN"];

function counted(node) {
  return ORDER.map((name) => `HOP_OUTCOME_${name}`)
    .map((outcome) => [outcome, node.hops.filter((hop) => hop.outcome === outcome).length])
    .filter(([, many]) => many > 0)
    .map(([outcome, many]) => [...hopOutcome(outcome), many]);
}

function outcomes(node) {
  let x = 14;
  return counted(node)
    .slice(0, 3)
    .map(([kind, word, many]) => {
      const text = `${many} ${cut(word, 9)}`;
      const place = x;
      x += 26 + text.length * 6.3;
      return svg`<g class="state ${kind}" transform="translate(${place} 64)">${shapeInside(kind)}<text x="16" y="10">${text}</text></g>`;
    });
}

const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

// Arrows go to cause and effects, and along what has the same cause.
export function arrow(page, flow, key) {
  const node = flow.byId.get(document.activeElement?.dataset?.node);
  if (!node) return false;
  const beside = flow.nodes.filter((each) => each.causeId === node.causeId);
  const at = beside.indexOf(node);
  const next = {
    ArrowUp: flow.byId.get(node.causeId),
    ArrowDown: node.effects?.[0],
    ArrowLeft: beside[at - 1],
    ArrowRight: beside[at + 1],
  }[key];
  if (next) focusNode(next.nodeId);
  return ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].includes(key);
}

export function focusNode(id, focus = true) {
  const link = document.querySelector(`[data-node="${CSS.escape(id)}"]`);
  if (focus) link?.focus({ preventScroll: true });
  link?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
