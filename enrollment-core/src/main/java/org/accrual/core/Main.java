package org.accrual.core;

import java.util.Locale;
import org.accrual.runtime.ServiceProcess;

/** Starts enrollment-core. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    ServiceProcess.run("enrollment-core", CoreSettings::read);
  }
}
