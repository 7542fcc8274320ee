package org.accrual.consumers.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;

/**
 * Recomputes a study's chain from what the table holds. An entry is right if its position is the
 * next one and its hash follows from the hash that stands before it and its own columns; if every
 * entry is, and the exported head's position has the exported hash, the trail up to there is the
 * one that was exported. Reads in pages, so that no long transaction stands in the way of others.
 */
public final class TrailVerifier {
  /** How many findings are kept; the trail is read to its end all the same. */
  public static final int MOST_FINDINGS = 100;

  private static final int PAGE = 5_000;
  // The columns that are hashed come as text, and are not decoded.
  private static final String READ =
      """
      select position, hash, study_id, position::text, event_id::text, topic, key, version::text,
             type, coalesce(enrollment_id::text, ''), actor, actor_basis,
             (extract(epoch from recorded_at) * 1000000)::bigint::text,
             (extract(epoch from happened_at) * 1000000)::bigint::text,
             reason, correlation_id, causation_id, content::text
        from audit.entry e
       where study_id = ? and position > ?
       order by e.position
       limit ?
      """;
  private static final int FIRST_HASHED = 3;
  private static final int LAST_HASHED = 18;

  private final DataSource database;

  public TrailVerifier(DataSource database) {
    this.database = database;
  }

  /**
   * Verifies a study's trail.
   *
   * @param expected a head that was exported earlier, to compare with
   * @param cancelled whether nobody waits for the answer any more: asked for each page
   */
  public Verdict verify(String studyId, Optional<Head> expected, BooleanSupplier cancelled)
      throws SQLException {
    Walk walk = new Walk(studyId, expected);
    long before;
    do {
      before = walk.entries;
      try (Connection connection = database.getConnection();
          PreparedStatement page = connection.prepareStatement(READ)) {
        page.setString(1, studyId);
        page.setLong(2, walk.head.position());
        page.setInt(3, PAGE);
        try (ResultSet rows = page.executeQuery()) {
          while (rows.next()) {
            walk.take(rows);
          }
        }
      }
    } while (walk.entries - before == PAGE && !cancelled.getAsBoolean());
    return walk.end();
  }

  /** From entry to entry. */
  private static final class Walk {
    private final Optional<Head> expected;
    private final EntryHash hash = new EntryHash();
    private final List<byte[]> fields = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private Head head;
    private long entries;

    Walk(String studyId, Optional<Head> expected) {
      this.head = Head.beforeTheFirst(studyId);
      this.expected = expected;
    }

    void take(ResultSet row) throws SQLException {
      long position = row.getLong(1);
      byte[] stored = bytes(row, 2);
      if (position > head.position() + 1) {
        found(Finding.missing(head.position() + 1, position));
      } else if (position <= head.position() || !Arrays.equals(stored, recomputed(row))) {
        found(Finding.altered(position));
      }
      head = new Head(position, stored);
      entries++;
      expected
          .filter(exported -> exported.position() == position && !exported.matches(stored))
          .ifPresent(exported -> found(Finding.replaced(exported)));
    }

    private byte[] recomputed(ResultSet row) throws SQLException {
      fields.clear();
      for (int column = FIRST_HASHED; column <= LAST_HASHED; column++) {
        fields.add(bytes(row, column));
      }
      return hash.of(head.hash(), fields);
    }

    /** Nothing is null, but for somebody who took the table's constraints away. */
    private static byte[] bytes(ResultSet row, int column) throws SQLException {
      byte[] value = row.getBytes(column);
      return value == null ? new byte[0] : value;
    }

    Verdict end() {
      expected
          .filter(exported -> exported.position() > head.position())
          .ifPresent(exported -> found(Finding.truncated(head, exported)));
      return new Verdict(entries, head, expected.isPresent(), List.copyOf(findings));
    }

    private void found(Finding finding) {
      if (findings.size() < MOST_FINDINGS) {
        findings.add(finding);
      }
    }
  }
}
