// By patient, enrollment, correlation id, or the id of anything the console shows: an exact id jumps there.
import { html, nothing } from "../lit.js";
import { empty, failed, heading } from "../parts.js";
import { call } from "../api.js";
import { flowTable } from "./flows.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const CORRELATION = /^[A-Za-z0-9._:-]{1,128}$/;

export default {
  title: ({ query }) => `Search ${query.q ?? ""}`,
  entered: search,
  changed: search,
  view: (page) => html`
    ${heading(page.query.q ? `Search: ${page.query.q}` : "Search")}
    ${page.own.error ? failed(page.own.error, () => search(page)) : nothing}
    ${page.own.flows ? results(page) : page.query.q && !page.own.error ? html`<p class="loading" aria-busy="true">Looking…</p>` : nothing}
    ${page.query.q ? nothing : html`<p>Press <kbd>/</kbd> and type a patient's id, an enrollment's, a correlation id, or that of a dead letter, redrive or mail.</p>`}`,
};

const results = ({ own, query }) =>
  own.flows.length
    ? html`<p class="sentence">${own.flows.length} found.</p>${flowTable(own.flows)}`
    : empty(`Nothing is known as “${query.q}”. Notes of single hops are kept for 7 days.`, `select * from projection.enrollment where patient_id = '${query.q.replaceAll("'", "''")}'`);

async function search(page) {
  const q = page.query.q?.trim();
  page.own = {};
  if (!q) return;
  try {
    const jump = (await exactly(q)) ?? null;
    if (page.query.q?.trim() !== q) return;
    if (jump) return void page.go(jump, { replace: true });
    page.own.flows = q.length <= 64 ? (await flows({ patientId: q })) : [];
  } catch (error) {
    page.own.error = error;
  }
  page.draw();
}

const flows = async (filter) => (await call("EventFlowService/ListFlows", { filter, pageSize: 100 })).flows;

async function exactly(q) {
  if (UUID.test(q)) {
    const id = q.toLowerCase();
    if ((await flows({ enrollmentId: id })).length) return `/console/enrollments/${id}`;
    if ((await flows({ correlationId: id })).length) return `/console/flows/${id}`;
    if (await isThere("DeadLetterService/GetDeadLetter", { letterId: id })) return `/console/dead-letters/${id}`;
    if (await isThere("NotificationService/GetNotification", { notificationId: id })) return `/console/mails/${id}`;
    if (await isThere("DeadLetterService/GetRedrive", { redriveId: id })) return `/console/redrives/${id}`;
    return null;
  }
  return CORRELATION.test(q) && (await flows({ correlationId: q })).length ? `/console/flows/${q}` : null;
}

async function isThere(method, request) {
  try {
    await call(method, request);
    return true;
  } catch (error) {
    if (error.code === "NOT_FOUND") return false;
    throw error;
  }
}
