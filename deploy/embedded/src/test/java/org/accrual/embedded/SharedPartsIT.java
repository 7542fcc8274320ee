package org.accrual.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedPartsIT {

  @Test
  void copiesADatabaseThatIsMigratedOnce() throws SQLException {
    AtomicInteger migrations = new AtomicInteger();
    String one = SharedParts.database("counted", url -> migrate(url, migrations));
    String other = SharedParts.database("counted", url -> migrate(url, migrations));

    execute(one, "insert into t values (1)");

    assertThat(migrations).hasValue(1);
    assertThat(rows(one)).isEqualTo(1);
    assertThat(rows(other)).isZero();
  }

  private static void migrate(String url, AtomicInteger migrations) {
    migrations.incrementAndGet();
    try {
      execute(url, "create table t (n int)");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void execute(String url, String sql) throws SQLException {
    try (var connection = DriverManager.getConnection(url, "postgres", "");
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int rows(String url) throws SQLException {
    try (var connection = DriverManager.getConnection(url, "postgres", "");
        var answer = connection.createStatement().executeQuery("select count(*) from t")) {
      answer.next();
      return answer.getInt(1);
    }
  }
}
