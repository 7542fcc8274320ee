// One message: where it stands, what was caught of it in a local run, and deciding about one in doubt.
import { html, nothing } from "../lit.js";
import { about, copy, heading, id, when } from "../parts.js";
import { badge, mailState } from "../states.js";
import { call } from "../api.js";
import { ask, asked, showAsked } from "../dialog.js";
import { plural, word } from "../format.js";
import { parse } from "../mime.js";

const OPEN = ["NOTIFICATION_STATE_IN_DOUBT", "NOTIFICATION_STATE_REFUSED", "NOTIFICATION_STATE_SKIPPED"];

export default {
  title: () => "Mail",
  feeds: ({ params }) => ({ mail: ["NotificationService/GetNotification", { notificationId: params.id }] }),
  drawn: showAsked,
  view: (page) => html`${about(page, "mail", "Mail", (found) => whole(page, found))}${asked(page)}`,
};

const fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

const whole = (page, { notification: mail, caughtMails }) => html`
  ${heading(`${mail.template} by ${word(mail.channel, "CHANNEL_")} to ${mail.patientId}`, badge(...mailState(mail.state)))}
  ${mail.reason ? html`<p class="sentence">Skipped: ${word(mail.reason, "")}.</p>` : nothing}
  ${mail.doubts > 0 ? html`<p class="sentence">In doubt ${plural(mail.doubts, "time")}: it may have arrived more than once.</p>` : nothing}
  ${mail.lastError ? html`<p class="detail">${mail.lastError}</p>` : nothing}
  ${resolve(page, mail)}
  <div class="columns">
    <section aria-labelledby="facts"><h2 id="facts">Facts</h2><dl class="facts">
      ${fact("study", `${mail.studyId} / ${mail.siteId}`)}
      ${fact("enrollment", html`<a href=${`/console/enrollments/${mail.enrollmentId}`}>${id(mail.enrollmentId)}</a>`)}
      ${fact("event", id(mail.eventId))} ${fact("message id", html`${id(mail.messageId)} ${copy("copy", () => mail.messageId)}`)}
      ${fact("recorded", when(mail.createTime))} ${mail.sentTime ? fact("sent", when(mail.sentTime)) : nothing}
      ${mail.dueTime ? fact("next try", when(mail.dueTime)) : nothing} ${fact("tries", plural(mail.attempts, "try", "tries"))}
      ${mail.receipt ? fact("receipt", html`<code>${mail.receipt}</code>`) : nothing}
    </dl></section>
    <section aria-labelledby="caught"><h2 id="caught">Caught mail</h2>
      ${caughtMails?.length ? caughtMails.map((text) => caught(parse(text))) : html`<p class="hint">Nothing was caught: mails are kept here only in local runs.</p>`}
    </section>
  </div>`;

// HTML is shown where it can do nothing: no scripts, no requests, no links.
const caught = ({ headers, text, markup }) => html`<article class="caught">
  <dl class="facts">${["From", "To", "Subject", "Date"].map((name) => (headers[name.toLowerCase()] ? fact(name, headers[name.toLowerCase()]) : nothing))}</dl>
  ${markup ? html`<iframe sandbox="" title="The mail as HTML" .srcdoc=${markup}></iframe>` : html`<pre tabindex="0" role="region" aria-label="Mail">${text}</pre>`}
</article>`;

function resolve(page, mail) {
  if (!OPEN.includes(mail.state)) return nothing;
  const decide = (resolution, title, text, verb) => () =>
    ask(page, {
      title,
      text: html`<p>${text}</p>`,
      verb,
      reason: 500,
      act: (who, reason) => call("NotificationService/ResolveNotification", { notificationId: mail.notificationId, resolution: `RESOLUTION_${resolution}`, reason, resolvedBy: who }, who),
    });
  return html`<div class="buttons">
    <button ?disabled=${!page.live.canAct} @click=${decide("SEND", "Send 1 message", "It is sent again under the same message id. Whoever got it before gets it twice, unless their server knows the id.", "Send 1 message")}>Send 1 message…</button>
    ${mail.state === "NOTIFICATION_STATE_IN_DOUBT"
      ? html`<button ?disabled=${!page.live.canAct} @click=${decide("SETTLE", "It arrived", "The message is recorded as sent, and not sent again.", "It arrived")}>It arrived…</button>`
      : nothing}
  </div>`;
}
