package org.accrual.relay.faults;

import java.io.StringReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;

/**
 * Writers that interleave on the same keys: transactions of 1 to 50 rows, COPY of 1,000, JSON
 * published by {@code outbox.publish}, some of which fits no schema; some rolled back. Each row of
 * a key gets the next number, under a row lock held until commit.
 */
final class Writers implements AutoCloseable {
  static final String AGGREGATE_TYPE = "faults.events";

  /** Type of what is published as JSON; its schema has one field, text. */
  static final String TEXT_TYPE = "faults.text.v1";

  private static final int KEYS = 12;
  private static final Duration CLOSE = Duration.ofSeconds(60);
  private static final String TYPE = "accrual.study.activated.v1";

  private final String url;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  /** Ids whose commit was acknowledged: they must be in the outbox, whatever was killed. */
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

  Writers(String url) {
    this.url = url;
  }

  static void prepare(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(
          "create table public.counter (key text primary key, n bigint not null default 0)");
      statement.execute(
          "insert into public.counter select 'k' || n from generate_series(0, %d) n"
              .formatted(KEYS - 1));
    }
  }

  void start(int writers, long seed) {
    for (int i = 0; i < writers; i++) {
      Random random = new Random(seed * 31 + i);
      threads.add(Thread.ofPlatform().name("writer-" + i).daemon().start(() -> write(random)));
    }
  }

  Set<String> acknowledged() {
    return acknowledged;
  }

  private void write(Random random) {
    try {
      while (stop.getCount() > 0) {
        try (Connection connection = DriverManager.getConnection(url)) {
          connection.setAutoCommit(false);
          while (!stop.await(random.nextInt(300), TimeUnit.MILLISECONDS)) {
            transaction(connection, random);
          }
        } catch (SQLException killed) {
          // The server was killed: what was not acknowledged may be there or not.
          stop.await(100, TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void transaction(Connection connection, Random random) throws SQLException {
    int kind = random.nextInt(40);
    boolean copy = kind == 0;
    boolean publish = kind > 30;
    int rows = copy ? 1_000 : 1 + random.nextInt(50);
    int first = random.nextInt(KEYS);
    int keys = Math.min(1 + random.nextInt(3), rows);
    List<String> ids = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    // Keys in ascending order, so that writers do not lock each other out.
    for (int key = first; key < Math.min(first + keys, KEYS); key++) {
      int share = Math.max(1, rows / keys);
      long end = number(connection, "k" + key, share);
      if (publish) {
        ids.addAll(publish(connection, "k" + key, end - share + 1, end, random));
        continue;
      }
      for (long number = end - share + 1; number <= end; number++) {
        String id = UUID.randomUUID().toString();
        ids.add(id);
        lines.append(line(id, "k" + key, number, random));
      }
    }
    if (publish) {
      misfit(connection);
    } else if (copy) {
      copy(connection, lines.toString());
    } else {
      insert(connection, lines.toString());
    }
    if (random.nextInt(20) == 0) {
      connection.rollback();
    } else {
      connection.commit();
      acknowledged.addAll(ids);
    }
  }

  private static long number(Connection connection, String key, int rows) throws SQLException {
    try (PreparedStatement next =
        connection.prepareStatement(
            "update public.counter set n = n + ? where key = ? returning n")) {
      next.setInt(1, rows);
      next.setString(2, key);
      try (ResultSet row = next.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static String line(String id, String key, long number, Random random) {
    byte[] payload = new byte[random.nextInt(400)];
    random.nextBytes(payload);
    return "%s\t%s\t%s\t%s\t\\\\x%s\t{\"number\":\"%d\"}%n"
        .formatted(id, AGGREGATE_TYPE, key, TYPE, HexFormat.of().formatHex(payload), number);
  }

  private static List<String> publish(
      Connection connection, String key, long from, long to, Random random) throws SQLException {
    List<String> ids = new ArrayList<>();
    try (PreparedStatement publish =
        connection.prepareStatement(
            """
            select outbox.publish(?, ?, ?, jsonb_build_object('text', ?::text),
                                  jsonb_build_object('number', ?::text))\
            """)) {
      for (long number = from; number <= to; number++) {
        publish.setString(1, AGGREGATE_TYPE);
        publish.setString(2, key);
        publish.setString(3, TEXT_TYPE);
        publish.setString(4, "ü".repeat(random.nextInt(100)));
        publish.setString(5, Long.toString(number));
        try (ResultSet id = publish.executeQuery()) {
          id.next();
          ids.add(id.getString(1));
        }
      }
    }
    return ids;
  }

  private static void misfit(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(
          "select outbox.publish('%s', 'misfit', '%s', '{\"unheard\": 1}')"
              .formatted(AGGREGATE_TYPE, TEXT_TYPE));
    }
  }

  private static void copy(Connection connection, String lines) throws SQLException {
    try {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(
              "copy outbox.message (id, aggregatetype, aggregateid, type, payload, headers)"
                  + " from stdin",
              new StringReader(lines));
    } catch (java.io.IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static void insert(Connection connection, String lines) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
            values (?::uuid, ?, ?, ?, ?, ?::jsonb)\
            """)) {
      for (String line : lines.lines().toList()) {
        String[] columns = line.split("\t");
        for (int i = 0; i < 4; i++) {
          insert.setString(i + 1, columns[i]);
        }
        insert.setBytes(5, HexFormat.of().parseHex(columns[4].substring(3)));
        insert.setString(6, columns[5]);
        // Row by row in the order of the numbers.
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** Ends every writer after its transaction. */
  @Override
  public void close() {
    stop.countDown();
    try {
      for (Thread thread : threads) {
        if (!thread.join(CLOSE)) {
          throw new IllegalStateException(thread.getName() + " does not end");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
