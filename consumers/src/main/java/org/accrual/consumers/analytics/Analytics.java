package org.accrual.consumers.analytics;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.accrual.contract.Topics;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.study.StudyRegistered;
import org.accrual.intake.Effects;
import org.accrual.intake.Message;

/**
 * What events do to the tables: the enrollments of a batch are read, folded and written, and how
 * many went from one state to another is added to the standing. The standing comes last: its few
 * rows are what processes wait for each other at.
 */
final class Analytics implements Effects {
  private final StudyTables studies;
  private final FunnelTable funnel;
  private final StandingTable standing;

  /**
   * @param schema where the tables are
   */
  Analytics(String schema) {
    studies = new StudyTables(schema);
    funnel = new FunnelTable(schema);
    standing = new StandingTable(schema);
  }

  @Override
  public void apply(Connection connection, List<Message> messages) throws SQLException {
    studies.writeStudies(connection, bodies(messages, StudyRegistered.class));
    studies.writeSites(connection, bodies(messages, SiteActivated.class));

    List<Message> enrollments =
        messages.stream()
            .filter(message -> message.stream().topic().equals(Topics.ENROLLMENT_EVENTS))
            .toList();
    Map<String, FunnelRow> before = funnel.read(connection, ids(enrollments));
    Map<String, FunnelRow> after = new HashMap<>(before);
    for (Message message : enrollments) {
      String id = message.stream().key();
      after.put(id, FunnelRow.after(after.get(id), message));
    }
    funnel.write(connection, after.values());
    standing.add(connection, Moves.between(before, after));
  }

  private static Set<String> ids(List<Message> messages) {
    return messages.stream().map(message -> message.stream().key()).collect(Collectors.toSet());
  }

  private static <T> List<T> bodies(List<Message> messages, Class<T> type) {
    return messages.stream().map(Message::body).filter(type::isInstance).map(type::cast).toList();
  }
}
