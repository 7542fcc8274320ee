package org.accrual.consumers.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.accrual.contract.Topics;
import org.accrual.intake.Effects;
import org.accrual.intake.Message;

/**
 * What events do to the tables: read the rows that a batch goes on from, fold, write. The study
 * topic has no table; only the gate follows it.
 */
final class Projection implements Effects {
  private record StreamVersion(String stream, long version) {}

  private final EnrollmentTable enrollmentTable;
  private final HistoryTable historyTable;
  private final SiteTable siteTable;

  /**
   * @param schema of which version of the projection
   */
  Projection(String schema) {
    enrollmentTable = new EnrollmentTable(schema);
    historyTable = new HistoryTable(schema);
    siteTable = new SiteTable(schema);
  }

  @Override
  public void apply(Connection connection, List<Message> messages) throws SQLException {
    List<Message> enrollments = of(Topics.ENROLLMENT_EVENTS, messages);
    Map<StreamVersion, HistoryRow> history = LinkedHashMap.newLinkedHashMap(enrollments.size());
    enrollmentTable.write(
        connection,
        Fold.of(
            enrollmentTable.read(connection, begunBefore(enrollments)),
            enrollments,
            (before, message) -> {
              EnrollmentRow after = EnrollmentRow.after(before, message);
              history.merge(
                  new StreamVersion(message.stream().key(), message.version()),
                  HistoryRow.of(message, after),
                  HistoryRow::endingIn);
              return after;
            }));
    historyTable.write(connection, history.values());
    List<Message> sites = of(Topics.SITE_EVENTS, messages);
    siteTable.write(
        connection, Fold.of(siteTable.read(connection, begunBefore(sites)), sites, SiteRow::after));
  }

  private static List<Message> of(String topic, List<Message> messages) {
    return messages.stream().filter(message -> message.stream().topic().equals(topic)).toList();
  }

  /** The streams that have a row already: their first event is not in this batch. */
  private static Set<String> begunBefore(List<Message> messages) {
    Set<String> begun =
        messages.stream().map(message -> message.stream().key()).collect(Collectors.toSet());
    for (Message message : messages) {
      if (message.version() == 1) {
        begun.remove(message.stream().key());
      }
    }
    return begun;
  }
}
