package org.accrual.relay.recovery;

import static java.util.stream.Collectors.toCollection;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.accrual.contract.Topics;

/** Compares the rows that the outbox retains with the records on the topics. */
final class Comparison {
  private static final Logger LOG = Logger.getLogger(Comparison.class.getName());

  /** The clocks of database and relay may differ by this much. */
  private static final Duration SKEW = Duration.ofDays(1);

  private static final int FIRST = 5;

  private static final String RETAINED =
      """
      from outbox.message m
      left join (select id, count(*) as times from published_record group by id) p on p.id = m.id
      where not exists (select from outbox.rejected r where r.id = m.id)
      """;

  private static final String COUNT =
      """
      select count(*) as retained, count(*) filter (where p.times is null) as missing,
             count(*) filter (where p.times > 1) as repeated
      """
          + RETAINED;

  private static final String DIFFERING =
      "select m.id, coalesce(p.times, 0) as times "
          + RETAINED
          + " and p.times is distinct from 1 order by m.created_at, m.id limit "
          + FIRST;

  private static final String LOST =
      """
      select id, min(written_at)::text as written_at, count(*) over () as lost
        from published_record p
       where written_at >= (select outbox.retained_since())
         and not exists (select from outbox.message m where m.id = p.id)
       group by id
       order by min(written_at), id limit %d
      """
          .formatted(FIRST);

  /** Numbers of rows; rejected ones are not among them. */
  record Counts(long retained, long missing, long repeated) {}

  /**
   * Records on the topics that this slot's relay has published, whose rows should be retained, and
   * that the outbox does not have.
   *
   * @param first one line for each of the first ones
   */
  record Lost(long count, List<String> first) {}

  private final RetainedOutbox outbox;

  private Comparison(RetainedOutbox outbox) {
    this.outbox = outbox;
  }

  /**
   * Reads the topics of all aggregate types that the outbox retains rows of, and Accrual's own,
   * after the outbox's snapshot was taken.
   */
  static Comparison of(RetainedOutbox outbox, TopicScan scan) throws SQLException {
    Map<String, Instant> types = outbox.aggregateTypes();
    Set<String> topics =
        types.keySet().stream().map(Topics::of).collect(toCollection(HashSet::new));
    Stream.of(Topics.EVENT_TOPICS, Topics.COMMAND_TOPICS, Topics.ANSWER_TOPICS)
        .flatMap(List::stream)
        .flatMap(own -> Stream.of(own, Topics.deadLetters(own)))
        .forEach(topics::add);
    Instant oldest =
        Stream.concat(Stream.of(outbox.since()), types.values().stream())
            .min(Instant::compareTo)
            .orElseThrow();
    LOG.log(Level.INFO, "reading {0} topics from {1} on", new Object[] {topics.size(), oldest});
    PublishedRecords.copy(outbox.connection(), scan, topics, oldest.minus(SKEW));
    LOG.info("comparing the topics with the outbox");
    return new Comparison(outbox);
  }

  Counts count() throws SQLException {
    try (PreparedStatement query = outbox.connection().prepareStatement(COUNT);
        ResultSet row = query.executeQuery()) {
      row.next();
      return new Counts(row.getLong("retained"), row.getLong("missing"), row.getLong("repeated"));
    }
  }

  /** Returns one line for each of the first rows that are not on their topic exactly once. */
  List<String> differing() throws SQLException {
    try (PreparedStatement query = outbox.connection().prepareStatement(DIFFERING);
        ResultSet row = query.executeQuery()) {
      List<String> lines = new ArrayList<>();
      while (row.next()) {
        lines.add(
            "%s is on its topic %d times".formatted(row.getString("id"), row.getLong("times")));
      }
      return lines;
    }
  }

  Lost lost() throws SQLException {
    try (PreparedStatement query = outbox.connection().prepareStatement(LOST);
        ResultSet row = query.executeQuery()) {
      long count = 0;
      List<String> lines = new ArrayList<>();
      while (row.next()) {
        count = row.getLong("lost");
        lines.add(
            "%s, written at %s, is on its topic and not in the outbox"
                .formatted(row.getString("id"), row.getString("written_at")));
      }
      return new Lost(count, lines);
    }
  }
}
