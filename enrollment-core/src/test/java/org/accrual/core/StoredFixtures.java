package org.accrual.core;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What stands in the database, by SQL. */
public final class StoredFixtures {
  private final String jdbcUrl;

  public StoredFixtures(String jdbcUrl) {
    this.jdbcUrl = jdbcUrl;
  }

  /** The first column of every row, as text. */
  public List<String> texts(String sql, Object... parameters) {
    try (Connection connection = DriverManager.getConnection(jdbcUrl, "postgres", "");
        PreparedStatement select = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        select.setObject(i + 1, parameters[i]);
      }
      List<String> texts = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          texts.add(rows.getString(1));
        }
      }
      return texts;
    } catch (SQLException wrong) {
      throw new AssertionError(sql, wrong);
    }
  }

  public long count(String sql, Object... parameters) {
    return Long.parseLong(texts(sql, parameters).getFirst());
  }

  /** Rows of every table that a command may write: equal before and after what must write none. */
  public String everything() {
    return texts(
            """
            select concat_ws(' ', (select count(*) from enrollment.event),
              (select count(*) from outbox.message), (select count(*) from enrollment.request),
              (select count(*) from enrollment.operation), (select count(*) from enrollment.attempt),
              (select count(*) from enrollment.saga), (select count(*) from enrollment.kit),
              (select count(*) from enrollment.unblinding),
              (select coalesce(sum(version), 0) from enrollment.study_head),
              (select coalesce(sum(version), 0) from enrollment.site_head))
            """)
        .getFirst();
  }
}
