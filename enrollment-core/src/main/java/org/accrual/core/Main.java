package org.accrual.core;

import org.accrual.runtime.ServiceProcess;

/** Starts enrollment-core. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    ServiceProcess.run("enrollment-core", CoreSettings::read);
  }
}
