package org.accrual.consumers;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.accrual.runtime.registry.RegistryUnavailable;
import org.accrual.runtime.registry.SchemaRegistry;
import org.accrual.runtime.registry.UnknownSchema;
import org.apache.avro.Schema;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;

/**
 * The registry's schemas by id, for all consumers of the process. When the registry fails three of
 * four times it is left alone for 5 s; who asks meanwhile fails at once and tries again later.
 */
@ApplicationScoped
public class WriterSchemas {
  private final SchemaRegistry registry;

  @Inject
  WriterSchemas(SchemaRegistry registry) {
    this.registry = registry;
  }

  /**
   * The schema with an id.
   *
   * @throws UnknownSchema if there is none
   */
  @CircuitBreaker(
      requestVolumeThreshold = 4,
      failureRatio = 0.75,
      delay = 5_000,
      failOn = RegistryUnavailable.class)
  public Schema byId(int id) {
    return registry.byId(id);
  }
}
