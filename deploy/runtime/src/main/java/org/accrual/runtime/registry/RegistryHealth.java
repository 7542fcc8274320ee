package org.accrual.runtime.registry;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;
import org.accrual.runtime.Settings;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/**
 * Says on {@code /health/ready} how the registry is. It is up whatever the registry does: what a
 * process knows goes on without it, and taking the process out of service would help nobody.
 */
@Readiness
@ApplicationScoped
class RegistryHealth implements HealthCheck {
  private static final long FRESH_NANOS = 2_000_000_000L;

  private final SchemaRegistry registry = new SchemaRegistry(SchemaRegistry.url(Settings.load()));
  private Optional<String> trouble = Optional.empty();
  private @Nullable Instant awaySince;
  private long lookedAt = System.nanoTime() - FRESH_NANOS;

  @Override
  public synchronized HealthCheckResponse call() {
    look();
    var health = HealthCheckResponse.named("schema-registry").up();
    Instant since = awaySince;
    return since == null
        ? health.withData("registry", "answers").build()
        : health
            .withData("registry", "away")
            .withData("since", since.toString())
            .withData("trouble", trouble.orElse(""))
            .withData("meaning", "what is known goes on; schemas not seen before wait")
            .build();
  }

  private void look() {
    if (System.nanoTime() - lookedAt < FRESH_NANOS) {
      return;
    }
    trouble = registry.trouble();
    lookedAt = System.nanoTime();
    if (trouble.isEmpty()) {
      awaySince = null;
    } else if (awaySince == null) {
      awaySince = Instant.now();
    }
  }
}
