package org.accrual.embedded;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs programs that refuse to run as root, such as PostgreSQL's, from a process that is root. */
final class OrdinaryUser {
  private static final long PROBE_SECONDS = 10;
  private static final String NOBODY = "65534";

  /** Runs as the user nobody inside a new user namespace, where root's files still belong to it. */
  private static final List<String> NAMESPACE = List.of("unshare", "--user");

  /**
   * Nobody, who may enter root's folders. Containers commonly refuse user namespaces, but allow
   * this.
   */
  private static final List<String> NOBODY_WITH_ACCESS =
      List.of(
          "setpriv",
          "--reuid=" + NOBODY,
          "--regid=" + NOBODY,
          "--clear-groups",
          "--inh-caps=-all,+dac_override",
          "--ambient-caps=-all,+dac_override");

  private static final List<List<String>> WAYS = List.of(NAMESPACE, NOBODY_WITH_ACCESS);

  private static @Nullable List<String> prefix;

  private OrdinaryUser() {}

  /** Returns the words to put before a command line; none unless this process is root. */
  static synchronized List<String> prefix() {
    if (prefix == null) {
      prefix = new UnixSystem().getUid() == 0 ? firstThatWorks(WAYS) : List.of();
    }
    return prefix;
  }

  /**
   * Returns the first way that works here.
   *
   * @throws EmbeddedPartException if none does
   */
  static List<String> firstThatWorks(List<List<String>> ways) {
    return ways.stream()
        .filter(OrdinaryUser::works)
        .findFirst()
        .orElseThrow(
            () ->
                new EmbeddedPartException(
                    "PostgreSQL refuses to run as root, and neither unshare --user nor setpriv"
                        + " works here: run this as an ordinary user"));
  }

  private static boolean works(List<String> way) {
    List<String> probe = new ArrayList<>(way);
    probe.addAll(List.of("/bin/sh", "-c", "test \"$(id -u)\" != 0"));
    try {
      Process process =
          new ProcessBuilder(probe)
              .redirectErrorStream(true)
              .redirectOutput(Redirect.DISCARD)
              .start();
      boolean ended = process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly();
      return ended && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
