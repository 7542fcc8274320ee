package org.accrual.relay;

import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.accrual.relay.process.RelaySettings;
import org.accrual.relay.recovery.CheckCommand;
import org.accrual.relay.recovery.Outcome;
import org.accrual.relay.recovery.RecoverCommand;
import org.accrual.relay.recovery.RecoverOptions;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.ServiceProcess;
import org.accrual.runtime.Settings;
import org.apache.kafka.common.KafkaException;

/**
 * Runs the relay as a process, or one of its two commands. {@code check} and {@code recover} print
 * one line of result, and differences below it, and their progress on standard error; they end with
 * 0, with 1 if they could not be carried out, 2 if a difference was found that a person must know
 * of, 3 if the command does not fit the state, 78 for a wrong setting.
 */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    List<String> words = List.of(args);
    Optional<RecoverOptions> recover = RecoverOptions.parse(words);
    if (recover.isPresent()) {
      command("recover", settings -> new RecoverCommand(settings, recover.get()).run());
    } else if (words.equals(List.of("check"))) {
      command("check", settings -> new CheckCommand(settings).run());
    } else if (words.isEmpty()) {
      ServiceProcess.run("outbox-relay", RelaySettings::read);
    } else {
      ServiceProcess.exit(
          64, "outbox-relay: no argument, or one of: check, " + RecoverOptions.USAGE);
    }
  }

  @FunctionalInterface
  private interface Command {
    Outcome run(RelaySettings settings) throws SQLException, InterruptedException;
  }

  private static void command(String name, Command command) {
    ServiceProcess.logProgress();
    try {
      Outcome outcome = command.run(RelaySettings.read(Settings.load()));
      outcome.lines().forEach(System.out::println);
      System.exit(outcome.exitCode());
    } catch (InvalidSetting e) {
      ServiceProcess.exit(ServiceProcess.EXIT_CONFIGURATION, "outbox-relay: " + e.getMessage());
    } catch (SQLException | KafkaException e) {
      ServiceProcess.exit(1, "%s: not done, run it again: %s".formatted(name, e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ServiceProcess.exit(1, name + ": interrupted, run it again");
    } catch (RuntimeException e) {
      ServiceProcess.exit(1, "%s: not done: %s".formatted(name, e));
    } catch (OutOfMemoryError e) {
      ServiceProcess.exit(
          1, "%s: not done, out of memory: run it again with a larger -Xmx".formatted(name));
    }
  }
}
