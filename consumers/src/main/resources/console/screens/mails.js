// Messages to participants: those in doubt first, then the newest.
import { html, nothing } from "../lit.js";
import { answer, copy, empty, feed, heading, steady, table, when } from "../parts.js";
import { badge, mailState } from "../states.js";
import { address } from "../router.js";
import { n, word } from "../format.js";

const STATES = ["IN_DOUBT", "REFUSED", "INTENDED", "SENDING", "SENT", "SKIPPED"];

const request = ({ state, patient, study, enrollment }) => ({
  ...(STATES.includes(state) ? { state: `NOTIFICATION_STATE_${state}` } : {}),
  patientId: patient ?? "",
  studyId: study ?? "",
  enrollmentId: enrollment ?? "",
  pageSize: 100,
});

export default {
  title: () => "Mails",
  feeds: ({ query }) => ({ mails: ["NotificationService/ListNotifications", request(query)] }),
  changed: (page) => {
    page.own = {};
  },
  summary: (page) => {
    const doubt = (answer(page, "mails")?.notifications ?? []).filter((each) => each.state === "NOTIFICATION_STATE_IN_DOUBT");
    return doubt.length ? `${n(doubt.length)} in doubt` : "";
  },
  view: (page) => html`${heading("Mails and texts")}${filters(page)}${feed(page, "mails", (list) => mails(page, list))}`,
};

const filters = (page) => html`<form class="filters" @submit=${(event) => event.preventDefault()}>
  <label>state <select @change=${(event) => page.go(address({ state: event.target.value }))}>
    <option value="" ?selected=${!page.query.state}>any</option>
    ${STATES.map((state) => html`<option value=${state} ?selected=${page.query.state === state}>${word(state, "")}</option>`)}
  </select></label>
  <label>patient <input .value=${page.query.patient ?? ""} maxlength="64" spellcheck="false"
    @change=${(event) => page.go(address({ patient: event.target.value.trim() }))}></label>
</form>`;

function mails(page, list) {
  const kept = steady(page, "rows", list.notifications ?? [], (mail) => mail.notificationId);
  if (kept.rows.length === 0 && kept.more === nothing) {
    return empty("What is sent to participants once an enrollment is confirmed stands here.", "select * from notification.message order by notification_id desc limit 50");
  }
  return html`<p>${kept.more} ${copy("copy SQL", () => "select * from notification.message order by state = 'in-doubt' desc, notification_id desc")}</p>
    ${table(
      "Messages",
      [
        ["message", (mail) => html`<a data-step href=${`/console/mails/${mail.notificationId}`}>${mail.template} by ${word(mail.channel, "CHANNEL_")}</a>`],
        ["state", (mail) => html`${badge(...mailState(mail.state))}${mail.reason ? html` <small>${word(mail.reason, "")}</small>` : nothing}${mail.doubts > 0 ? html` <small>may have arrived twice</small>` : nothing}`],
        ["patient", (mail) => mail.patientId],
        ["study", (mail) => mail.studyId],
        ["recorded", (mail) => when(mail.createTime)],
        ["sent", (mail) => (mail.sentTime ? when(mail.sentTime) : "–")],
        ["tries", (mail) => n(mail.attempts), "number"],
      ],
      kept.rows.map(({ row, gone }) => ({ ...row, gone })),
      (mail) => mail.notificationId,
    )}
    ${list.nextPageToken ? html`<p class="hint">The first 100. Narrow it down by state or patient.</p>` : nothing}`;
}
