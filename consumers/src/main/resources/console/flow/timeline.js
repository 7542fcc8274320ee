// A row for each service, time from left to right; waited apart from worked.
import { html, nothing, svg } from "../lit.js";
import { foldedScale } from "./folded.js";
import { address } from "../router.js";
import { hopOutcome, nodeState } from "../states.js";
import { millis, span, typeName } from "../format.js";

const FIRST = ["enrollment-core", "outbox-relay", "capacity", "supply", "randomization", "saga", "projection", "analytics", "audit", "notification"];
const BAR = 16;
const LONG_WAIT_MS = 400;

export function timeline(page, flow, shown) {
  const bars = shown.flatMap(barsOf).filter((bar) => Number.isFinite(bar.from) && Number.isFinite(bar.to));
  const from = Math.max(flow.begin, millis(page.query.from) || flow.begin);
  const to = Math.max(from + 1, Math.min(flow.end, millis(page.query.to) || flow.end));
  const width = Math.max(480, (document.getElementById("main")?.clientWidth ?? 900) - (page.query.hop && innerWidth >= 1300 ? 600 : 190));
  const scale = foldedScale(bars.map((bar) => [bar.from, bar.to]), from, to, width);
  const inside = bars.filter((bar) => bar.to >= from && bar.from <= to);
  const lanes = [...new Set(inside.map((bar) => bar.lane))].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  page.own.range = { from, to, begin: flow.begin, end: flow.end };
  return html`<div class="timeline" role="region" tabindex="0" aria-label="Time line by service; the table view has the same">
    ${brush(page, flow, bars)}
    ${lanes.map((lane) => row(page, flow, lane, inside.filter((bar) => bar.lane === lane), scale))}
    <div class="lane axis"><span></span><svg width=${scale.width} height="20" aria-hidden="true">
      <text x="0" y="14">+${span(from - flow.begin)}</text>
      ${scale.folds.map((fold) => svg`<text class="fold" text-anchor="middle" x=${fold.x + fold.width / 2} y="14">${span(fold.to - fold.from)}</text>`)}
      <text text-anchor="end" x=${scale.width} y="14">+${span(to - flow.begin)}</text></svg></div>
  </div>`;
}

const rank = (lane) => (FIRST.includes(lane) ? FIRST.indexOf(lane) : FIRST.length);

function barsOf(node) {
  const bars = [{ node, lane: node.service, from: node.at, to: node.at, state: nodeState(node.state), what: "written" }];
  const relayed = millis(node.relayTime);
  if (relayed) bars.push({ node, lane: "outbox-relay", from: node.at, to: relayed, state: ["applied", "relayed"], what: "outbox to topic" });
  for (const hop of node.hops) {
    if (!Number.isFinite(hop.at)) continue;
    const began = hop.at - (hop.workedMs || 0);
    bars.push({ node, hop, lane: hop.consumer, from: began, to: hop.at, waited: hop.waitedMs || 0, state: hopOutcome(hop.outcome), what: hopOutcome(hop.outcome)[1] });
  }
  if (node.kind === "FLOW_NODE_KIND_NOTIFICATION" && node.sendTime) {
    bars.push({ node, lane: node.service, from: node.at, to: millis(node.sendTime), state: nodeState(node.state), what: "sent" });
  }
  return bars;
}

// What shares one transaction is one bar.
function merged(bars) {
  const found = new Map();
  for (const bar of bars) {
    const key = `${bar.from} ${bar.to} ${bar.state[0]}`;
    if (found.has(key)) found.get(key).many += 1;
    else found.set(key, { ...bar, many: 1 });
  }
  return [...found.values()].sort((a, b) => a.from - b.from);
}

