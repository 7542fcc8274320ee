// A flow's outcome, said.
import { millis, span, typeName, word } from "../format.js";

const WORDS = {
  FLOW_STATE_RUNNING: "running",
  FLOW_STATE_COMPENSATING: "giving back what was taken",
  FLOW_STATE_CONFIRMED: "ON STUDY, confirmed",
  FLOW_STATE_REJECTED: "rejected",
  FLOW_STATE_DONE: "done",
  FLOW_STATE_REFUSED: "refused",
};

export function sentence(summary) {
  const who = summary.patientId ? `Patient ${summary.patientId}` : typeName(summary.title);
  const took = summary.endTime ? ` in ${span(millis(summary.endTime) - millis(summary.startTime))}` : "";
  const what = `${WORDS[summary.state] ?? "unknown"}${took}`;
  const reason = summary.reason ? `Reason: ${word(summary.reason, "")}. ` : "";
  const step = summary.sagaStep ? `Waits for ${summary.sagaStep}. ` : "";
  const about = summary.studyId ? `${typeName(summary.title)}, study ${summary.studyId}${summary.siteId ? `, site ${summary.siteId}` : ""}. ` : "";
  return { head: `${who} ${what}`, rest: about + step + reason, short: `${who}: ${WORDS[summary.state] ?? "unknown"}`, whole: `${who} ${what}. ${step}${reason}` };
}
