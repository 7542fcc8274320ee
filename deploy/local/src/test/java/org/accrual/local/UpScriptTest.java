package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the script {@code deploy/up} in a project of its own, with JDKs and a Maven that only print
 * what they were called with. The system tests' UpIT runs it with a real launcher, and {@code
 * .ci/run} with a real build.
 */
class UpScriptTest {
  private static final Path PROJECT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final Path SCRIPT = PROJECT.resolve("deploy/up");

  @TempDir Path folder;

  private final Map<String, String> environment = new HashMap<>();
  private Path home;

  private static final List<String> SERVICES =
      List.of("enrollment-core", "outbox-relay", "consumers");

  private record Ended(int code, List<String> lines) {}

  @BeforeEach
  void makeABuiltProject() throws IOException {
    home = folder.resolve("a home, of 'mine'");
    for (String module :
        List.of(
            "api-proto",
            "db-migrations",
            "enrollment-core",
            "outbox-relay",
            "consumers",
            "deploy")) {
      Files.createDirectories(home.resolve(module));
    }
    Files.copy(SCRIPT, home.resolve("deploy/up"));
    Files.createFile(home.resolve("pom.xml"));
    Files.createDirectories(home.resolve("deploy/local/target"));
    Files.createFile(home.resolve("deploy/local/target/accrual-local-1.jar"));
    for (String service : SERVICES) {
      Files.createDirectories(home.resolve(service + "/target"));
      Files.createFile(home.resolve(service + "/target/accrual-" + service + "-1.jar"));
    }
    Path stamp = Files.createFile(home.resolve("deploy/local/target/built"));
    Files.setLastModifiedTime(stamp, FileTime.from(Instant.now().plusSeconds(5)));
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("JAVA_HOME", "");
    environment.put("ACCRUAL_JDK_FOLDERS", folder + "/jdks/*");
  }

  @Test
  void takesTheJdkOfJavaHomeIfItIsOfTheRightRelease() throws Exception {
    jdk("jdks/a", "25.0.1");
    environment.put("JAVA_HOME", jdk("own", "25").toString());

    assertThat(up("--demo").lines())
        .singleElement()
        .asString()
        .startsWith("java of own")
        .contains("-Daccrual.local.home=" + home)
        .endsWith("accrual-local-1.jar --demo");
  }

  @Test
  void looksElsewhereForOneOfTheRightRelease() throws Exception {
    jdk("jdks/a", "17.0.15");
    jdk("jdks/b", "25.0.3");
    jdk("jdks/c", "26.0.1");
    environment.put("JAVA_HOME", jdk("own", "21.0.1").toString());

    assertThat(up().lines()).singleElement().asString().startsWith("java of jdks/b");
  }

  @Test
  void saysThatAJdkIsMissing() throws Exception {
    jdk("jdks/a", "17.0.15");
    jdk("jdks/b", "26");

    Ended ended = up();

    assertThat(ended.code()).isEqualTo(78);
    assertThat(ended.lines()).singleElement().asString().contains("a JDK 25 is needed");
  }

  @Test
  void refusesAnUnknownArgumentBeforeAnythingElse() throws Exception {
    Ended ended = up("--dmeo");

    assertThat(ended.code()).isEqualTo(78);
    assertThat(ended.lines()).singleElement().asString().contains("'--dmeo'");
  }

  @Test
  void buildsWhatHasChangedAndThenNoMore() throws Exception {
    jdk("jdks/a", "25");
    maven("echo '[INFO] Building Accrual contracts 0.1.0-SNAPSHOT                [2/11]'");
    age(home.resolve("deploy/local/target/built"));

    assertThat(up().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("building"),
            line -> assertThat(line).isEqualTo("  [2/11] Accrual contracts"),
            line -> assertThat(line).startsWith("java of jdks/a"));
    assertThat(up().lines()).singleElement().asString().startsWith("java of jdks/a");
  }

  @Test
  void buildsAgainWhenTheJarOfAServiceIsMissing() throws Exception {
    jdk("jdks/a", "25");
    maven("exit 0");
    Files.delete(home.resolve("consumers/target/accrual-consumers-1.jar"));

    assertThat(up().lines().getFirst()).startsWith("building");
  }

