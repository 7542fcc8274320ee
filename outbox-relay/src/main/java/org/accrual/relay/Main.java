package org.accrual.relay;

import org.accrual.runtime.ServiceProcess;

/** The relay as a process. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    ServiceProcess.run("outbox-relay", RelaySettings::read);
  }
}
