package org.accrual.provision;

import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.accrual.contract.EventSchemas;
import org.accrual.runtime.DatabaseSettings;
import org.accrual.runtime.registry.IncompatibleSchema;
import org.accrual.runtime.registry.SchemaRegistry;
import org.accrual.runtime.registry.UnknownSchema;
import org.apache.avro.Schema;

/**
 * The event schemas in registry and database, each type a subject whose versions all fit each
 * other.
 *
 * <p>Every released version is registered, in the order of the releases: a registry that is new and
 * numbers from one so gives the same ids as the one before it, and what was written with those
 * stays readable for programs that know nothing but the id.
 */
public final class Schemas {
  private static final String COMPATIBILITY = "FULL_TRANSITIVE";

  /** A registry that has just begun, on a busy machine, is slow at its first answers. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Schemas() {}

  /**
   * Registers every version of every event type; answers one line.
   *
   * @throws IncompatibleSchema if one does not fit an older version of its subject
   */
  public static String register(URI registryUrl) {
    SchemaRegistry registry = new SchemaRegistry(registryUrl, PATIENCE);
    List<Schema> released = EventSchemas.released();
    Set<String> subjects = new HashSet<>();
    for (Schema schema : released) {
      register(registry, EventSchemas.typeOf(schema), schema, subjects);
    }
    return "schemas: %d versions of %d subjects, %s"
        .formatted(released.size(), subjects.size(), COMPATIBILITY);
  }

  /**
   * Puts every version into {@code enrollment.event_schema}; answers one line.
   *
   * @throws ProvisionRefused if the database cannot do it
   */
  static String store(DatabaseSettings database) {
    try (Connection connection = Database.connect(database);
        PreparedStatement insert =
            connection.prepareStatement(
                "insert into enrollment.event_schema (type, version, schema) values (?, ?, ?)"
                    + " on conflict do nothing")) {
      for (Schema schema : EventSchemas.released()) {
        insert.setString(1, EventSchemas.typeOf(schema));
        insert.setInt(2, EventSchemas.versionOf(schema));
        insert.setString(3, schema.toString());
        insert.addBatch();
      }
      int stored = 0;
      for (int one : insert.executeBatch()) {
        stored += one;
      }
      return "event schemas: %d stored".formatted(stored);
    } catch (SQLException failed) {
      throw new ProvisionRefused("event schemas: " + failed.getMessage(), failed);
    }
  }

  private static void register(
      SchemaRegistry registry, String subject, Schema schema, Set<String> ruled) {
    // The rule first, so that it judges the new version; some registries have none without one.
    boolean before = ruled.contains(subject) || ruled(registry, subject);
    registry.register(subject, schema);
    if (!before) {
      registry.compatibility(subject, COMPATIBILITY);
    }
    ruled.add(subject);
  }

  private static boolean ruled(SchemaRegistry registry, String subject) {
    try {
      registry.compatibility(subject, COMPATIBILITY);
      return true;
    } catch (UnknownSchema noSubject) {
      return false;
    }
  }
}