  @Test
  void buildsTheModulesThatTheLauncherStartsOnTheJdkThatRunsThem() throws Exception {
    Path jdk = jdk("jdks/a", "25");
    Path called = folder.resolve("called");
    maven("printf '%s\n' \"$JAVA_HOME\" \"$@\" > '" + called + "'");
    age(home.resolve("deploy/local/target/built"));

    up();

    List<String> lines = Files.readAllLines(called);
    assertThat(lines.getFirst()).isEqualTo(jdk.toString());
    assertThat(lines).contains("package", "--also-make");
    String[] modules = lines.get(lines.indexOf("--projects") + 1).split(",", -1);
    assertThat(modules)
        .contains("deploy/local")
        .containsAll(SERVICES)
        .allSatisfy(module -> assertThat(PROJECT.resolve(module + "/pom.xml")).exists());
  }

  @Test
  void needsNeitherHomeNorFindNorPsNorSed() throws Exception {
    environment.put("JAVA_HOME", jdk("jdks/a", "25").toString());
    // One of the default JDK folders is in the user's home.
    environment.put("ACCRUAL_JDK_FOLDERS", null);
    maven("exit 0");
    Path programs = Files.createDirectories(folder.resolve("programs"));
    for (String program :
        List.of("bash", "sh", "dirname", "ls", "head", "mkdir", "mktemp", "tee", "mv", "cat")) {
      Files.createSymbolicLink(programs.resolve(program), Path.of("/bin", program));
    }
    environment.put("PATH", folder.resolve("bin") + ":" + programs);
    environment.put("HOME", null);
    Files.createDirectories(home.resolve("deploy/.data"));
    Files.writeString(home.resolve("deploy/.data/launcher.pid"), "1");

    Ended ended = up();

    assertThat(ended.code()).isZero();
    assertThat(ended.lines()).last().asString().startsWith("java of jdks/a");
  }

  @Test
  void refusesAFolderThatJavaCannotName() throws Exception {
    home = Files.move(home, folder.resolve("a:b"));
    jdk("jdks/a", "25");

    Ended ended = up();

    assertThat(ended.code()).isEqualTo(78);
    assertThat(ended.lines()).singleElement().asString().contains("colon", home.toString());
  }

  @Test
  void findsItselfWhateverTheShellsSearchPathOfFolders() throws Exception {
    jdk("jdks/a", "25");
    environment.put("CDPATH", home.toString());

    Ended ended = run(List.of("bash", "deploy/up"));

    assertThat(ended.lines()).singleElement().asString().contains("-Daccrual.local.home=" + home);
  }

  @Test
  void tellsWhyABuildFailedAndBuildsAgainTheNextTime() throws Exception {
    jdk("jdks/a", "25");
    maven("echo '[ERROR] no such artifact'; exit 1");
    age(home.resolve("deploy/local/target/built"));

    for (int i = 0; i < 2; i++) {
      Ended ended = up();
      assertThat(ended.code()).isEqualTo(1);
      assertThat(ended.lines()).contains("[ERROR] no such artifact");
      assertThat(ended.lines().getLast()).contains("the build failed", "build.log");
    }
  }

  @Test
  void doesNotBuildUnderTheFeetOfARunningLauncher() throws Exception {
    jdk("jdks/a", "25");
    age(home.resolve("deploy/local/target/built"));
    Process running = new ProcessBuilder("sh", "-c", "read end", "accrual-local-1.jar").start();
    try {
      Files.createDirectories(home.resolve("deploy/.data"));
      Files.writeString(home.resolve("deploy/.data/launcher.pid"), Long.toString(running.pid()));

      Ended ended = up();

      assertThat(ended.code()).isEqualTo(78);
      assertThat(ended.lines()).singleElement().asString().contains("kill " + running.pid());
    } finally {
      running.destroyForcibly();
    }
  }

  private Path jdk(String name, String version) throws IOException {
    Path jdk = folder.resolve(name);
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(
        jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
    program(jdk.resolve("bin/javac"), "exit 0");
    program(jdk.resolve("bin/java"), "echo java of %s \"$@\"".formatted(name));
    return jdk;
  }

  private void maven(String script) throws IOException {
    Files.createDirectories(folder.resolve("bin"));
    program(folder.resolve("bin/mvn"), script);
    environment.put("PATH", folder.resolve("bin") + ":/usr/bin:/bin");
  }

  private static void program(Path file, String script) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void age(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
  }

  private Ended up(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("bash", home.resolve("deploy/up").toString()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  private Ended run(List<String> command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true);
    environment.forEach(
        (name, value) -> {
          if (value == null) {
            builder.environment().remove(name);
          } else {
            builder.environment().put(name, value);
          }
        });
    Process process = builder.start();
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), lines);
  }
}
