// One node in full, beside the view: what it is, its cause and effects, what each consumer did with it.
import { html, nothing } from "../lit.js";
import { copy, id, when } from "../parts.js";
import { badge, hopOutcome, nodeState } from "../states.js";
import { address } from "../router.js";
import { span, typeName, word } from "../format.js";
import { where } from "./graph.js";

export function panel(page, flow, node) {
  const cause = flow.byId.get(node.causeId);
  return html`<aside class="panel" aria-labelledby="hop-title">
    <div class="heading"><h2 id="hop-title">${typeName(node.type)}</h2><a class="close" href=${address({ hop: "" })}>close</a></div>
    <p>${badge(...nodeState(node.state))} ${word(node.kind, "FLOW_NODE_KIND_")} of ${node.service}</p>
    ${node.detail ? html`<p class="detail">${node.detail}</p>` : nothing}
    <nav aria-label="Causes and effects">
      <p>cause: ${cause ? link(cause) : "none known"}</p>
      <p>effects: ${node.effects?.length ? node.effects.map((each) => html`${link(each)} `) : "none"}</p>
    </nav>
    <dl class="facts">
      ${fact("written", html`${when(node.writeTime)}, +${span(node.since)}`)}
      ${node.relayTime ? fact("on its topic", html`${when(node.relayTime)}, ${span(Date.parse(node.relayTime) - node.at)} later`) : nothing}
      ${node.sendTime ? fact("sent", html`${when(node.sendTime)}, ${span(Date.parse(node.sendTime) - node.at)} later`) : nothing}
      ${node.topic ? fact("where", html`<code>${node.topic} ${where(node).split(" ").slice(1).join(" ")}</code>`) : nothing}
      ${node.key ? fact("key", html`${id(node.key)}${Number(node.version) ? ` version ${node.version}` : ""}`) : nothing}
      ${fact("type", html`<code>${node.type}</code>`)}
      ${fact("id", html`${id(node.nodeId)} ${copy("copy", () => node.nodeId)}`)}
      ${fact("correlation", id(node.correlationId))}
    </dl>
    ${node.kind === "FLOW_NODE_KIND_NOTIFICATION" ? html`<p><a href=${`/console/mails/${node.nodeId}`}>The message and what was caught of it</a></p>` : nothing}
    ${node.hops.length ? html`<h3>Consumers</h3><ul class="hops">${node.hops.map(hopLine)}</ul>` : nothing}
  </aside>`;
}

const fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
const link = (node) => html`<a href=${address({ hop: node.nodeId })}>${typeName(node.type)}</a>`;

const hopLine = (hop) => html`<li>
  ${badge(...hopOutcome(hop.outcome))} <strong>${hop.consumer}</strong>
  ${Number.isFinite(hop.waitedMs) ? html`waited ${span(hop.waitedMs)}, worked ${span(hop.workedMs)}` : nothing}
  ${hop.attempts > 1 ? html`, tried ${hop.attempts} times` : nothing}
  ${hop.error ? html`<p class="detail">${hop.error}</p>` : nothing}
  ${hop.letterId ? html`<a href=${`/console/dead-letters/${hop.letterId}`}>${hop.parkedNow ? "look at the dead letter" : "its dead letter"}</a>` : nothing}
</li>`;
