package org.accrual.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresIT {
  private static final String HOST = "127.0.0.1";

  @TempDir Path folder;

  @Test
  void keepsWhatIsCommittedAcrossStopAndCrash() throws SQLException {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder, HOST, 0)) {
      execute(postgres, "create table t (n int)");
      execute(postgres, "insert into t values (1)");
    }
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder, HOST, 0)) {
      execute(postgres, "insert into t values (2)");
      postgres.kill();
      assertThat(postgres.healthy()).isFalse();
      assertThat(postgres.ended()).succeedsWithin(Duration.ofSeconds(5));
    }
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder, HOST, 0)) {
      assertThat(query(postgres, "select sum(n) from t")).isEqualTo("3");
    }
  }

  @Test
  void stopsTheServerThatAKilledProcessLeftAndGoesOnWithItsData() throws Exception {
    int port = FreePort.pick();
    Process wrapper = wrapper(port);
    ProcessHandle server = awaitServer(wrapper, port);
    execute("jdbc:postgresql://127.0.0.1:%d/kept".formatted(port), "create table t (n int)");

    assertThat(wrapper.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(server.isAlive()).isTrue();

    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder, HOST, port)) {
      assertThat(server.isAlive()).isFalse();
      assertThat(postgres.pid()).isNotEqualTo(server.pid());
      execute(postgres.jdbcUrl("kept"), "select n from t");
    }
  }

  @Test
  void endsWithItsServerAndStopsItWhenItsInputEnds() throws Exception {
    int port = FreePort.pick();
    Process wrapper = wrapper(port);
    awaitServer(wrapper, port).destroyForcibly();
    assertThat(wrapper.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(wrapper.exitValue()).isEqualTo(1);

    wrapper = wrapper(port);
    ProcessHandle server = awaitServer(wrapper, port);
    wrapper.getOutputStream().close();
    assertThat(wrapper.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(wrapper.exitValue()).isZero();
    assertThat(server.isAlive()).isFalse();
  }

  @Test
  void isDurableAndDecodesLogically() throws SQLException {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder, HOST, 0)) {
      assertThat(query(postgres, "show fsync")).isEqualTo("on");
      assertThat(query(postgres, "show synchronous_commit")).isEqualTo("on");
      assertThat(query(postgres, "show wal_level")).isEqualTo("logical");
      assertThat(query(postgres, "show max_connections")).isEqualTo("200");
      assertThat(query(postgres, "show listen_addresses")).isEqualTo(HOST);
      assertThat(query(postgres, "show server_version_num")).startsWith("18");
    }
  }

  private Process wrapper(int port) throws Exception {
    Path classPath = Path.of(System.getProperty("java.class.path"));
    return new ProcessBuilder(
            Leash.command(
                List.of(),
                classPath,
                EmbeddedPostgres.class.getName(),
                List.of(folder.toString(), HOST, Integer.toString(port), "kept")))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static ProcessHandle awaitServer(Process wrapper, int port) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> answers("jdbc:postgresql://127.0.0.1:%d/kept".formatted(port)));
    return wrapper.children().findFirst().orElseThrow();
  }

  private static boolean answers(String url) {
    try {
      execute(url, "select 1");
      return true;
    } catch (SQLException notYet) {
      return false;
    }
  }

  private static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
    execute(postgres.jdbcUrl("postgres"), sql);
  }

  private static void execute(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, "postgres", "");
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(EmbeddedPostgres postgres, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(postgres.jdbcUrl("postgres"), "postgres", "");
        var answer = connection.createStatement().executeQuery(sql)) {
      answer.next();
      return answer.getString(1);
    }
  }
}
