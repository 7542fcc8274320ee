package org.accrual.consumers;

import java.util.List;
import java.util.Locale;
import org.accrual.consumers.randomization.ScheduleCommand;
import org.accrual.consumers.rebuild.RebuildCommand;
import org.accrual.consumers.unblinding.UnblindCommand;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.ServiceProcess;
import org.accrual.runtime.Settings;

/** Starts the consumers process, or carries out one command of an operator and ends. */
public final class Main {
  private Main() {}

  /** See {@link RebuildCommand}, {@link ScheduleCommand} and {@link UnblindCommand}. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    if (args.length == 0) {
      ServiceProcess.run("consumers", ConsumersSettings::read);
      return;
    }
    try {
      System.exit(run(List.of(args), Settings.load()));
    } catch (InvalidSetting e) {
      ServiceProcess.exit(ServiceProcess.EXIT_CONFIGURATION, "consumers: " + e.getMessage());
    }
  }

  private static int run(List<String> words, Settings settings) {
    return switch (words.getFirst()) {
      case "schedule" -> ScheduleCommand.run(words, settings, System.out, System.err);
      case "unblind", "open-arm" -> UnblindCommand.run(words, settings, System.out, System.err);
      default -> RebuildCommand.run(words, settings, System.out, System.err);
    };
  }
}
