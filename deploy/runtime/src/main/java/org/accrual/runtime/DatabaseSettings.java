package org.accrual.runtime;

/**
 * Where the database is.
 *
 * @param url a {@code jdbc:postgresql:} URL
 * @param user the role the process works as
 * @param password empty in local runs
 */
public record DatabaseSettings(String url, String user, String password) {

  /** Keys {@code accrual.database.url}, {@code .user}, {@code .password}. */
  public static DatabaseSettings read(Settings settings) {
    String key = "accrual.database.url";
    String url = settings.text(key, "jdbc:postgresql://127.0.0.1:7400/accrual");
    if (!url.startsWith("jdbc:postgresql://")) {
      throw new InvalidSetting(key, url, "a URL such as jdbc:postgresql://127.0.0.1:7400/accrual");
    }
    return new DatabaseSettings(
        url,
        settings.text("accrual.database.user", "postgres"),
        settings.secret("accrual.database.password"));
  }

  /** Returns user and URL without passwords. */
  @Override
  public String toString() {
    return user + " at " + Redacted.text(url);
  }
}
