package org.accrual.consumers.deadletter;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.accrual.api.ops.v1.RedriveRefusal;
import org.accrual.api.ops.v1.RedriveRequest;
import org.accrual.api.ops.v1.RedriveResponse;

/**
 * The letters that a redrive would try, in order: those of the keys whose first letter matches, up
 * to the maximum; and those that match and would not be tried.
 */
final class Selection {
  private static final int DEFAULT_MAX = 1000;
  private static final int SHOWN_REFUSALS = 100;
  private static final String SELECT =
      """
      with p as (
        select p.letter_id, p.consumer, p.topic, p.key, p.place, p.since, %s as matches,
               case when p.alone then p.letter_id end as alone,
               exists (select from deadletter.redrive_letter x
                        where x.letter_id = p.letter_id and x.state = 'pending') as busy
          from deadletter.parked p),
      k as (
        select *, bool_or(place = 1 and matches) over w as chosen, bool_or(busy) over w as key_busy
          from p window w as (partition by consumer, topic, key, alone))
      select * from k where matches or chosen order by since, consumer, topic, key, place, letter_id
      """
          .formatted(LetterFilter.CONDITION);

  private final List<UUID> letters = new ArrayList<>();
  private final Set<List<String>> keys = new HashSet<>();
  private final Map<String, Long> byConsumer = new TreeMap<>();
  private final List<RedriveRefusal> refusals = new ArrayList<>();
  private long refused;

  private Selection() {}

  static Selection of(Connection connection, RedriveRequest request) throws SQLException {
    int max = request.getMax() == 0 ? DEFAULT_MAX : request.getMax();
    Selection selection = new Selection();
    try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
      LetterFilter.bind(statement, 1, request.getFilter());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          selection.judge(rows, max);
        }
      }
    }
    return selection;
  }

  private void judge(ResultSet row, int max) throws SQLException {
    UUID id = row.getObject("letter_id", UUID.class);
    if (!row.getBoolean("chosen")) {
      refuse(id, "BEHIND_ANOTHER");
    } else if (row.getBoolean("key_busy")) {
      refuse(id, "ALREADY_REDRIVING");
    } else if (letters.size() == max) {
      refuse(id, "ABOVE_MAX");
    } else {
      letters.add(id);
      String consumer = row.getString("consumer");
      keys.add(List.of(consumer, row.getString("topic"), row.getString("key")));
      byConsumer.merge(consumer, 1L, Long::sum);
    }
  }

  private void refuse(UUID id, String reason) {
    refused++;
    if (refusals.size() < SHOWN_REFUSALS) {
      refusals.add(
          RedriveRefusal.newBuilder().setLetterId(id.toString()).setReason(reason).build());
    }
  }

  List<UUID> letters() {
    return letters;
  }

  RedriveResponse.Builder counts() {
    return RedriveResponse.newBuilder()
        .setLetters(letters.size())
        .setKeys(keys.size())
        .putAllLettersByConsumer(byConsumer);
  }

  RedriveResponse.Builder countsAndRefusals() {
    return counts().addAllRefusals(refusals).setRefused(refused);
  }
}
