package org.accrual.consumers.query;

import com.google.rpc.Code;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.accrual.api.query.v1.FunnelDay;
import org.accrual.api.query.v1.GetStudyAccrualRequest;
import org.accrual.api.query.v1.StudyAccrual;
import org.accrual.consumers.analytics.AnalyticsProgress;
import org.accrual.runtime.grpc.Errors;

/** GetStudyAccrual: waits for the token on what analytics has counted, then reads. */
@ApplicationScoped
class AccrualQueries {
  private static final int MOST_DAYS = 366;

  private final ConsistencyWait consistency;
  private final AnalyticsProgress progress;
  private final AccrualReader accruals;

  @Inject
  AccrualQueries(ConsistencyWait consistency, AnalyticsProgress progress, AccrualReader accruals) {
    this.consistency = consistency;
    this.progress = progress;
    this.accruals = accruals;
  }

  StudyAccrual get(GetStudyAccrualRequest request) {
    String studyId = request.getStudyId();
    boolean withDays = !request.getFirstDay().isEmpty() || !request.getLastDay().isEmpty();
    LocalDate first = withDays ? day("first_day", request.getFirstDay()) : LocalDate.EPOCH;
    LocalDate last = withDays ? day("last_day", request.getLastDay()) : LocalDate.EPOCH;
    if (last.isBefore(first) || ChronoUnit.DAYS.between(first, last) > MOST_DAYS) {
      throw Errors.invalid("last_day", "must be first_day or one of the 366 days after it");
    }
    consistency.until(request.getMinConsistencyToken(), progress);
    StudyAccrual accrual = accruals.read(List.of(studyId)).get(studyId);
    if (accrual == null) {
      throw Errors.of(
          Code.NOT_FOUND,
          "STUDY_NOT_FOUND",
          "analytics has not heard of study " + studyId,
          Map.of("study_id", studyId));
    }
    List<FunnelDay> days = withDays ? accruals.days(studyId, first, last) : List.of();
    return accrual.toBuilder().addAllDays(days).build();
  }

  private static LocalDate day(String field, String value) {
    try {
      return LocalDate.parse(value);
    } catch (DateTimeException notADay) {
      throw Errors.invalid(field, "is not a day such as 2026-03-04");
    }
  }
}
