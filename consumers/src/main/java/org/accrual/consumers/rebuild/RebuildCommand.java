package org.accrual.consumers.rebuild;

import com.zaxxer.hikari.HikariDataSource;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.accrual.consumers.database.CommandDatabase;
import org.accrual.consumers.projection.ProjectionCheck;
import org.accrual.runtime.Settings;

/**
 * The command line: {@code projections}, {@code rebuild NAME [--previous]}, {@code cancel-rebuild
 * ID}, {@code check}. Works on the database alone; running consumers carry rebuilds out.
 */
public final class RebuildCommand {
  private static final String USAGE =
      "usage: projections | rebuild projection|analytics [--previous] | cancel-rebuild ID | check; see also"
          + " schedule, unblind and open-arm";
  private static final long LOOK_MILLIS = 500;
  private static final int FAILED = 1;
  private static final int WRONG_USE = 64;

  private final HikariDataSource database;
  private final PrintStream out;
  private final PrintStream err;

  private RebuildCommand(HikariDataSource database, PrintStream out, PrintStream err) {
    this.database = database;
    this.out = out;
    this.err = err;
  }

  /** Answers the exit code: 0, 1 if it was refused or something differs, 64 for a wrong use. */
  public static int run(List<String> words, Settings settings, PrintStream out, PrintStream err) {
    return CommandDatabase.run(
        settings,
        err,
        database -> {
          try {
            return new RebuildCommand(database, out, err).run(words);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
          }
        });
  }

  private int run(List<String> words) throws SQLException, InterruptedException {
    String command = words.getFirst();
    int given = words.size() - 1;
    if (command.equals("projections") && given == 0) {
      return projections();
    } else if (command.equals("check") && given == 0) {
      return check();
    } else if (command.equals("cancel-rebuild") && given == 1) {
      return cancel(words.get(1));
    } else if (command.equals("rebuild") && given == 1) {
      return rebuild(words.get(1), "beginning");
    } else if (command.equals("rebuild") && given == 2 && words.get(2).equals("--previous")) {
      return rebuild(words.get(1), "previous");
    }
    err.println(USAGE);
    return WRONG_USE;
  }

  private int projections() throws SQLException {
    try (Connection connection = database.getConnection();
        ResultSet row =
            connection.createStatement().executeQuery("select * from ops.projections")) {
      while (row.next()) {
        out.printf(
            "%s: %d events of %d streams, %d parked; last rebuild %s %s%n",
            row.getString("projection"),
            row.getLong("events"),
            row.getLong("streams"),
            row.getLong("streams_parked"),
            Optional.ofNullable(row.getString("rebuild_id")).orElse("none"),
            Optional.ofNullable(row.getString("rebuild_state")).orElse(""));
      }
      connection.rollback();
      return 0;
    }
  }

  private int rebuild(String projection, String source) throws SQLException, InterruptedException {
    if (!Rebuilds.PROJECTIONS.contains(projection)) {
      err.println(projection + " is no projection that can be rebuilt; " + USAGE);
      return WRONG_USE;
    }
    Rebuilds rebuilds = new Rebuilds(database);
    String who = System.getProperty("user.name", "command line");
    return switch (rebuilds.start(projection, source, who, UUID.randomUUID().toString())) {
      case Rebuilds.Started.Begun begun -> watch(rebuilds, begun.rebuild());
      case Rebuilds.Started.UnderWay _ -> failed(projection + " is being rebuilt already");
      case Rebuilds.Started.NoPrevious _ ->
          failed("no other version of " + projection + " is kept");
      case Rebuilds.Started.RequestReused _ -> failed("asked twice");
    };
  }

  /** Until it is over; leaving this command does not end the rebuild. */
  private int watch(Rebuilds rebuilds, Rebuild begun) throws SQLException, InterruptedException {
    out.printf("rebuild %s of %s has begun%n", begun.id(), begun.projection());
    CountDownLatch never = new CountDownLatch(1);
    String told = "";
    Rebuild now = begun;
    while (now.state().equals("filling")) {
      String line =
          "%d of %d events %s".formatted(now.eventsDone(), now.eventsTotal(), now.trouble());
      if (!line.equals(told)) {
        out.println(line.strip());
        told = line;
      }
      boolean _ = never.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      now = rebuilds.find(begun.id()).orElse(now);
    }
    out.printf("%s: %d events%n", now.state(), now.eventsDone());
    return now.state().equals("switched") ? 0 : FAILED;
  }

  private int cancel(String id) throws SQLException {
    UUID rebuild;
    try {
      rebuild = UUID.fromString(id);
    } catch (IllegalArgumentException notAnId) {
      err.println(id + " is no id of a rebuild; " + USAGE);
      return WRONG_USE;
    }
    Optional<Rebuild> now = new Rebuilds(database).cancel(rebuild);
    if (now.isEmpty()) {
      return failed("there is no rebuild " + id);
    }
    out.println(now.get().state());
    return now.get().state().equals("cancelled") ? 0 : FAILED;
  }

  private int check() throws SQLException {
    try (Connection connection = database.getConnection()) {
      ProjectionCheck.Result result = ProjectionCheck.run(connection);
      result.shown().forEach(err::println);
      out.printf(
          "%d rows compared with the fold of their events, %d differ%n",
          result.compared(), result.different());
      return result.different() == 0 ? 0 : FAILED;
    }
  }

  private int failed(String why) {
    err.println(why);
    return FAILED;
  }
}
