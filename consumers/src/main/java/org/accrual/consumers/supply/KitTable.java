package org.accrual.consumers.supply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.accrual.consumers.database.Columns;
import org.accrual.consumers.participant.Attempt;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.consumers.supply.Hold.Kit;
import org.jspecify.annotations.Nullable;

/** Kits of {@code supply.kit} for requests: one statement each for a batch. */
final class KitTable {
  // Those that expire first, from a random place on, and round: see supply.kit.place.
  private static final String AVAILABLE =
      """
      select w.study_id, w.site_id, k.kit_id, k.sealed_arm, k.expiry_date
        from unnest(?, ?, ?, ?, ?) as w (study_id, site_id, start, most, today)
       cross join lateral (
         select * from (
             (select kit_id, sealed_arm, expiry_date, 1 as part, place from supply.kit k
               where k.study_id = w.study_id and k.site_id = w.site_id and k.place >= w.start
                 and k.enrollment_id is null and k.state = 'received' and k.expiry_date > w.today
               order by k.expiry_date, k.place limit w.most)
             union all
             (select kit_id, sealed_arm, expiry_date, 2, place from supply.kit k
               where k.study_id = w.study_id and k.site_id = w.site_id and k.place < w.start
                 and k.enrollment_id is null and k.state = 'received' and k.expiry_date > w.today
               order by k.expiry_date, k.place limit w.most)) p
          order by expiry_date, part, place limit w.most) k
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

  /**
   * Returns usable kits of sites, opened, those that expire first before others.
   *
   * @param most at each site, so many at most
   * @param today in UTC
   */
  Map<SiteKey, List<Kit>> available(
      Connection connection, Map<SiteKey, Integer> most, LocalDate today) throws SQLException {
    Map<SiteKey, List<Kit>> available = HashMap.newHashMap(most.size());
    try (PreparedStatement statement = connection.prepareStatement(AVAILABLE)) {
      new Columns<>(statement, most.entrySet())
          .column("text", e -> e.getKey().studyId())
          .column("text", e -> e.getKey().siteId())
          .column("uuid", e -> new UUID(random.nextLong(), random.nextLong()))
          .column("int", Map.Entry::getValue)
          .column("date", _ -> today);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          SiteKey site = SiteKey.read(rows);
          String kit = rows.getString("kit_id");
          String arm = arms.of(site, kit, rows.getBytes("sealed_arm"));
          LocalDate expiryDate = rows.getObject("expiry_date", LocalDate.class);
          available
              .computeIfAbsent(site, s -> new ArrayList<>())
              .add(new Kit(kit, arm, expiryDate, true));
        }
      }
    }
    return available;
  }

  /** Writes which request has which kit; null: none. */
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
}
