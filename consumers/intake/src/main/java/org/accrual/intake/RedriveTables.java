package org.accrual.intake;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads and writes the redrives of one consumer in the schema {@code deadletter}. */
final class RedriveTables {
  private static final String CLAIM =
      """
      select r.redrive_id, r.rate, r.asked_by from deadletter.redrive r
       where r.finished_at is null and r.next_at <= clock_timestamp()
         and exists (select from deadletter.redrive_letter x join deadletter.letter l using (letter_id)
                      where x.redrive_id = r.redrive_id and x.state = 'pending' and l.consumer = ?)
       order by r.next_at limit 1 for update skip locked
      """;
  private static final String NEXT =
      """
      select x.place, x.letter_id, l.topic, l.key, l.alone
        from deadletter.redrive_letter x join deadletter.letter l using (letter_id)
       where x.redrive_id = ? and x.state = 'pending' and l.consumer = ?
       order by x.place limit 1
      """;
  private static final String LOCK =
      "select 1 from deadletter.stream where consumer = ? and topic = ? and key = ? for update";
  private static final String FIRST =
      """
      select letter_id, topic, partition, "offset", recorded_at, raw_key, value, headers
        from deadletter.parked
       where consumer = ? and topic = ? and key = ? and not alone order by place limit 1
      """;
  private static final String ALONE =
      """
      select letter_id, topic, partition, "offset", recorded_at, raw_key, value, headers
        from deadletter.letter where letter_id = ?
      """;
  private static final String SETTLE =
      """
      with settled as (
        update deadletter.letter set state = 'applied', settled_at = clock_timestamp(), attempts = attempts + 1
         where letter_id = ?)
      insert into deadletter.history (letter_id, who, what, note) values (?, ?, 'applied', ?)
      """;
  private static final String FAIL =
      """
      with tried as (
        update deadletter.letter set cause = ?, error = ?, attempts = attempts + 1 where letter_id = ?),
      waits as (
        update deadletter.stream set cause = ?
         where consumer = ? and topic = ? and key = ? and not ?)
      insert into deadletter.history (letter_id, who, what, note) values (?, ?, 'failed', ?)
      """;
  private static final String HOLD_BACK =
      """
      update deadletter.redrive_letter x set state = 'held', error = ?
        from deadletter.letter l
       where l.letter_id = x.letter_id and x.redrive_id = ? and x.state = 'pending'
         and l.consumer = ? and l.topic = ? and l.key = ? and not l.alone
      """;

  private final String consumer;

  RedriveTables(String consumer) {
    this.consumer = consumer;
  }

  /** A run that somebody asked for. */
  record Run(UUID id, int rate, String askedBy) {}

  /** A letter whose turn it is in a run. */
  record Turn(long place, UUID letterId, StreamKey stream, boolean alone) {}

  /** A letter with its record. */
  record Parked(UUID letterId, ConsumerRecord<byte[], byte[]> record) {}

  /** A run that is due and has letters of ours; no other process works on it until commit. */
  Optional<Run> claim(Connection connection) throws SQLException {
    try (PreparedStatement statement = prepare(connection, CLAIM, consumer);
        ResultSet row = statement.executeQuery()) {
      return row.next()
          ? Optional.of(new Run(row.getObject(1, UUID.class), row.getInt(2), row.getString(3)))
          : Optional.empty();
    }
  }

  Optional<Turn> next(Connection connection, Run run) throws SQLException {
    try (PreparedStatement statement = prepare(connection, NEXT, run.id(), consumer);
        ResultSet row = statement.executeQuery()) {
      return row.next()
          ? Optional.of(
              new Turn(
                  row.getLong(1),
                  row.getObject(2, UUID.class),
                  new StreamKey(row.getString(3), row.getString(4)),
                  row.getBoolean(5)))
          : Optional.empty();
    }
  }

  /** Keeps the intake from parking letters of the stream until the transaction ends. */
  void lock(Connection connection, StreamKey stream) throws SQLException {
    execute(connection, LOCK, consumer, stream.topic(), stream.key());
  }

  /** Returns the letter to try: of a stream its first one. */
  Optional<Parked> first(Connection connection, Turn turn) throws SQLException {
    try (PreparedStatement statement =
            turn.alone()
                ? prepare(connection, ALONE, turn.letterId())
                : prepare(connection, FIRST, consumer, turn.stream().topic(), turn.stream().key());
        ResultSet row = statement.executeQuery()) {
      return row.next()
          ? Optional.of(new Parked(row.getObject(1, UUID.class), StoredRecord.of(row)))
          : Optional.empty();
    }
  }

  /** Returns whether the letter is still parked; keeps others from settling it. */
  boolean lockParked(Connection connection, UUID letterId) throws SQLException {
    try (PreparedStatement statement =
            prepare(
                connection,
                "select 1 from deadletter.letter where letter_id = ? and state = 'parked' for update",
                letterId);
        ResultSet row = statement.executeQuery()) {
      return row.next();
    }
  }

  /** Records that the letter has taken effect, and continues its stream. */
  void applied(Connection connection, Run run, Turn turn) throws SQLException {
    String note = "redrive " + run.id();
    execute(connection, SETTLE, turn.letterId(), turn.letterId(), run.askedBy(), note);
    if (!turn.alone()) {
      execute(
          connection,
          "select deadletter.go_on(?, ?, ?)",
          consumer,
          turn.stream().topic(),
          turn.stream().key());
    }
    close(connection, run, turn, "applied", "");
  }

  /** Records that the letter fails again; those behind it are not tried. */
  void failed(Connection connection, Run run, Turn turn, Park why) throws SQLException {
    String cause = why.cause().inSql();
    String error = Letter.clean(why.error());
    execute(
        connection,
        FAIL,
        cause,
        error,
        turn.letterId(),
        cause,
        consumer,
        turn.stream().topic(),
        turn.stream().key(),
        turn.alone(),
        turn.letterId(),
        run.askedBy(),
        error);
    close(connection, run, turn, "failed", error);
    if (turn.alone()) {
      return;
    }
    holdBack(connection, run, turn, "letter " + turn.letterId() + " before it failed");
  }

  /** Excludes the later letters of the letter's stream from this run. */
  void holdBack(Connection connection, Run run, Turn turn, String why) throws SQLException {
    execute(
        connection, HOLD_BACK, why, run.id(), consumer, turn.stream().topic(), turn.stream().key());
  }

  void close(Connection connection, Run run, Turn turn, String state, String error)
      throws SQLException {
    execute(
        connection,
        "update deadletter.redrive_letter set state = ?, error = ? where redrive_id = ? and place = ?",
        state,
        error,
        run.id(),
        turn.place());
  }

  /** Sets when the run may continue, or that it is over. */
  void advance(Connection connection, Run run) throws SQLException {
    execute(
        connection,
        """
        update deadletter.redrive r
           set next_at = clock_timestamp() + interval '1 second' / rate,
               finished_at = case when not exists (select from deadletter.redrive_letter x
                                                    where x.redrive_id = r.redrive_id and x.state = 'pending')
                                  then clock_timestamp() end
         where r.redrive_id = ?
        """,
        run.id());
  }

  /** Lets other runs go first, after a failure that will pass. */
  void postpone(Connection connection, Run run) throws SQLException {
    execute(
        connection,
        "update deadletter.redrive set next_at = clock_timestamp() + interval '5 seconds' where redrive_id = ?",
        run.id());
  }

  private static void execute(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, values)) {
      statement.execute();
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql, Object... values)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }
}
