package org.accrual.consumers;

import java.util.List;
import java.util.Locale;
import org.accrual.consumers.rebuild.RebuildCommand;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.ServiceProcess;
import org.accrual.runtime.Settings;

/** Starts the consumers process, or carries out one command of an operator and ends. */
public final class Main {
  private Main() {}

  /** See {@link RebuildCommand} for the commands. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    if (args.length == 0) {
      ServiceProcess.run("consumers", ConsumersSettings::read);
      return;
    }
    try {
      System.exit(RebuildCommand.run(List.of(args), Settings.load(), System.out, System.err));
    } catch (InvalidSetting wrong) {
      ServiceProcess.exit(ServiceProcess.EXIT_CONFIGURATION, "consumers: " + wrong.getMessage());
    }
  }
}
