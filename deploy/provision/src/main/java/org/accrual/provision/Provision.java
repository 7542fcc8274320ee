package org.accrual.provision;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.DatabaseSettings;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.ServiceProcess;
import org.accrual.runtime.Settings;
import org.accrual.runtime.registry.IncompatibleSchema;
import org.accrual.runtime.registry.RegistryUnavailable;

/**
 * Applies migrations, gives the roles their rights, stores event schemas, creates outbox partitions
 * and topics, registers schemas, creates publication and replication slot, in this order. Safe to
 * run again at any time, beside running services too. The steps before a refusal stay done: the
 * slot comes last, since the relay's {@code recover}, which repairs it, needs everything else.
 */
public final class Provision {
  private static final Logger ROOT = Logger.getLogger("");

  private Provision() {}

  /**
   * Does all steps without an argument; with {@code maintain} only the outbox's partitions, which
   * is to be called daily; with {@code roles} prints the statements that a superuser runs where the
   * database's owner is none. Exit code 0; 64 for another argument; 78 for a wrong setting; 1 for
   * anything else, with one line on standard error.
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
        case "roles" -> System.out.print(Roles.script());
        default -> ServiceProcess.exit(64, "provision: no argument, or: maintain, roles");
      }
    } catch (InvalidSetting e) {
      ServiceProcess.exit(ServiceProcess.EXIT_CONFIGURATION, "provision: " + e.getMessage());
    } catch (ProvisionRefused e) {
      ServiceProcess.exit(1, "provision: " + e.getMessage());
    }
  }

  /**
   * Does all steps.
   *
   * @param progress receives the lines of each step
   * @throws ProvisionRefused if a step cannot be done
   * @throws RecoveryNeededException if the relay's {@code recover} must be run; all other steps are
   *     done
   */
  public static void run(ProvisionSettings settings, Consumer<String> progress) {
    provisionDatabase(settings, progress);
    progress.accept(
        TopicPlan.apply(
            settings.bootstrapServers(), settings.replicationFactor(), settings.slot()));
    try {
      progress.accept(Schemas.register(settings.registry()));
    } catch (IncompatibleSchema | RegistryUnavailable e) {
      throw new ProvisionRefused("schemas: " + e.getMessage(), e);
    }
    provisionSlot(settings, progress);
  }

  static void provisionDatabase(ProvisionSettings settings, Consumer<String> progress) {
    DatabaseSettings database = settings.database();
    progress.accept(Database.migrate(database));
    Database.collationWarning(database).ifPresent(progress);
    progress.accept(Roles.ensure(database));
    progress.accept(Schemas.store(database));
    progress.accept(Database.maintainOutbox(database, settings.outboxRetention()));
  }

  static void provisionSlot(ProvisionSettings settings, Consumer<String> progress) {
    progress.accept(Publication.ensure(settings.database(), settings.publication()));
    OutboxSlot.ensure(settings.database(), settings.slot(), settings.failoverSlot())
        .forEach(progress);
  }
}
