// The way of a message, stage after stage, as it runs now.
import { html, nothing } from "../lit.js";
import { badge, health } from "../states.js";
import { bytes, duration, n, plural, rate, seconds } from "../format.js";

const stage = (name, state, big, ...lines) => html`<li class="stage">
  <h3>${name}</h3>
  <p class="big">${big}</p>
  ${lines.filter(Boolean).map((line) => html`<p>${line}</p>`)}
  <p class="how">${badge(...health(state.health))}</p>
  ${state.detail ? html`<p class="detail">${state.detail}</p>` : nothing}
</li>`;

export const pipeline = ({ core, outbox, relay, kafka, consumers, sagas, messages }) => html`
  <ol class="pipeline">
    ${stage("core", core, unless(core, () => rate(core.writtenPerSecond)), unless(core, () => plural(core.processes, "process", "processes")))}
    ${stage("outbox", outbox, unless(outbox, () => plural(outbox.depth, "row")), unless(outbox, () => oldest(outbox)), Number(outbox.rejected) > 0 ? `${n(outbox.rejected)} rejected` : "")}
    ${stage("relay", relay, unless(relay, () => duration(relay.lag)), relay.state || "never seen", unless(relay, () => `${bytes(relay.retainedWalBytes)} of WAL kept`))}
    ${stage("kafka", kafka, unless(kafka, () => rate(kafka.writtenPerSecond)), unless(kafka, () => plural(kafka.brokers, "broker")))}
    <li class="stage consumers">
      <h3>consumers</h3>
      <table><caption class="unseen">Consumers</caption>
        <thead><tr><th scope="col">name</th><th scope="col">health</th><th scope="col" class="number">behind</th><th scope="col" class="number">rate</th></tr></thead>
        <tbody>${(consumers ?? []).map(consumer)}</tbody></table>
    </li>
  </ol>
  <p class="beside-pipeline">
    <span>sagas: ${unless(sagas, () => html`${n(sagas.running)} running, ${n(sagas.compensating)} compensating${Number(sagas.overdue) > 0 ? `, ${n(sagas.overdue)} overdue` : ""}`)} ${badge(...health(sagas.health))}</span>
    <span>mails and texts: ${unless(messages, () => `${n(messages.waiting)} to be sent, ${n(messages.inDoubt)} in doubt, ${n(messages.refused)} refused`)} ${badge(...health(messages.health))}</span>
  </p>`;

const consumer = (each) => html`<tr>
  <th scope="row">${each.consumer}</th>
  <td>${badge(...health(each.health))}</td>
  <td class="number" data-name="behind">${behind(each)}</td>
  <td class="number" data-name="rate">${unless(each, () => rate(each.takenPerSecond))}</td>
</tr>`;

function behind(each) {
  if (each.health === "PIPELINE_HEALTH_UNKNOWN") return "unknown";
  if (Number(each.lag) === 0) return "0";
  return html`${n(each.lag)}, ${duration(each.lagTime)}${each.clearsIn ? html`<br>clears in ${duration(each.clearsIn)}` : nothing}`;
}

const oldest = (outbox) => (seconds(outbox.oldest) > 0 ? `oldest ${duration(outbox.oldest)}` : "none waits");

// What nobody tells is unknown, and not the last that was known.
const unless = (state, show) => (state.health === "PIPELINE_HEALTH_UNKNOWN" ? "unknown" : show());
