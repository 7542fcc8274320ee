package org.accrual.consumers.console;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * Every setting of the console.
 *
 * @param hosts names by which browsers may reach it; any other {@code Host} is refused, since a
 *     page elsewhere could otherwise let its own name point here
 * @param core where enrollment-core serves gRPC, for the list of studies and for the demo
 * @param demo whether it offers to enroll demo patients; for local runs
 */
public record ConsoleSettings(boolean enabled, Set<String> hosts, String core, boolean demo) {
  private static final Pattern HOST = Pattern.compile("[a-z0-9.-]{1,253}|\\[[0-9a-f:]{2,45}]");
  private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");
  private static final Pattern ADDRESS =
      Pattern.compile("([A-Za-z0-9.-]{1,253}|\\[[0-9a-f:]{2,45}]):[0-9]{1,5}");

  public ConsoleSettings {
    hosts = Set.copyOf(hosts);
  }

  /**
   * Keys {@code accrual.console.enabled} (true), {@code .hosts} (comma-separated names without
   * ports; those of loopback), {@code .core} ({@code 127.0.0.1:7101}), {@code .demo} (false).
   */
  public static ConsoleSettings read(Settings settings) {
    return new ConsoleSettings(
        settings.flag("accrual.console.enabled", true),
        hosts(settings),
        core(settings),
        settings.flag("accrual.console.demo", false));
  }

  private static Set<String> hosts(Settings settings) {
    String key = "accrual.console.hosts";
    String value = settings.text(key, "127.0.0.1,localhost,[::1]");
    List<String> names = COMMA.splitAsStream(value.toLowerCase(Locale.ROOT)).toList();
    for (String name : names) {
      if (!HOST.matcher(name).matches()) {
        throw new InvalidSetting(key, value, "names of this server without ports, comma-separated");
      }
    }
    return Set.copyOf(names);
  }

  private static String core(Settings settings) {
    String key = "accrual.console.core";
    String value = settings.text(key, "127.0.0.1:7101");
    if (!ADDRESS.matcher(value).matches()) {
      throw new InvalidSetting(key, value, "host:port of enrollment-core's gRPC");
    }
    return value;
  }
}
