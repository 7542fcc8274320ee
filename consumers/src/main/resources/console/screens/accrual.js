// Accrual against target: all studies, or one with its sites and days.
import { html, nothing } from "../lit.js";
import { bar, copy, empty, feed, figure, table } from "../parts.js";
import { n, num, plural, word } from "../format.js";
import { drawChart } from "./chart.js";

const MOST = 12;
const OPEN = "STUDY_STATE_ACTIVE";

// Those that accrue first, then the newest.
export function shownStudies(list) {
  const rank = (study) => (study.state === OPEN ? 0 : 1);
  return [...(list?.studies ?? [])]
    .sort((a, b) => rank(a) - rank(b) || (b.createTime ?? "").localeCompare(a.createTime ?? ""))
    .slice(0, MOST);
}

export const accrual = (page) => html`<section aria-labelledby="accrual"><h2 id="accrual">Accrual</h2>
  ${feed(page, "studies", (list) => studies(page, list))}</section>`;

function studies(page, list) {
  const shown = shownStudies(list);
  if (shown.length === 0) {
    return empty("Studies stand here once one is registered.", "grpcurl -plaintext 127.0.0.1:7101 list accrual.study.v1.StudyService");
  }
  const of = (study, show) => figure(page, `accrual ${study.studyId}`, show);
  return html`
    ${table(
      "Accrual against target by study",
      [
        ["study", (study) => html`<a data-step href=${`/console?study=${encodeURIComponent(study.studyId)}`}>${study.studyId}</a>`],
        ["title", (study) => study.title],
        ["state", (study) => word(study.state, "STUDY_STATE_")],
        ["accrued", (study) => of(study, (found) => progress(found, study.target))],
        ["on study", (study) => of(study, ({ enrolled }) => n(enrolled)), "number"],
        ["parked", (study) => of(study, ({ parked }) => n(parked)), "number"],
      ],
      shown,
      (study) => study.studyId,
    )}
    ${list.studies.length > MOST || list.nextPageToken
      ? html`<p class="hint">The ${MOST} newest of ${list.nextPageToken ? "more than " : ""}${n(list.studies.length)} studies; any other by its address, <code>/console?study=</code>.</p>`
      : nothing}`;
}

function progress(study, target) {
  const text = `${n(study.accrued)} of ${n(target)}`;
  return html`<span class="progress">${bar(num(study.accrued), target, text)}<span>${text}</span></span>`;
}

export const studyDetail = (page) => html`<section aria-labelledby="accrual"><h2 id="accrual">Accrual</h2>
  ${feed(page, "study", (study) => detail(page, study))}</section>`;

function detail(page, study) {
  const days = byDay(study.days ?? []);
  page.own.chart = () => drawChart(page, days, study.target);
  const sql = () => `select * from analytics.accrual where study_id = '${study.studyId.replaceAll("'", "''")}'`;
  return html`
    <p class="sentence">${progress(study, study.target)} accrued, ${plural(study.enrolled, "participant")} on study now.
      ${Number(study.parked) > 0 ? `${plural(study.parked, "enrollment")} left out: parked.` : nothing}
      ${copy("copy SQL", sql)}</p>
    <div class="columns">
      <div class="chart" id="chart" role="img" aria-label="Accrued by day, summed up; the table beside has the numbers"></div>
      ${days.length
        ? table("Accrued by day", [["day", (d) => d.day], ["accrued", (d) => n(d.accrued), "number"], ["sum", (d) => n(d.sum), "number"]], days.slice(-30).reverse(), (d) => d.day)
        : html`<p class="hint">Nobody has come on study in the last 90 days.</p>`}
    </div>
    <h3>Sites</h3>
    ${(study.sites ?? []).length
      ? table(
          "Accrual by site",
          [
            ["site", (site) => site.siteId],
            ["accrued", (site) => n(site.accrued), "number"],
            ["on study", (site) => n(site.enrolled), "number"],
            ["states", (site) => (site.states ?? []).map((s) => `${n(s.enrollments)} ${word(s.state, "ENROLLMENT_STATE_")}`).join(", ")],
          ],
          study.sites,
          (site) => site.siteId,
        )
      : html`<p class="hint">No site has an enrollment yet.</p>`}`;
}

function byDay(days) {
  const sums = new Map();
  for (const { day, accrued } of days) sums.set(day, (sums.get(day) ?? 0) + Number(accrued));
  let sum = 0;
  return [...sums].sort().map(([day, accrued]) => ({ day, accrued, sum: (sum += accrued) }));
}
