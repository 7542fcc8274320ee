package org.accrual.consumers;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import javax.sql.DataSource;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.consumers.database.PoolSettings;
import org.accrual.intake.HopNotes;
import org.accrual.runtime.Settings;
import org.accrual.runtime.metrics.Meters;
import org.accrual.runtime.registry.SchemaRegistry;

/** Makes the beans that are not ours to annotate. */
@ApplicationScoped
class Wiring {

  @Produces
  @Singleton
  static ConsumersSettings settings() {
    return ConsumersSettings.read(Settings.load());
  }

  @Produces
  @Singleton
  static PoolSettings pools(ConsumersSettings settings) {
    return settings.pools();
  }

  @Produces
  @Singleton
  static HopNotes hops(
      ConsumersSettings settings, @EffectsPool DataSource database, Meters meters) {
    return new HopNotes(settings.hops(), database, meters);
  }

  @Produces
  @Singleton
  static SchemaRegistry registry(ConsumersSettings settings) {
    return new SchemaRegistry(settings.registry());
  }
}
