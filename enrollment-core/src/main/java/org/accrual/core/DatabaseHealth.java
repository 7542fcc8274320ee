package org.accrual.core;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.accrual.core.eventstore.Database;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready while the database answers; without it every command fails as UNAVAILABLE. */
@Readiness
@ApplicationScoped
class DatabaseHealth implements HealthCheck {
  private final Database database;

  @Inject
  DatabaseHealth(Database database) {
    this.database = database;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("database").status(database.reachable()).build();
  }
}
