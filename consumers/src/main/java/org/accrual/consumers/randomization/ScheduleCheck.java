package org.accrual.consumers.randomization;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.accrual.consumers.participant.Attempt;
import org.accrual.runtime.blinding.SealBroken;
import org.accrual.runtime.blinding.Unseal;
import org.jspecify.annotations.Nullable;

/**
 * Reproduces a study's schedules from its sealed seed and compares them with the commitment, with
 * each allocation, with the audit trail and with the kits that were handed over. Prints a line for
 * each allocation.
 */
final class ScheduleCheck {
  private static final String HEADER =
      "stratum_site,levels,ordinal,block,block_size,position,arm,randomization_number,patient_id,enrollment_id,"
          + "attempt,kit_id,finding";
  private static final String COMMITMENTS =
      """
      select distinct content ->> 'schedule_commitment' from audit.entry
       where study_id = ? and type = 'accrual.randomization.randomized.v1'
      """;
  private static final String STRATA =
      """
      select t.site_id, t.stratum, t.drawn, count(p), coalesce(max(p.ordinal), 0)
        from randomization.stratum t left join randomization.place p using (study_id, site_id, stratum)
       where study_id = ?
       group by study_id, t.site_id, t.stratum, t.drawn
      having t.drawn <> count(p) or t.drawn <> coalesce(max(p.ordinal), 0)
      """;
  private static final String ALLOCATIONS =
      """
      select p.*, a.enrollment_id, a.attempt, a.sealed_arm, k.kit_id, k.site_id as kit_site,
             k.sealed_arm as kit_arm, x.answers, x.same
        from randomization.place p
        left join randomization.allocation a using (allocation_id)
        left join supply.kit k
          on k.study_id = p.study_id and k.enrollment_id = a.enrollment_id and k.attempt = a.attempt
       cross join lateral (
             select count(*) as answers,
                    count(*) filter (
                      where content ->> 'allocation_id' = p.allocation_id::text
                        and content ->> 'randomization_number' = p.randomization_number
                        and content ->> 'sealed_arm' = 'sha256:' || encode(sha256(a.sealed_arm), 'hex')) as same
               from audit.entry
              where enrollment_id = a.enrollment_id and type = 'accrual.randomization.randomized.v1'
                and (content ->> 'attempt')::int = a.attempt) x
       where p.study_id = ?
       order by p.site_id, p.stratum, p.ordinal, a.enrollment_id, a.attempt
      """;

  private final Unseal unseal;
  private final Schedules schedules;
  private final PrintStream out;
  private final PrintStream err;
  private long findings;

  ScheduleCheck(Unseal unseal, PrintStream out, PrintStream err) {
    this.unseal = unseal;
    this.schedules = new Schedules(unseal);
    this.out = out;
    this.err = err;
  }

  /** Returns how many findings there are; each is printed. */
  long run(Connection connection, String study) throws SQLException {
    StudyDesign design =
        Objects.requireNonNull(StudyTable.read(connection, List.of(study)).get(study));
    try {
      var _ = design.seed().open(study, design, unseal);
    } catch (SealBroken | IllegalStateException e) {
      find("the schedules of study %s cannot be reproduced: %s".formatted(study, e.getMessage()));
      return findings;
    }
    commitments(connection, study, design);
    strata(connection, study);
    out.println(HEADER);
    long printed = 0;
    try (PreparedStatement select = connection.prepareStatement(ALLOCATIONS)) {
      select.setFetchSize(1_000);
      select.setString(1, study);
      try (ResultSet row = select.executeQuery()) {
        for (; row.next(); printed++) {
          out.println(line(row, design));
        }
      }
    }
    err.printf(
        "study %s: commitment %s, %d allocations, %d findings%n",
        study, design.seed().commitmentText(), printed, findings);
    return findings;
  }

  private void commitments(Connection connection, String study, StudyDesign design)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(COMMITMENTS)) {
      select.setString(1, study);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          String audited = row.getString(1);
          if (!design.seed().commitmentText().equals(audited)) {
            find("the audit trail has answers with another commitment: " + audited);
          }
        }
      }
    }
  }

  private void strata(Connection connection, String study) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(STRATA)) {
      select.setString(1, study);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          find(
              "stratum %s/%s: %d places used, %d recorded, the last is %d"
                  .formatted(
                      row.getString(1),
                      row.getString(2),
                      row.getLong(3),
                      row.getLong(4),
                      row.getLong(5)));
        }
      }
    }
  }

  private String line(ResultSet row, StudyDesign design) throws SQLException {
    Place place = PlaceTables.place(row);
    Stratum.Key stratum = place.patient().stratum();
    Schedule.Place scheduled = schedules.place(design, stratum, place.ordinal());
    String arm = design.arms().get(scheduled.arm()).id();
    List<String> differences = differences(row, stratum.studyId(), arm);
    findings += differences.size();
    return Stream.of(
            stratum.siteId(),
            levels(design, stratum),
            place.ordinal(),
            scheduled.block(),
            scheduled.blockSize(),
            scheduled.position(),
            arm,
            place.number(),
            place.patient().patientId(),
            text(row, "enrollment_id"),
            text(row, "attempt"),
            text(row, "kit_id"),
            String.join("; ", differences))
        .map(value -> field(value.toString()))
        .collect(Collectors.joining(","));
  }

  private List<String> differences(ResultSet row, String study, String arm) throws SQLException {
    List<String> differences = new ArrayList<>();
    if (row.getString("enrollment_id") == null) {
      differences.add("the place belongs to no request");
      return differences;
    }
    Attempt attempt = Attempt.read(row);
    compare(
        "allocation", row.getBytes("sealed_arm"), Allocation.context(attempt), arm, differences);
    if (row.getString("kit_id") != null) {
      compare(
          "kit",
          row.getBytes("kit_arm"),
          "kit:%s/%s/%s".formatted(study, row.getString("kit_site"), row.getString("kit_id")),
          arm,
          differences);
    }
    if (row.getLong("answers") == 0) {
      differences.add("not in the audit trail");
    } else if (row.getLong("same") < row.getLong("answers")) {
      differences.add("differs from the audit trail");
    }
    return differences;
  }

  private void compare(
      String what, byte[] sealed, String context, String arm, List<String> differences) {
    try {
      String opened = unseal.open(sealed, context);
      if (!opened.equals(arm)) {
        differences.add(what + " is of arm " + opened);
      }
    } catch (SealBroken e) {
      differences.add(what + " cannot be opened");
    }
  }

  private static String levels(StudyDesign design, Stratum.Key stratum) {
    return IntStream.range(0, stratum.levels().size())
        .mapToObj(
            i -> {
              StudyDesign.Factor factor = design.factors().get(i);
              return factor.name() + "=" + factor.levels().get(stratum.levels().get(i) - 1);
            })
        .collect(Collectors.joining(";"));
  }

  private void find(String finding) {
    findings++;
    err.println("finding: " + finding);
  }

  private static String text(ResultSet row, String column) throws SQLException {
    @Nullable String text = row.getString(column);
    return text == null ? "" : text;
  }

  /** Returns a value as a field of CSV (RFC 4180). */
  private static String field(String value) {
    return value.matches("[^\",\\r\\n]*") ? value : '"' + value.replace("\"", "\"\"") + '"';
  }
}
