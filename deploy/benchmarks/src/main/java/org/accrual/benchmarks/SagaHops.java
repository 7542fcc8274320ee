package org.accrual.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parts of each message's way, in ms, by its type, in the order of the saga: as the consumers
 * noted them in {@code ops.hop}. The relay's time is in whole milliseconds.
 *
 * @param relayed from the time in the outbox record, which is before the commit, to the relay's
 *     sending
 * @param begun from the relay's sending to the begin of the consumer's batch
 * @param done from there to the end of the consumer's transaction
 */
record SagaHops(
    Map<String, List<Double>> relayed,
    Map<String, List<Double>> begun,
    Map<String, List<Double>> done) {

  /** The saga's own messages, and the confirmation on its way to the projection. */
  private static final String SELECT =
      """
      with hop as (
        select h.type, h.written_at, h.relayed_at, h.began_at, h.at,
               h.written_at - min(h.written_at) over (partition by h.correlation_id) as place
          from ops.hop h
         where h.correlation_id like ? || '%' and h.outcome = 'applied'
           and (h.service in ('capacity', 'randomization', 'supply', 'enrollment-core-saga')
                or h.service = 'projection' and h.type = 'accrual.enrollment.confirmed.v1'))
      select type,
             extract(epoch from relayed_at - written_at) * 1000 as relayed,
             extract(epoch from began_at - relayed_at) * 1000 as begun,
             extract(epoch from at - began_at) * 1000 as done
        from hop
       order by avg(place) over (partition by type), type
      """;

  /**
   * Reads them.
   *
   * @param conversation prefix of the correlation ids
   */
  static SagaHops read(String url, String conversation) throws SQLException {
    SagaHops hops =
        new SagaHops(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    try (Connection connection = BenchDatabase.connect(url);
        PreparedStatement select = connection.prepareStatement(SELECT)) {
      select.setString(1, conversation);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          String type = row.getString("type");
          add(hops.relayed, type, row.getDouble("relayed"));
          add(hops.begun, type, row.getDouble("begun"));
          add(hops.done, type, row.getDouble("done"));
        }
      }
    }
    return hops;
  }

  private static void add(Map<String, List<Double>> to, String type, double millis) {
    to.computeIfAbsent(type, _ -> new ArrayList<>()).add(millis);
  }
}
