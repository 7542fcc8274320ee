package org.accrual.consumers;

import org.accrual.runtime.ServiceProcess;

/** Starts the consumers process. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    ServiceProcess.run("consumers", ConsumersSettings::read);
  }
}
