// Dead letters by cause, and what can be done with those that the address selects.
import { html, nothing } from "../lit.js";
import { answer, copy, empty, feed, heading, steady, when } from "../parts.js";
import { badge, letterCause } from "../states.js";
import { address } from "../router.js";
import { n, plural, topicName } from "../format.js";
import { byCause, filterOf, isOf, sqlOf } from "./groups.js";
import { redriveBar } from "./redriving.js";
import { asked, showAsked } from "../dialog.js";

const SHOWN_KEYS = 20;

// The error selects keys by their first letter; the list has all that is parked behind it too.
const listed = ({ consumer = "", topic = "", key = "" }) => ({ filter: { consumer, topic, key }, pageSize: 1000 });

export default {
  title: () => "Dead letters",
  feeds: ({ query }) => ({ letters: ["DeadLetterService/ListDeadLetters", listed({ consumer: query.consumer })] }),
  changed: (page) => {
    delete page.own.preview;
    delete page.own.failure;
  },
  summary: (page) => {
    const list = answer(page, "letters");
    return list ? `${plural(list.keys, "key")}, ${plural(list.total, "event")} parked` : "";
  },
  drawn: showAsked,
  view: (page) => html`
    ${heading("Dead letters")}
    ${feed(page, "letters", (list) => letters(page, list))}
    ${asked(page)}`,
};

function letters(page, list) {
  const { query } = page;
  const filter = filterOf(query);
  if (Number(list.total) === 0 && !query.consumer) {
    return html`${steadyReset(page)}${empty("Nothing is parked. What a consumer cannot take in stands here, with all that waits behind it.", "select * from ops.dead_letters where place = 1")}`;
  }
  const all = byCause(list.letters);
  const kept = steady(page, `groups ${query.consumer ?? ""}`, all, (group) => group.name);
  const some = Boolean(filter.consumer || filter.topic || filter.key || filter.error);
  const keys = all.flatMap((group) => group.keys).filter((key) => isOf(filter, key));
  return html`
    <p class="sentence">${plural(list.keys, "key")}, ${plural(list.total, "event")}${query.consumer ? ` of ${query.consumer}` : ""} parked. ${kept.more}
      ${list.nextPageToken ? html`<span class="hint">Grouped are the first ${n(list.letters.length)}.</span>` : nothing}</p>
    ${consumers(page, all)}
    <ul class="groups">${kept.rows.map(({ row, gone }) => group(page, row, gone, filter))}</ul>
    ${redriveBar(page, filter, { some, keys: keys.length, events: keys.reduce((sum, key) => sum + key.letters.length, 0), sql: sqlOf(filter) })}`;
}

const steadyReset = (page) => {
  for (const name of Object.keys(page.own)) if (name.startsWith("groups ")) delete page.own[name];
  return nothing;
};

function consumers(page, all) {
  const names = [...new Set([...all.map((each) => each.consumer), page.query.consumer].filter(Boolean))].sort();
  return html`<form class="filters" @submit=${(event) => event.preventDefault()}>
    <label>consumer <select @change=${(event) => page.go(address({ consumer: event.target.value, topic: "", key: "", error: "" }))}>
      <option value="" ?selected=${!page.query.consumer}>any</option>
      ${names.map((name) => html`<option ?selected=${page.query.consumer === name}>${name}</option>`)}
    </select></label>
    ${page.query.key ? html`<span class="chip">key ${page.query.key} <a href=${address({ key: "" })}>clear</a></span>` : nothing}
    ${page.query.error ? html`<span class="chip">error has “${page.query.error}” <a href=${address({ error: "", topic: "" })}>clear</a></span>` : nothing}
  </form>`;
}

function group(page, each, gone, filter) {
  const mine = { consumer: each.consumer, topic: each.topic, error: each.error, key: "" };
  const chosen = !gone && ["consumer", "topic", "error"].every((name) => (filter[name] ?? "") === mine[name]) && !filter.key;
  const choose = () => page.go(address(chosen ? { consumer: "", topic: "", error: "", key: "" } : mine));
  return html`<li class="group ${gone ? "gone" : ""}" data-row>
    <div class="group-head">
      <input type="checkbox" data-select .checked=${chosen} ?disabled=${gone} @change=${choose}
        aria-label=${`Select ${each.error || each.cause} of ${each.consumer}`}>
      <div><strong>${each.error || "an event before it is missing"}</strong>
        <p>${badge(...letterCause(each.cause))} ${each.consumer}, ${topicName(each.topic)}</p></div>
      <p class="counts">${plural(each.keys.length, "key")}, ${plural(each.events, "event")}
        <br>${when(each.from)}${each.to !== each.from ? html`–${when(each.to)}` : nothing}</p>
    </div>
    ${gone ? html`<p class="hint">settled meanwhile</p>` : html`<ul class="letters-of-key">${each.keys.slice(0, SHOWN_KEYS).map(key)}</ul>`}
    ${each.keys.length > SHOWN_KEYS ? html`<p class="hint">and ${n(each.keys.length - SHOWN_KEYS)} more keys</p>` : nothing}
  </li>`;
}

const key = ({ first, letters }) => html`<li>
  <a data-step href=${`/console/dead-letters/${first.letterId}`}>key <code class="id">${first.key}</code></a>
  ${Number(first.version) ? `v${first.version} ` : ""}failed ${plural(first.attempts, "time")}${letters.length > 1 ? `, ${n(letters.length - 1)} parked behind` : ""}
</li>`;
