// What needs somebody, the worst first, each with where to go.
import { html } from "../lit.js";
import { badge, health } from "../states.js";
import { duration, n, plural, seconds } from "../format.js";

const RANK = { PIPELINE_HEALTH_TROUBLE: 0, PIPELINE_HEALTH_UNKNOWN: 1, PIPELINE_HEALTH_WARNING: 2 };

export function problems(pipe) {
  const stages = [
    ["core", pipe.core, "/console/flows"],
    ["outbox", pipe.outbox, "/console/flows"],
    ["relay", pipe.relay, "/console/flows"],
    ["kafka", pipe.kafka, "/console/projections"],
    ...(pipe.consumers ?? []).map((each) => [each.consumer, each, consumerPage(each)]),
    ["sagas", pipe.sagas, "/console/flows?troubled=1"],
    ["messages", pipe.messages, "/console/mails"],
  ];
  return stages
    .filter(([, stage]) => stage && stage.health in RANK)
    .map(([where, stage, link]) => ({ where, link, health: stage.health, what: what(stage) }))
    .sort((a, b) => RANK[a.health] - RANK[b.health]);
}

const consumerPage = (stage) =>
  Number(stage.parkedKeys) > 0 ? `/console/dead-letters?consumer=${stage.consumer}` : "/console/projections";

function what(stage) {
  if (Number(stage.parkedKeys) > 0) {
    return `${plural(stage.parkedKeys, "key")} parked, ${plural(stage.parked, "event")}${lagging(stage)}`;
  }
  return (stage.detail || "says nothing about why") + lagging(stage);
}

function lagging(stage) {
  if (!(Number(stage.lag) > 0) || !(seconds(stage.lagTime) > 5)) return "";
  const clears = stage.clearsIn ? `, clears in ${duration(stage.clearsIn)}` : "";
  return `; ${n(stage.lag)} behind by ${duration(stage.lagTime)}${clears}`;
}

export function problemList(pipe) {
  const found = problems(pipe);
  if (found.length === 0) return html`<p class="fine">${badge("applied", "Nothing is wrong.")}</p>`;
  return html`<ul class="problems">${found.map(
    (each) => html`<li data-row><a href=${each.link} data-step class="problem">
      ${badge(...health(each.health))}<strong>${each.where}</strong><span>${each.what}</span><span class="go">open</span></a></li>`,
  )}</ul>`;
}
