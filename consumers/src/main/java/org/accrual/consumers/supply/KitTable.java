package org.accrual.consumers.supply;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import org.accrual.consumers.database.Columns;
import org.accrual.consumers.participant.Attempt;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.consumers.supply.Hold.Kit;
import org.accrual.event.site.KitsReceived;
import org.accrual.event.site.ReceivedKit;
import org.accrual.intake.Message;
import org.jspecify.annotations.Nullable;

/** {@code supply.kit}: one statement each for a batch. */
final class KitTable {
  private static final Logger LOG = Logger.getLogger(KitTable.class.getName());
  private static final String RECEIVE =
      """
      insert into supply.kit (study_id, kit_id, site_id, sealed_arm, received_at)
      select * from unnest(?, ?, ?, ?, ?) on conflict (study_id, kit_id) do nothing
      """;
  // From a random place on, and round: see supply.kit.place.
  private static final String AVAILABLE =
      """
      select w.study_id, w.site_id, k.kit_id, k.sealed_arm
        from unnest(?, ?, ?, ?) as w (study_id, site_id, start, most)
       cross join lateral (
             (select kit_id, sealed_arm from supply.kit k
               where k.study_id = w.study_id and k.site_id = w.site_id
                 and k.enrollment_id is null and k.place >= w.start
               order by k.place limit w.most)
             union all
             (select kit_id, sealed_arm from supply.kit k
               where k.study_id = w.study_id and k.site_id = w.site_id
                 and k.enrollment_id is null and k.place < w.start
               order by k.place limit w.most)
             limit w.most) k
      """;
  private static final String WRITE =
      """
      update supply.kit k set enrollment_id = c.enrollment_id, attempt = c.attempt
        from unnest(?, ?, ?, ?) as c (study_id, kit_id, enrollment_id, attempt)
       where k.study_id = c.study_id and k.kit_id = c.kit_id
      """;

  private final KitArms arms;
  private final RandomGenerator random;

  KitTable(KitArms arms, RandomGenerator random) {
    this.arms = arms;
    this.random = random;
  }

  /** A kit of a study. */
  record KitKey(String studyId, String kitId) {}

  /** A kit that is known already keeps its first arrival. */
  static void receive(Connection connection, List<Message> news) throws SQLException {
    record Row(SiteKey site, ReceivedKit kit, Message message) {}
    List<Row> rows =
        news.stream()
            .filter(message -> message.body() instanceof KitsReceived)
            .flatMap(
                message ->
                    ((KitsReceived) message.body())
                        .getKits().stream()
                            .map(kit -> new Row(SiteKey.of(message.body()), kit, message)))
            .toList();
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(RECEIVE)) {
      int received =
          new Columns<>(statement, rows)
              .column("text", r -> r.site().studyId())
              .column("text", r -> r.kit().getKitId())
              .column("text", r -> r.site().siteId())
              .bytes(r -> bytes(r.kit().getSealedArm()))
              .column("timestamptz", r -> r.message().time())
              .writeSome();
      if (received < rows.size()) {
        LOG.log(
            Level.WARNING,
            "{0} of {1} kits had been received before, in this study, and stay where they were",
            new Object[] {rows.size() - received, rows.size()});
      }
    }
  }

  /**
   * Available kits of sites, opened.
   *
   * @param most at each site, so many at most
   */
  Map<SiteKey, List<Kit>> available(Connection connection, Map<SiteKey, Integer> most)
      throws SQLException {
    Map<SiteKey, List<Kit>> available = HashMap.newHashMap(most.size());
    try (PreparedStatement statement = connection.prepareStatement(AVAILABLE)) {
      new Columns<>(statement, most.entrySet())
          .column("text", e -> e.getKey().studyId())
          .column("text", e -> e.getKey().siteId())
          .column("uuid", e -> new UUID(random.nextLong(), random.nextLong()))
          .column("int", Map.Entry::getValue);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          SiteKey site = SiteKey.read(rows);
          String kit = rows.getString("kit_id");
          String arm = arms.of(site, kit, rows.getBytes("sealed_arm"));
          available.computeIfAbsent(site, s -> new ArrayList<>()).add(new Kit(kit, arm));
        }
      }
    }
    return available;
  }

  /** Who has which kit now; null: it is available again. */
  static void write(Connection connection, Map<KitKey, @Nullable Attempt> holders)
      throws SQLException {
    if (holders.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
      new Columns<>(statement, holders.entrySet())
          .column("text", e -> e.getKey().studyId())
          .column("text", e -> e.getKey().kitId())
          .column("uuid", e -> e.getValue() == null ? null : e.getValue().enrollmentId())
          .column("int", e -> e.getValue() == null ? null : e.getValue().number())
          .write();
    }
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
