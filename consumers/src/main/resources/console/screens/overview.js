// What is wrong first, then the pipeline, then accrual against target.
import { html, nothing } from "../lit.js";
import { answer, failed, feed, heading } from "../parts.js";
import { enrollDemoPatient } from "../api.js";
import { plural } from "../format.js";
import { pipeline } from "./pipeline.js";
import { problems, problemList } from "./problems.js";
import { accrual, shownStudies, studyDetail } from "./accrual.js";

export default {
  title: (page) => {
    const pipe = answer(page, "pipeline");
    const wrong = pipe ? problems(pipe).length : 0;
    return wrong ? `${plural(wrong, "problem")}` : "Overview";
  },

  feeds(page) {
    const feeds = { pipeline: ["EventFlowService/WatchPipeline", {}] };
    if (page.query.study) {
      const last = new Date();
      const first = new Date(last.getTime() - 90 * 86_400_000);
      feeds.study = [
        "EnrollmentQueryService/GetStudyAccrual",
        { studyId: page.query.study, firstDay: first.toISOString().slice(0, 10), lastDay: last.toISOString().slice(0, 10) },
      ];
      return feeds;
    }
    feeds.studies = ["StudyService/ListStudies", { pageSize: 200 }];
    for (const { studyId } of shownStudies(answer(page, "studies"))) {
      feeds[`accrual ${studyId}`] = ["EnrollmentQueryService/WatchStudyAccrual", { studyId }];
    }
    return feeds;
  },

  summary: (page) => {
    const pipe = answer(page, "pipeline");
    return pipe ? problems(pipe).map((each) => `${each.where}: ${each.what}`).join(". ") || "Nothing is wrong." : "";
  },

  drawn: (page) => page.own.chart?.(),
  left: (page) => page.own.undraw?.(),
  changed: (page) => page.own.undraw?.(),

  view: (page) => html`
    ${heading(page.query.study ? `Study ${page.query.study}` : "Overview", demoButton(page))}
    ${page.own.demoError ? failed(page.own.demoError) : nothing}
    <section aria-labelledby="wrong"><h2 id="wrong" class="unseen">What is wrong</h2>
      ${feed(page, "pipeline", (pipe) => problemList(pipe))}</section>
    <section aria-labelledby="pipeline"><h2 id="pipeline">Pipeline</h2>
      ${feed(page, "pipeline", (pipe) => pipeline(pipe))}</section>
    ${page.query.study ? studyDetail(page) : accrual(page)}`,
};

function demoButton(page) {
  if (!page.demo) return nothing;
  const enroll = async () => {
    page.own.enrolling = true;
    page.draw();
    try {
      const patient = await enrollDemoPatient();
      page.go(`/console/enrollments/${patient.enrollmentId}?follow=1`);
    } catch (error) {
      page.own.enrolling = false;
      page.own.demoError = error;
      page.draw();
    }
  };
  return html`<button class="first" ?disabled=${page.own.enrolling || !page.live.canAct} @click=${enroll}>
    ${page.own.enrolling ? "Enrolling…" : "Enroll a demo patient"}</button>`;
}
