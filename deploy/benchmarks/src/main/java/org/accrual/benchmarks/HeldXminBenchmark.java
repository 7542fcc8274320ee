package org.accrual.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.accrual.embedded.Folders;
import org.accrual.local.Stack;
import org.accrual.local.StackSettings;

/**
 * The rate of whole sagas, through commands, relay and participants, while a transaction is held
 * open on their database, against the rate without one. Vacuum removes no row that died since the
 * transaction began.
 */
final class HeldXminBenchmark {
  private static final String FREE = "no transaction held";
  private static final String HELD = "a transaction held open";

  private final SagaLoad load;
  private final Bench.Options options;
  private final String url;
  private final Map<String, List<Double>> rates = new LinkedHashMap<>();
  private final Map<String, List<Double>> dead = new LinkedHashMap<>();
  private final Map<String, List<Double>> searches = new LinkedHashMap<>();

  private HeldXminBenchmark(SagaLoad load, Bench.Options options, String url) {
    this.load = load;
    this.options = options;
    this.url = url;
  }

  static void run(Bench.Options options) throws Exception {
    Path folder = Files.createTempDirectory("accrual-benchmark");
    StackSettings settings = SagaBenchmark.settings(folder, options);
    try (Stack stack = new Stack(settings, SagaBenchmark::print)) {
      stack.start(false);
      try (SagaClient client =
          SagaClient.open(stack.addresses().ports().coreGrpc(), options.enrollments())) {
        new HeldXminBenchmark(
                new SagaLoad(client, options.turn()), options, stack.addresses().jdbc())
            .run();
      }
    } finally {
      Folders.delete(folder);
    }
  }

  private void run() throws Exception {
    for (int i = -options.warmups(); i < options.turns(); i++) {
      for (String way : Turns.order(List.of(FREE, HELD), i)) {
        double rate = way.equals(HELD) ? held(i >= 0) : rate();
        System.out.printf("%s %d: %s %.1f/s%n", i < 0 ? "warm-up" : "turn", i, way, rate);
        if (i >= 0) {
          add(rates, way, rate);
        }
      }
    }
    Report report = new Report("held-xmin");
    report.table("confirmed a second", rates);
    report.table("dead rows at the end of a turn", dead);
    report.table("pages that a search for due sagas reads at the end of a turn", searches);
    report.ratio(rates, HELD, FREE, 0.95);
    report.write(options.json());
  }

  private double held(boolean counts) throws Exception {
    try (Connection connection = BenchDatabase.connect(url)) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try (Statement snapshot = connection.createStatement()) {
        snapshot.execute("select from enrollment.saga limit 1");
      }
      double rate = rate();
      if (counts) {
        observe();
      }
      return rate;
    }
  }

  private double rate() throws Exception {
    long begin = System.nanoTime();
    return load.atOnce(options.clients(), "held-xmin-").size() * 1e9 / (System.nanoTime() - begin);
  }

  private void observe() throws SQLException {
    try (Connection connection = BenchDatabase.connect(url);
        Statement statement = connection.createStatement()) {
      try (ResultSet row =
          statement.executeQuery(
              """
              select schemaname || '.' || relname, n_dead_tup from pg_stat_user_tables
               where n_dead_tup > 0 order by n_dead_tup desc limit 8
              """)) {
        while (row.next()) {
          add(dead, row.getString(1), row.getDouble(2));
        }
      }
      add(searches, "from the beginning", pages(statement, "'-infinity'"));
      add(searches, "from the last search on", pages(statement, "now() - interval '1 minute'"));
    }
  }

  /** Runs the search of enrollment-core for sagas whose command is due; returns the pages read. */
  private static double pages(Statement statement, String since) throws SQLException {
    try (ResultSet line =
        statement.executeQuery(
            """
            explain (analyze, buffers, timing off) select enrollment_id from enrollment.saga
             where due_at >= %s and due_at <= now() order by due_at limit 50
            """
                .formatted(since))) {
      while (line.next()) {
        String text = line.getString(1).strip();
        if (text.startsWith("Buffers: shared hit=")) {
          return Double.parseDouble(text.replaceAll("Buffers: shared hit=(\\d+).*", "$1"));
        }
      }
      return 0;
    }
  }

  private static void add(Map<String, List<Double>> to, String name, double figure) {
    to.computeIfAbsent(name, _ -> new ArrayList<>()).add(figure);
  }
}
