// A state is told by a shape and a word; colour comes on top and never alone.
import { html, svg } from "./lit.js";

const SHAPES = {
  applied: svg`<circle cx="6" cy="6" r="5"/>`,
  running: svg`<circle cx="6" cy="6" r="4.2" class="hollow"/><path d="M6 1.8a4.2 4.2 0 0 1 0 8.4z"/>`,
  retrying: svg`<path class="hollow" d="M9.6 4A4.2 4.2 0 1 0 10.2 6.4"/><path d="M11.4 1v4h-4z"/>`,
  parked: svg`<path d="M2 1h3v10H2zM7 1h3v10H7z"/>`,
  failed: svg`<path d="M6 0l6 6-6 6-6-6z"/>`,
  compensated: svg`<path class="hollow" d="M4 4h4a2.6 2.6 0 0 1 0 6H4"/><path d="M5 .8v6.4L.6 4z"/>`,
  waiting: svg`<circle cx="6" cy="6" r="4.2" class="hollow"/>`,
  duplicate: svg`<path d="M1 3h10v2H1zM1 7h10v2H1z"/>`,
  rejected: svg`<path d="M6 1l5.6 10H.4z"/>`,
  doubt: svg`<path class="hollow" d="M3.4 4A2.7 2.6 0 1 1 6 6.2V8"/><circle cx="6" cy="10.6" r="1.1"/>`,
};

export const shape = (kind) =>
  html`<svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">${SHAPES[kind]}</svg>`;
export const shapeInside = (kind) => svg`<g class="shape">${SHAPES[kind]}</g>`;

export const badge = (kind, text) => html`<span class="state ${kind}">${shape(kind)}<span>${text}</span></span>`;

const of = (table) => (value) => table[value] ?? ["waiting", "unknown"];

export const flowState = of({
  FLOW_STATE_RUNNING: ["running", "running"],
  FLOW_STATE_COMPENSATING: ["compensated", "compensating"],
  FLOW_STATE_CONFIRMED: ["applied", "confirmed"],
  FLOW_STATE_REJECTED: ["rejected", "rejected"],
  FLOW_STATE_DONE: ["applied", "done"],
  FLOW_STATE_REFUSED: ["rejected", "refused"],
});

export const troubleState = of({
  FLOW_TROUBLE_PARKED: ["parked", "parked"],
  FLOW_TROUBLE_OVERDUE: ["failed", "overdue"],
  FLOW_TROUBLE_MESSAGE: ["doubt", "message in doubt or refused"],
});

export const nodeState = of({
  FLOW_NODE_STATE_DONE: ["applied", "done"],
  FLOW_NODE_STATE_REFUSED: ["rejected", "refused"],
  FLOW_NODE_STATE_IN_OUTBOX: ["waiting", "in outbox"],
  FLOW_NODE_STATE_WAITING: ["waiting", "waiting"],
  FLOW_NODE_STATE_RETRYING: ["retrying", "retrying"],
  FLOW_NODE_STATE_PARKED: ["parked", "parked"],
  FLOW_NODE_STATE_IN_DOUBT: ["doubt", "in doubt"],
  FLOW_NODE_STATE_SKIPPED: ["duplicate", "skipped"],
});

export const hopOutcome = of({
  HOP_OUTCOME_APPLIED: ["applied", "applied"],
  HOP_OUTCOME_RETRIED: ["retrying", "retried"],
  HOP_OUTCOME_PARKED: ["parked", "parked"],
  HOP_OUTCOME_DUPLICATE: ["duplicate", "duplicate"],
  HOP_OUTCOME_DISCARDED: ["rejected", "discarded"],
  HOP_OUTCOME_WAITING: ["waiting", "waiting"],
  HOP_OUTCOME_TAKEN: ["applied", "taken"],
});

export const health = of({
  PIPELINE_HEALTH_OK: ["applied", "ok"],
  PIPELINE_HEALTH_WARNING: ["retrying", "look"],
  PIPELINE_HEALTH_TROUBLE: ["failed", "trouble"],
  PIPELINE_HEALTH_UNKNOWN: ["doubt", "unknown"],
});

export const letterCause = of({
  DEAD_LETTER_CAUSE_POISON: ["failed", "failed"],
  DEAD_LETTER_CAUSE_UNREADABLE: ["failed", "unreadable"],
  DEAD_LETTER_CAUSE_GAP: ["waiting", "gap"],
  DEAD_LETTER_CAUSE_BEHIND: ["parked", "behind"],
});

export const letterState = of({
  DEAD_LETTER_STATE_PARKED: ["parked", "parked"],
  DEAD_LETTER_STATE_APPLIED: ["applied", "applied"],
  DEAD_LETTER_STATE_DISCARDED: ["rejected", "discarded"],
});

export const mailState = of({
  NOTIFICATION_STATE_INTENDED: ["waiting", "to be sent"],
  NOTIFICATION_STATE_SENDING: ["running", "sending"],
  NOTIFICATION_STATE_SENT: ["applied", "sent"],
  NOTIFICATION_STATE_REFUSED: ["failed", "refused"],
  NOTIFICATION_STATE_IN_DOUBT: ["doubt", "in doubt"],
  NOTIFICATION_STATE_SKIPPED: ["duplicate", "skipped"],
});

export const rebuildState = of({
  REBUILD_STATE_FILLING: ["running", "filling"],
  REBUILD_STATE_SWITCHED: ["applied", "switched"],
  REBUILD_STATE_CANCELLED: ["rejected", "cancelled"],
});
