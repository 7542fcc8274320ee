package org.accrual.consumers.kits;

import com.google.protobuf.Timestamp;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.accrual.api.query.v1.KitState;
import org.accrual.api.query.v1.ListKitsRequest;
import org.accrual.api.query.v1.SiteKit;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.query.DatabaseErrors;

/** Reads the view {@code ops.kits}. */
@ApplicationScoped
class KitReader {
  private static final String PREFIX = "KIT_STATE_";
  private static final String LIST =
      """
      select kit_id, state, coalesce(lot, '') as lot, coalesce(expiry_date::text, '') as expiry_date, received_at,
             coalesce(enrollment_id::text, '') as enrollment_id
        from ops.kits
       where study_id = ? and site_id = ? and kit_id > ? and ? in ('', state)
       order by kit_id limit ?
      """;

  private final DataSource database;

  @Inject
  KitReader(@QueryPool DataSource database) {
    this.database = database;
  }

  /**
   * Returns kits of the request's site in its state.
   *
   * @param after id of the kit after which the list begins; empty: at the first
   */
  List<SiteKit> list(ListKitsRequest request, String after, int atMost) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(LIST)) {
      int index = 0;
      statement.setString(++index, request.getStudyId());
      statement.setString(++index, request.getSiteId());
      statement.setString(++index, after);
      statement.setString(++index, code(request.getState()));
      statement.setInt(++index, atMost);
      List<SiteKit> kits = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          kits.add(kit(rows));
        }
      }
      return kits;
    } catch (SQLException e) {
      throw DatabaseErrors.of(e);
    }
  }

  private static SiteKit kit(ResultSet row) throws SQLException {
    OffsetDateTime received = row.getObject("received_at", OffsetDateTime.class);
    return SiteKit.newBuilder()
        .setKitId(row.getString("kit_id"))
        .setState(KitState.valueOf(PREFIX + row.getString("state").toUpperCase(Locale.ROOT)))
        .setLot(row.getString("lot"))
        .setExpiryDate(row.getString("expiry_date"))
        .setReceiveTime(
            Timestamp.newBuilder()
                .setSeconds(received.toEpochSecond())
                .setNanos(received.getNano()))
        .setEnrollmentId(row.getString("enrollment_id"))
        .build();
  }

  /** Returns the state as the view has it; empty for all. */
  private static String code(KitState state) {
    return state == KitState.KIT_STATE_UNSPECIFIED
        ? ""
        : state.name().substring(PREFIX.length()).toLowerCase(Locale.ROOT);
  }
}
