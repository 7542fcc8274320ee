package org.accrual.consumers.supply;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.consumers.database.Columns;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.event.site.KitReturned;
import org.accrual.event.site.KitsDestroyed;
import org.accrual.event.site.KitsQuarantined;
import org.accrual.event.site.KitsReceived;
import org.accrual.event.site.ReceivedKit;
import org.accrual.intake.Message;

/**
 * Applies the events of sites to {@code supply.kit}, one after the other: a kit may be quarantined
 * and received again in one batch.
 */
final class KitEvents {
  private static final Logger LOG = Logger.getLogger(KitEvents.class.getName());

  // Again only where its site has quarantined it; a patient's kit stays as it is.
  private static final String RECEIVE =
      """
      insert into supply.kit as k (study_id, kit_id, site_id, sealed_arm, lot, expiry_date, received_at)
      select study_id, kit_id, site_id, sealed_arm, lot, coalesce(expiry_date, 'infinity'), received_at
        from unnest(?, ?, ?, ?, ?, ?, ?)
             as n (study_id, kit_id, site_id, sealed_arm, lot, expiry_date, received_at)
          on conflict (study_id, kit_id) do update
             set state = 'received', sealed_arm = excluded.sealed_arm, lot = excluded.lot,
                 expiry_date = excluded.expiry_date, received_at = excluded.received_at,
                 place = gen_random_uuid()
           where k.site_id = excluded.site_id and k.state = 'quarantined' and k.enrollment_id is null
      """;
  private static final String MOVE =
      """
      update supply.kit set state = ?
       where study_id = ? and site_id = ? and kit_id = any (?)
      """;

  private KitEvents() {}

  /** Applies events of sites in their order; those that are not about kits are left out. */
  static void apply(Connection connection, List<Message> events) throws SQLException {
    for (Message event : events) {
      switch (event.body()) {
        case KitsReceived e -> receive(connection, e, event);
        case KitsQuarantined e -> move(connection, SiteKey.of(e), "quarantined", e.getKitIds());
        case KitReturned e -> move(connection, SiteKey.of(e), "returned", List.of(e.getKitId()));
        case KitsDestroyed e -> move(connection, SiteKey.of(e), "destroyed", e.getKitIds());
        default -> {}
      }
    }
  }

  private static void receive(Connection connection, KitsReceived event, Message message)
      throws SQLException {
    List<ReceivedKit> kits = event.getKits();
    try (PreparedStatement statement = connection.prepareStatement(RECEIVE)) {
      int received =
          new Columns<>(statement, kits)
              .column("text", _ -> event.getStudyId())
              .column("text", ReceivedKit::getKitId)
              .column("text", _ -> event.getSiteId())
              .bytes(kit -> bytes(kit.getSealedArm()))
              .column("text", ReceivedKit::getLot)
              .column("date", ReceivedKit::getExpiryDate)
              .column("timestamptz", _ -> message.time())
              .writeSome();
      if (received < kits.size()) {
        LOG.log(
            Level.WARNING,
            "{0} of {1} kits that site {2} received are not stored: the study has them already, or a"
                + " patient has them; compare the site''s kits with the view ops.kits",
            new Object[] {kits.size() - received, kits.size(), SiteKey.of(event)});
      }
    }
  }

  private static void move(Connection connection, SiteKey site, String state, List<String> kitIds)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(MOVE)) {
      statement.setString(1, state);
      statement.setString(2, site.studyId());
      statement.setString(3, site.siteId());
      statement.setArray(4, connection.createArrayOf("text", kitIds.toArray()));
      statement.executeUpdate();
    }
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
