// One dead letter, looked into: why, what it holds, what was done with it; and what waits behind it.
import { html, nothing } from "../lit.js";
import { about, answer, copy, feed, heading, id, table, when } from "../parts.js";
import { badge, letterCause, letterState } from "../states.js";
import { call } from "../api.js";
import { ask, asked, showAsked } from "../dialog.js";
import { n, plural, topicName, typeName, word } from "../format.js";
import { redriveBar } from "./redriving.js";
import { sqlOf } from "./groups.js";

export default {
  title: () => "Dead letter",
  feeds(page) {
    const feeds = { letter: ["DeadLetterService/GetDeadLetter", { letterId: page.params.id }] };
    const letter = answer(page, "letter")?.letter;
    if (letter) feeds.key = ["DeadLetterService/ListDeadLetters", { filter: mine(letter), pageSize: 1000 }];
    return feeds;
  },
  drawn: showAsked,
  view: (page) => html`${about(page, "letter", "Dead letter", (found) => whole(page, found))}${asked(page)}`,
};

const mine = ({ consumer, topic, key }) => ({ consumer, topic, key });

function whole(page, { letter, payloadJson, decodeError, headers, history }) {
  const parked = letter.state === "DEAD_LETTER_STATE_PARKED";
  const others = answer(page, "key");
  const first = Number(letter.place) === 1;
  return html`
    ${heading(`${typeName(letter.type) || "A record"} at ${letter.consumer}`, badge(...letterState(letter.state)))}
    <p class="sentence">${badge(...letterCause(letter.cause))}
      ${letter.error ? html`<strong class="error">${letter.error}</strong>` : "Nothing is known against it: it waits for one before it."}</p>
    <p>Tried ${plural(letter.attempts, "time")}.
      ${parked ? (first ? "The first of its key" : html`Number ${n(letter.place)} of its key`) : nothing}${parked && others ? `, ${plural(Number(others.total) - Number(letter.place), "event")} behind it.` : ""}
      ${letter.correlationId !== "-" ? html`<a href=${`/console/flows/${encodeURIComponent(letter.correlationId)}`}>The flow it belongs to</a>` : nothing}</p>
    <div class="columns">
      <section><h2>Payload</h2>
        ${payloadJson ? html`<pre tabindex="0" role="region" aria-label="Payload">${pretty(payloadJson)}</pre>` : html`<p>${decodeError || "There is none."}</p>`}</section>
      <section aria-labelledby="record"><h2 id="record">Record</h2>
        <dl class="facts">
          ${fact("topic", html`<code>${topicName(letter.topic)} ${letter.partition}@${letter.offset}</code>`)}
          ${fact("key", id(letter.key))} ${fact("version", letter.version)}
          ${fact("event", id(letter.eventId || "unknown"))} ${fact("written", when(letter.recordTime))} ${fact("parked", when(letter.parkTime))}
          ${letter.settleTime ? fact("settled", when(letter.settleTime)) : nothing}
        </dl>
        <h3>Headers</h3>
        <dl class="facts headers">${Object.entries(headers ?? {}).sort().map(([name, value]) => fact(name, html`<code>${value}</code>`))}</dl></section>
    </div>
    <section aria-labelledby="history"><h2 id="history">What was done with it</h2>
      ${table("History", [["when", (a) => when(a.time)], ["who", (a) => a.who], ["what", (a) => word(a.action, "").replaceAll("-", " ")], ["note", (a) => note(a)]], history ?? [], (a) => a.time + a.action)}</section>
    ${parked ? acts(page, letter, others, first) : nothing}`;
}

const note = (action) =>
  action.action === "redrive-asked" ? html`<a href=${`/console/redrives/${action.note}`}>redrive <code class="id">${action.note}</code></a>` : action.note;

const fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function pretty(json) {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

const acts = (page, letter, others, first) => html`
  ${feed(page, "key", ({ total }) => redriveBar(page, { ...mine(letter), error: "" }, { some: true, keys: Number(total) ? 1 : 0, events: Number(total), sql: sqlOf({ ...mine(letter), error: "" }) }))}
  <section class="acts" aria-labelledby="discard"><h2 id="discard">Discard</h2>
    <p>${first ? "Gives this event up for good and moves the consumer past it. What waits behind it stays parked until it is redriven." : "Only the first of a key can be discarded: settle those before it."}</p>
    <div class="buttons">${copy("copy letter id", () => letter.letterId)}
      <button class="danger" ?disabled=${!first || !page.live.canAct} @click=${() => discard(page, letter, others)}>Discard 1 event…</button></div>
  </section>`;

function discard(page, letter, others) {
  const behind = Number(others?.total ?? 1) - 1;
  ask(page, {
    title: "Discard 1 event",
    text: html`<p>${letter.consumer} will never apply ${typeName(letter.type)}${Number(letter.version) ? `, version ${letter.version},` : ""} of key ${id(letter.key)}.
      ${plural(behind, "event")} behind it stay parked. This cannot be taken back.</p>`,
    verb: "Discard 1 event",
    danger: true,
    reason: 1000,
    act: (who, reason) => call("DeadLetterService/Discard", { letterId: letter.letterId, reason }, who),
  });
}
