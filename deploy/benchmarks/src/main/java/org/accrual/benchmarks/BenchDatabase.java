package org.accrual.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.accrual.embedded.EmbeddedPostgres;
import org.accrual.embedded.Folders;
import org.accrual.provision.Database;
import org.accrual.provision.ProvisionSettings;
import org.accrual.runtime.DatabaseSettings;

/**
 * A PostgreSQL of the benchmark's own, durable as in production: fsync and synchronous commit are
 * on.
 */
final class BenchDatabase implements AutoCloseable {
  private final Path folder;
  private final EmbeddedPostgres postgres;

  private BenchDatabase(Path folder, EmbeddedPostgres postgres) {
    this.folder = folder;
    this.postgres = postgres;
  }

  static BenchDatabase start() throws IOException {
    Path folder = Files.createTempDirectory("accrual-benchmark");
    return new BenchDatabase(
        folder, EmbeddedPostgres.start(folder.resolve("postgresql"), "127.0.0.1", 0));
  }

  Path folder() {
    return folder;
  }

  /** JDBC address of a new database with every migration. */
  String migrated(String name) {
    postgres.createDatabase(name);
    DatabaseSettings settings = new DatabaseSettings(postgres.jdbcUrl(name), "postgres", "");
    System.out.println(Database.migrate(settings));
    System.out.println(Database.maintainOutbox(settings, ProvisionSettings.OUTBOX_RETENTION));
    return settings.url();
  }

  static Connection connect(String jdbcUrl) throws SQLException {
    return DriverManager.getConnection(jdbcUrl, "postgres", "");
  }

  /** Stops the server and deletes its data, and what else lies in its folder. */
  @Override
  public void close() {
    postgres.close();
    Folders.delete(folder);
  }
}
