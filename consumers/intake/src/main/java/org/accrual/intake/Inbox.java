package org.accrual.intake;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.accrual.contract.Topics;

/**
 * {@code ops.inbox}, as one consumer sees it: what it has taken in of records that have neither a
 * sequence nor a step, by their ids.
 */
final class Inbox {
  private static final String READ =
      "select event_id from ops.inbox where consumer = ? and event_id = any (?)";
  // Whoever loses a race for a record waits here, and then writes fewer rows than it means to.
  private static final String ADD =
      """
      insert into ops.inbox (consumer, event_id) select ?, unnest(?)
      on conflict (consumer, event_id) do nothing
      """;
  private static final Set<String> OTHERWISE =
      Set.copyOf(
          Stream.of(Topics.EVENT_TOPICS, Topics.COMMAND_TOPICS, Topics.ANSWER_TOPICS)
              .flatMap(List::stream)
              .toList());

  private final String consumer;

  Inbox(String consumer) {
    this.consumer = consumer;
  }

  /** Whether its repeats are told by its id, and not by a version or a step. */
  static boolean takes(Message message) {
    return message.version() == Message.UNSEQUENCED
        && !OTHERWISE.contains(message.stream().topic());
  }

  /** The ids of a batch that were taken in before. */
  Set<UUID> taken(Connection connection, List<Decoded> batch) throws SQLException {
    List<UUID> ids =
        batch.stream()
            .filter(Message.class::isInstance)
            .map(Message.class::cast)
            .filter(Inbox::takes)
            .map(Message::id)
            .toList();
    if (ids.isEmpty()) {
      return Set.of();
    }
    Set<UUID> taken = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      statement.setString(1, consumer);
      statement.setArray(2, uuids(connection, ids));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          taken.add(rows.getObject(1, UUID.class));
        }
      }
    }
    return taken;
  }

  /**
   * Notes those of the messages that are its.
   *
   * @throws TransientFailure if another process has taken one of them in meanwhile: read again
   */
  void add(Connection connection, List<Message> admitted) throws SQLException {
    List<UUID> ids = admitted.stream().filter(Inbox::takes).map(Message::id).toList();
    if (ids.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setString(1, consumer);
      statement.setArray(2, uuids(connection, ids));
      if (statement.executeUpdate() != ids.size()) {
        throw new TransientFailure("another process is applying the same records", null);
      }
    }
  }

  private static Array uuids(Connection connection, Collection<UUID> ids) throws SQLException {
    return connection.createArrayOf("uuid", ids.toArray());
  }
}
