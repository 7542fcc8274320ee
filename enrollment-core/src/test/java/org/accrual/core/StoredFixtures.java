package org.accrual.core;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Reads rows of the core's database by SQL. */
public final class StoredFixtures {
  private final String jdbcUrl;

  public StoredFixtures(String jdbcUrl) {
    this.jdbcUrl = jdbcUrl;
  }

  /** Returns the first column of every row, as text. */
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
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }

  /** Changes rows by hand. */
  public void update(String sql, Object... parameters) {
    texts(sql + " returning 1", parameters);
  }

  public long count(String sql, Object... parameters) {
    return Long.parseLong(texts(sql, parameters).getFirst());
  }

  /** Returns every row of schema enrollment and of the outbox, to compare before and after. */
  public StoredContent everything() {
    String rows =
        texts(
                """
                select format('%I.%I', n.nspname, c.relname)
                  from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname in ('enrollment', 'outbox') and c.relkind in ('r', 'p')
                   and not c.relispartition
                """)
            .stream()
            .map(table -> "select e'%1$s\\t' || t::text from %1$s t".formatted(table))
            .collect(Collectors.joining(" union all ", "", " order by 1"));
    return new StoredContent(texts(rows));
  }
}
