// A flow as the views need it: its nodes with times in milliseconds, causes, effects, and places in the graph.
import { millis, seconds } from "../format.js";

// Stratify comes from the library's one file, which puts itself beside the page's other names.
await import("/console/lib/d3-hierarchy/dist/d3-hierarchy.min.js");
const { stratify } = globalThis.d3;

const OVER = ["FLOW_NODE_STATE_DONE", "FLOW_NODE_STATE_REFUSED", "FLOW_NODE_STATE_SKIPPED"];
const RUNNING = ["FLOW_STATE_RUNNING", "FLOW_STATE_COMPENSATING"];

export function model(flow) {
  const ids = new Set(flow.nodes.map((node) => node.nodeId));
  const nodes = flow.nodes.map((node) => ({
    ...node,
    causeId: ids.has(node.causeId) && node.causeId !== node.nodeId ? node.causeId : "",
    at: millis(node.writeTime),
    hops: (node.hops ?? []).map(hop),
  }));
  const begin = Math.min(...nodes.map((node) => node.at).filter(Number.isFinite));
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  for (const node of nodes) Object.assign(node, { since: node.at - begin, end: endOf(node) });
  const tree = forest(nodes);
  for (const branch of tree.descendants()) {
    const node = byId.get(branch.id);
    if (node) Object.assign(node, { depth: branch.depth - 1, effects: (branch.children ?? []).map((each) => byId.get(each.id)) });
  }
  place(nodes, byId);
  const end = Math.max(begin, ...nodes.map((node) => node.end).filter(Number.isFinite));
  return { summary: flow.summary, truncated: flow.truncated, nodes, byId, begin, end, isOver: isOver(flow) };
}

const hop = (each) => ({
  ...each,
  at: millis(each.time),
  waitedMs: seconds(each.waited) * 1000,
  workedMs: seconds(each.worked) * 1000,
});

const endOf = (node) =>
  Math.max(...[node.at, millis(node.relayTime), millis(node.sendTime), ...node.hops.map((each) => each.at)].filter(Number.isFinite));

// Causation is a tree; what began a conversation hangs from a root that is not shown.
const forest = (nodes) =>
  stratify()
    .id((node) => node.nodeId)
    .parentId((node) => (node.isRoot ? undefined : node.causeId || "root"))([{ nodeId: "root", isRoot: true }, ...nodes]);

// A row for each command; what it leads to goes to its right. Each takes the first cell that is free, in the order in which
// they came, so that nothing that stands moves when more comes.
const BEGINS_ROW = ["FLOW_NODE_KIND_COMMAND", "FLOW_NODE_KIND_SAGA_COMMAND"];

function place(nodes, byId) {
  const taken = new Set();
  let lowest = -1;
  for (const node of nodes) {
    const cause = byId.get(node.causeId);
    const begins = !cause || BEGINS_ROW.includes(node.kind);
    node.row = begins ? lowest + 1 : cause.row;
    node.column = begins ? 0 : cause.column + 1;
    while (taken.has(`${node.row} ${node.column}`)) node.column += 1;
    taken.add(`${node.row} ${node.column}`);
    lowest = Math.max(lowest, node.row);
  }
}

const isOver = (flow) => !RUNNING.includes(flow.summary.state) && flow.nodes.every((node) => OVER.includes(node.state));
