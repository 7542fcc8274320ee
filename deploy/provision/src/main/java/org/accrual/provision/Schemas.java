package org.accrual.provision;

import java.net.URI;
import java.util.Map;
import org.accrual.contract.EventSchemas;
import org.accrual.runtime.registry.IncompatibleSchema;
import org.accrual.runtime.registry.SchemaRegistry;
import org.accrual.runtime.registry.UnknownSchema;
import org.apache.avro.Schema;

/** The event schemas in the registry, each type a subject whose versions all fit each other. */
public final class Schemas {
  private static final String COMPATIBILITY = "FULL_TRANSITIVE";

  private Schemas() {}

  /**
   * Registers the schema of every event type; answers one line.
   *
   * @throws IncompatibleSchema if one does not fit an older version of its subject
   */
  public static String register(URI registryUrl) {
    SchemaRegistry registry = new SchemaRegistry(registryUrl);
    Map<String, Schema> schemas = EventSchemas.current();
    schemas.forEach((subject, schema) -> register(registry, subject, schema));
    return "schemas: %d subjects, %s".formatted(schemas.size(), COMPATIBILITY);
  }

  private static void register(SchemaRegistry registry, String subject, Schema schema) {
    // The rule first, so that it judges the new version; some registries have none without a
    // version.
    boolean ruled = ruled(registry, subject);
    registry.register(subject, schema);
    if (!ruled) {
      registry.compatibility(subject, COMPATIBILITY);
    }
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
