package org.accrual.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.accrual.local.Build;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the script {@code deploy/up} as a newcomer does, on what this build has made, in an
 * environment that makes programs fail elsewhere: a folder with space, comma and umlaut, a locale
 * with other digits, IPv6 preferred, no HOME, a strict umask and an empty cache. {@code .ci/run}
 * lets it build a fresh copy, too.
 */
@Timeout(value = 6, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UpIT {
  private static final List<String> SERVICES =
      List.of("enrollment-core", "outbox-relay", "consumers");
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path folder;

  private Path home;
  private Path data;

  /** A project whose modules' target folders are this build's. */
  @BeforeEach
  void linkToThisBuild() throws IOException {
    Build build = Build.here();
    home = Files.createDirectory(folder.resolve(encodable("ü") ? "a b,ü" : "a b,c"));
    data = home.resolve("deploy/.data");
    Files.createFile(home.resolve("pom.xml"));
    for (String module : List.of("api-proto", "db-migrations")) {
      Files.createDirectory(home.resolve(module));
    }
    for (String service : SERVICES) {
      Files.createDirectory(home.resolve(service));
      Files.createSymbolicLink(
          home.resolve(service).resolve("target"), build.home().resolve(service).resolve("target"));
    }
    Path launcher = build.jar("deploy/local", "accrual-local");
    Path target = Files.createDirectories(home.resolve("deploy/local/target"));
    Files.createSymbolicLink(target.resolve(launcher.getFileName()), launcher);
    Files.createSymbolicLink(target.resolve("libs"), launcher.resolveSibling("libs"));
    Files.copy(build.home().resolve("deploy/up"), home.resolve("deploy/up"));
    Files.createFile(target.resolve("built"));
  }

  @Test
  void runsTheDemoOnEmptyAndOnKeptDataAndEmptiesThem() throws Exception {
    Path stray = Files.createDirectories(data).resolve("stray");
    Path keyFile = data.resolve("blinding.keys");

    Files.createFile(stray);
    Files.writeString(keyFile, "of a run before");
    Up first = Up.run(this, "--clean", "--demo");
    first.awaitExit(0);
    assertThat(first.lines()).noneMatch(line -> line.startsWith("building"));
    assertThat(first.lines()).anyMatch(line -> line.contains(" checks, 0 differences"));
    assertThat(first.line("ready after")).containsPattern("http://127.0.0.1:[0-9]+/console");
    assertThat(stray).doesNotExist();

    Files.createFile(stray);
    byte[] keys = Files.readAllBytes(keyFile);
    assertThat(keys).asString(UTF_8).isNotEqualTo("of a run before");
    Up second = Up.run(this, "--demo");
    second.awaitExit(0);
    assertThat(second.lines()).anyMatch(line -> line.contains(" checks, 0 differences"));
    assertThat(stray).exists();
    assertThat(keyFile).hasBinaryContent(keys);
  }

  private static boolean encodable(String letter) {
    return Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode(letter);
  }

  /** One run of the script. */
  private record Up(Process process, Path log) {

    static Up run(UpIT test, String... arguments) throws IOException {
      Path log = Files.createTempFile(test.folder, "up-", ".log");
      List<String> command =
          new ArrayList<>(List.of("/bin/sh", "-c", "umask 077; exec \"$@\"", "sh"));
      command.add(test.home.resolve("deploy/up").toString());
      command.addAll(List.of(arguments));
      ProcessBuilder builder =
          ChildProcess.builder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      Map<String, String> environment = builder.environment();
      environment.remove("HOME");
      environment.put("LC_ALL", "C");
      environment.put("TZ", "Pacific/Kiritimati");
      environment.put("XDG_CACHE_HOME", test.folder.resolve("cache").toString());
      environment.put(
          "JAVA_TOOL_OPTIONS",
          "-Duser.language=ar -Duser.country=EG -Djava.net.preferIPv6Addresses=true");
      LauncherIT.freePorts()
          .forEach(
              (key, port) ->
                  environment.put(key.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT), port));
      return new Up(builder.start(), log);
    }

    List<String> lines() throws IOException {
      return Files.readAllLines(log);
    }

    String line(String start) throws IOException {
      return lines().stream().filter(line -> line.startsWith(start)).findFirst().orElseThrow();
    }

    void awaitExit(int code) throws Exception {
      boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
      process.destroyForcibly();
      assertThat(ended).as("ends within %s: %s", LIMIT, lines()).isTrue();
      assertThat(process.exitValue()).as("%s", lines()).isEqualTo(code);
    }
  }
}
