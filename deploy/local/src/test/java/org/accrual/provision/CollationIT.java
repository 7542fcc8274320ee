package org.accrual.provision;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.accrual.embedded.SharedParts;
import org.accrual.runtime.DatabaseSettings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("provision warns about a database")
class CollationIT {
  private static final String URL = SharedParts.emptyDatabase();

  @Test
  @DisplayName("that orders text by a language's rules")
  void language() throws SQLException {
    assertThat(warning("locale_provider icu icu_locale 'de'"))
        .hasValueSatisfying(
            line -> assertThat(line).contains("rules of locale de", "builtin_locale 'C.UTF-8'"));
  }

  @Test
  @DisplayName("but not about one that orders it by code points")
  void codePoints() throws SQLException {
    assertThat(warning("locale_provider builtin builtin_locale 'C.UTF-8'")).isEmpty();
    assertThat(warning("locale_provider libc locale 'C'")).isEmpty();
  }

  private static Optional<String> warning(String locale) throws SQLException {
    try (Connection connection = DriverManager.getConnection(URL, "postgres", "");
        Statement statement = connection.createStatement()) {
      statement.execute("create database collated template template0 " + locale);
      try {
        String url = URL.substring(0, URL.lastIndexOf('/') + 1) + "collated";
        return Database.collationWarning(new DatabaseSettings(url, "postgres", ""));
      } finally {
        statement.execute("drop database collated");
      }
    }
  }
}