function row(page, flow, lane, bars, scale) {
  const ends = [];
  const placed = merged(bars).map((bar) => {
    const x = scale.at(bar.from);
    const width = Math.max(3, scale.at(bar.to) - x);
    const label = labelOf(bar);
    const inside = width > label.length * 7 + 12;
    const waitFrom = bar.waited > 0 ? scale.at(Math.max(bar.from - bar.waited, flow.begin)) : x;
    let line = ends.findIndex((end) => end <= waitFrom);
    if (line < 0) line = ends.length;
    ends[line] = x + width + 4 + (inside ? 0 : label.length * 7);
    return { ...bar, x, width, label, inside, line, waitFrom };
  });
  const height = Math.max(1, ends.length) * (BAR + 6) + 8;
  return html`<div class="lane"><span class="lane-name">${lane}</span>
    <svg width=${scale.width} height=${height} role="group" aria-label=${lane}>
      ${scale.folds.map((fold) => svg`<path class="fold" d="M${fold.x + 24} ${height}l8 -${height}m4 0l-8 ${height}"></path>`)}
      ${placed.map((bar) => drawn(page, flow, bar))}
    </svg></div>`;
}

function labelOf({ from, to, waited }) {
  const took = to > from ? span(to - from) : "";
  return waited > LONG_WAIT_MS ? `${took} after ${span(waited)}` : took;
}

function drawn(page, flow, bar) {
  const y = 4 + bar.line * (BAR + 6);
  const text = `${typeName(bar.node.type)}${bar.many > 1 ? ` and ${bar.many - 1} more` : ""}: ${bar.what}, +${span(bar.from - flow.begin)}${bar.to > bar.from ? `, took ${span(bar.to - bar.from)}` : ""}${bar.waited ? `, waited ${span(bar.waited)}` : ""}`;
  return svg`<a class="bar-of-time ${bar.state[0]}" data-step data-node=${bar.node.nodeId} href=${address({ hop: bar.node.nodeId })}
    aria-current=${page.query.hop === bar.node.nodeId ? "true" : nothing} aria-label=${text}><title>${text}</title>
    ${bar.waitFrom < bar.x ? svg`<path class="waited" d="M${bar.waitFrom} ${y + BAR / 2}H${bar.x}"></path>` : nothing}
    <rect x=${bar.x} y=${y} width=${bar.width} height=${BAR} rx="2"></rect>
    ${bar.label ? svg`<text class=${bar.inside ? "inside" : ""} x=${bar.inside ? bar.x + 6 : bar.x + bar.width + 4} y=${y + 12}>${bar.label}</text>` : nothing}</a>`;
}

// The whole flow in small; dragging over it zooms in.
function brush(page, flow, bars) {
  const width = 320;
  const scale = foldedScale(bars.map((bar) => [bar.from, bar.to]), flow.begin, flow.end, width);
  const { from, to } = page.own.range;
  const time = (event) => scale.back((event.offsetX / event.currentTarget.clientWidth) * scale.width);
  const down = (event) => {
    page.own.drag = time(event);
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const up = (event) => {
    const range = [page.own.drag, time(event)].sort((a, b) => a - b);
    delete page.own.drag;
    if (range[1] - range[0] >= 1) zoomTo(page, ...range);
  };
  return html`<div class="brush"><span class="lane-name">all</span>
    <svg viewBox="0 0 ${scale.width} 24" preserveAspectRatio="none" height="24" aria-hidden="true" @pointerdown=${down} @pointerup=${up}>
      <rect class="track" width=${scale.width} height="24"></rect>
      ${bars.map((bar) => svg`<rect class="mark" x=${scale.at(bar.from)} y="4" width=${Math.max(1.5, scale.at(bar.to) - scale.at(bar.from))} height="16"></rect>`)}
      <rect class="window" x=${scale.at(from)} width=${Math.max(4, scale.at(to) - scale.at(from))} height="24"></rect>
    </svg></div>`;
}

function zoomTo(page, from, to) {
  page.go(address({ from: new Date(from).toISOString(), to: new Date(to).toISOString() }), { replace: true });
}

// Keys and buttons: nearer to the middle of what is shown, or away from it.
export function zoomTime(page, by) {
  const { from, to, begin, end } = page.own.range ?? {};
  if (by === 0) return page.go(address({ from: "", to: "" }), { replace: true });
  const middle = (from + to) / 2;
  const half = ((to - from) / 2) * (by > 0 ? 0.5 : 2);
  if (middle - half <= begin && middle + half >= end) return zoomTime(page, 0);
  return zoomTo(page, Math.max(begin, middle - half), Math.min(end, middle + half));
}
