package org.accrual.provision;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.ServiceProcess;
import org.accrual.runtime.Settings;
import org.accrual.runtime.registry.IncompatibleSchema;
import org.accrual.runtime.registry.RegistryUnavailable;

/**
 * Migrations, event schemas, outbox partitions, replication slot, topics, registry, in this order.
 * Safe to run again at any time, beside running services too; what was done before a refusal stays
 * done.
 */
public final class Provision {
  private static final Logger ROOT = Logger.getLogger("");

  private Provision() {}

  /**
   * Without an argument everything; with {@code maintain} only the outbox's partitions, which is to
   * be called daily. Exit code 0; 64 for another argument; 78 for a wrong setting; 1 for anything
   * else, with one line on standard error.
   */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    ROOT.setLevel(Level.SEVERE);
    try {
      ProvisionSettings settings = ProvisionSettings.read(Settings.load());
      switch (String.join(" ", args)) {
        case "" -> run(settings, System.out::println);
        case "maintain" ->
            System.out.println(
                Database.maintainOutbox(settings.database(), settings.outboxRetention()));
        default -> ServiceProcess.exit(64, "provision: no argument, or: maintain");
      }
    } catch (InvalidSetting wrong) {
      ServiceProcess.exit(ServiceProcess.EXIT_CONFIGURATION, "provision: " + wrong.getMessage());
    } catch (ProvisionRefused refused) {
      ServiceProcess.exit(1, "provision: " + refused.getMessage());
    }
  }

  /**
   * Does all steps.
   *
   * @param progress is given one line a step
   * @throws ProvisionRefused if a step cannot be done
   */
  public static void run(ProvisionSettings settings, Consumer<String> progress) {
    progress.accept(Database.migrate(settings.database()));
    progress.accept(Schemas.store(settings.database()));
    progress.accept(Database.maintainOutbox(settings.database(), settings.outboxRetention()));
    progress.accept(OutboxSlot.ensure(settings.database(), settings.failoverSlot()));
    progress.accept(TopicPlan.apply(settings.bootstrapServers(), settings.replicationFactor()));
    try {
      progress.accept(Schemas.register(settings.registry()));
    } catch (IncompatibleSchema | RegistryUnavailable refused) {
      throw new ProvisionRefused("schemas: " + refused.getMessage(), refused);
    }
  }
}
