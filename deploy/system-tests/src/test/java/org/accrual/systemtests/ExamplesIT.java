package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.accrual.local.Addresses;
import org.accrual.local.Stack;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the programs of {@code deploy/examples} as their README says. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExamplesIT {
  private static final Path HOME = Path.of("..", "..").toAbsolutePath().normalize();
  private static final Path EXAMPLES = HOME.resolve("deploy/examples");
  private static final List<String> NODE_FILES =
      List.of(
          "package.json",
          "package-lock.json",
          "accrual.mjs",
          "enroll.mjs",
          "withdraw.mjs",
          "unblind.mjs");
  private static final Path CONTRACT =
      HOME.resolve("api-proto/src/main/resources/history/proto/released.binpb");

  private final TestStack stack = TestStack.shared();
  private final Addresses addresses = stack.addresses();
  private final String study =
      "EX-" + Long.toString(System.nanoTime(), 36).toUpperCase(Locale.ROOT);

  @Test
  @DisplayName("A site system in Node enrolls, withdraws during a saga, and unblinds without Kafka")
  void aSiteSystemInNodeEnrolls(@TempDir Path folder) throws Exception {
    Needed.program("npm", "nodejs", "npm");
    for (String file : NODE_FILES) {
      Files.copy(EXAMPLES.resolve("node").resolve(file), folder.resolve(file));
    }
    Command installed = run(folder, Map.of(), "npm", "ci", "--ignore-scripts", "--prefer-offline");
    assertThat(installed.exit()).as(installed.output()).isZero();
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 1);
    }

    Command enrolled = enroll(folder, "P-1");
    assertThat(enrolled.output())
        .matches(
            "enrolled [0-9a-f-]{36} ENROLLMENT_STATE_ON_STUDY\\R"
                + "randomization number S1-0001, hand over kit \\S+\\R");
    assertThat(enroll(folder, "P-1")).as("sent again").isEqualTo(enrolled);
    Command full = enroll(folder, "P-2");
    assertThat(full.output()).isEqualTo("rejected SITE_CAPACITY_EXHAUSTED\n");
    assertThat(full.exit()).isEqualTo(1);
    assertThat(enroll(folder, "no such patient").output()).startsWith("refused INVALID_ARGUMENT: ");

    Command withdrawn =
        whileStopped(Stack.CONSUMERS, () -> node(folder, "withdraw.mjs", study, "S1", "P-3"));
    assertThat(withdrawn.output())
        .matches(
            "withdrawn [0-9a-f-]{36} ENROLLMENT_STATE_WITHDRAWN\\R"
                + "operation rejected PATIENT_WITHDRAWN\\R");

    String enrollment = enrolled.output().split(" ", 3)[1];
    Command unblinded =
        whileStopped(
            Stack.KAFKA, () -> node(folder, "unblind.mjs", enrollment, "dr-a", "intensive care"));
    assertThat(unblinded.output())
        .matches("patient P-1 at S1, number S1-0001\\Rarm [AB]\\Rrecorded [0-9a-f-]{36}\\R");
    assertBalanced("0 sagas, 0 holds, 1 place, 1 kit for 1 patient, differences 0, 0, 0");
  }

  /**
   * Waits until the site has what it should have: what the withdrawn patient took is given back.
   */
  private void assertBalanced(String expected) {
    String balance =
        """
        select format('%s sagas, %s holds, %s place, %s kit for %s patient, differences %s, %s, %s', sagas, holds,
                      places_taken, kits_given, in_study, counter_difference, places_difference, kits_difference)
          from ops.saga_balance where study_id = ?
        """;
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> assertThat(stack.evidence().rows(balance, study)).containsExactly(expected));
  }

  /** Stops a process by SIGSTOP while an example runs. */
  private Command whileStopped(String process, Supplier<Command> example) throws Exception {
    long pid = stack.stop(process);
    try {
      return example.get();
    } finally {
      TestStack.goOn(pid);
    }
  }

  private Command enroll(Path folder, String patient) {
    return node(
        folder,
        "enroll.mjs",
        study,
        "S1",
        patient,
        UUID.nameUUIDFromBytes((study + patient).getBytes(StandardCharsets.UTF_8)).toString());
  }

  private Command node(Path folder, String example, String... arguments) {
    List<String> command =
        new ArrayList<>(List.of("node", example, addresses.commands(), addresses.queries()));
    command.addAll(List.of(arguments));
    return run(
        folder,
        Map.of("ACCRUAL_CONTRACT", CONTRACT.toUri().toString()),
        command.toArray(String[]::new));
  }

  @Test
  void aDatabaseTeamReadsWritesAndPublishesInPsql() throws Exception {
    Needed.program("psql", "postgresql-client");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", addresses.kafka()))) {
      admin.createTopics(List.of(new NewTopic("accrual.lab.events", 1, (short) 1))).all().get();
    }
    new SchemaRegistry(URI.create(addresses.registry()))
        .register(
            "lab.result.v1",
            SchemaBuilder.record("lab.Result")
                .fields()
                .requiredString("sample")
                .requiredDouble("value")
                .endRecord());
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 3);
      client.enrolled(SiteClient.enroll(study, "S1", "P-1"));
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                stack
                    .evidence()
                    .rows("select enrolled from analytics.accrual where study_id = ?", study)
                    .equals(List.of("1")));

    Command said =
        run(
            HOME,
            Map.of(),
            "psql",
            "-X",
            "-q",
            addresses.database(),
            "-v",
            "study=" + study,
            "-f",
            "deploy/examples/psql/lab_results.sql");

    assertThat(said.exit()).as(said.output()).isZero();
    assertThat(said.output().lines())
        .contains(
            "on-study|S1|1",
            "accrued|1000|1",
            "published|t",
            "rolled back|t",
            "rejected|0",
            "schema|accrual.study.registered.v1|2|study_id");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(stack.evidence().records("accrual.lab.events").keySet())
                    .containsExactly("S-1"));
  }

  private static Command run(Path folder, Map<String, String> environment, String... command) {
    ProcessBuilder program =
        ChildProcess.builder(new ArrayList<>(List.of(command))).directory(folder.toFile());
    program.environment().putAll(environment);
    return Command.run(program);
  }
}
