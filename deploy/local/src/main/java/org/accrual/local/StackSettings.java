package org.accrual.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.accrual.provision.OutboxSlot;
import org.accrual.provision.ProvisionSettings;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * A stack to start.
 *
 * @param home the project's folder, in which it was built
 * @param data where everything is kept; made if it is not there
 * @param ports where it listens
 * @param slot the relay's replication slot
 * @param publication that the relay reads
 * @param options further options of the Java processes, by process name; they may override
 * @param consumers how many consumers processes share the work; the first has the ports, the others
 *     free ones
 * @param ofTheShell whether the services take settings from this process's environment variables
 */
public record StackSettings(
    Path home,
    Path data,
    Ports ports,
    String slot,
    String publication,
    Map<String, List<String>> options,
    int consumers,
    boolean ofTheShell) {
  private static final String HOME = "accrual.local.home";

  public StackSettings {
    options = Map.copyOf(options);
  }

  /**
   * Keys {@code accrual.local.home} (found from the working folder upwards), {@code
   * accrual.local.data} ({@code deploy/.data} in it), {@code accrual.relay.slot}, {@code
   * accrual.relay.publication} and those of {@link Ports}.
   */
  static StackSettings read(Settings settings) {
    Path home = Path.of(settings.text(HOME, findHome().toString())).toAbsolutePath().normalize();
    if (!isHome(home)) {
      throw new InvalidSetting(HOME, home.toString(), "the project's folder, with deploy/up in it");
    }
    Path data = home.resolve(settings.text("accrual.local.data", "deploy/.data")).normalize();
    String slot = settings.name("accrual.relay.slot", OutboxSlot.NAME);
    String publication = settings.name("accrual.relay.publication", ProvisionSettings.PUBLICATION);
    return new StackSettings(
        home, data, Ports.read(settings), slot, publication, Map.of(), 1, true);
  }

  /**
   * Returns a stack beside any other: on free ports, of the build that the working folder lies in,
   * whatever settings are in the environment.
   */
  public static StackSettings beside(Path data) {
    return new StackSettings(
        findHome(),
        data.toAbsolutePath().normalize(),
        Ports.free(),
        OutboxSlot.NAME,
        ProvisionSettings.PUBLICATION,
        Map.of(),
        1,
        false);
  }

  /** The same with further options for one of the Java processes, such as {@code -Dkey=value}. */
  public StackSettings withOptions(String process, String... further) {
    Map<String, List<String>> all = new HashMap<>(options);
    all.put(process, List.of(further));
    return new StackSettings(home, data, ports, slot, publication, all, consumers, ofTheShell);
  }

  /** The same with that many consumers processes. */
  public StackSettings withConsumers(int processes) {
    return new StackSettings(home, data, ports, slot, publication, options, processes, ofTheShell);
  }

  static Path findHome() {
    Path here = Path.of("").toAbsolutePath();
    for (Path folder = here; folder != null; folder = folder.getParent()) {
      if (isHome(folder)) {
        return folder;
      }
    }
    return here;
  }

  private static boolean isHome(Path folder) {
    return Files.isRegularFile(folder.resolve("deploy/up"));
  }
}
