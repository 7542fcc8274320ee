package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.accrual.embedded.FreePort;
import org.accrual.embedded.Origin;
import org.accrual.embedded.SharedParts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The relay as operators see it: a process with settings, health, metrics, logs, exit codes. */
class RelayProcessIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  private final RelayFixtures fixtures = new RelayFixtures();
  private final HttpClient http = HttpClient.newHttpClient();
  private final int port = FreePort.pick();
  private Process process;

  RelayProcessIT() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    if (process != null) {
      assertThat(process.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    await().atMost(LIMIT).until(fixtures::slotsAreFree);
    fixtures.close();
  }

  @Test
  void isReadyWhenItStreamsCountsAndEndsInOrder() throws Exception {
    fixtures.createSlot();
    start(Map.of());
    await().atMost(LIMIT).until(() -> status("/health/ready") == 200);
    await().atMost(LIMIT).until(() -> body("/health/ready").contains("\"state\":\"streaming\""));
    assertThat(body("/health/ready")).contains("\"checkpoint\"");
    assertThat(status("/health/live")).isEqualTo(200);
    assertThat(body("/health/live")).contains("relay relay-status");

    fixtures.commit("a", "b");

    await().atMost(LIMIT).until(() -> fixtures.relayed().size() == 2);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(body("/metrics"))
                    .containsPattern("accrual_relay_records_total(\\{[^}]*\\})? 2.0")
                    .containsPattern("accrual_relay_transactions_total(\\{[^}]*\\})? 1.0")
                    .containsPattern("accrual_relay_rejected_total(\\{[^}]*\\})? 0.0")
                    .containsPattern("accrual_relay_lag_seconds(\\{[^}]*\\})? \\d")
                    .containsPattern("accrual_relay_state\\{[^}]*state=\"streaming\"[^}]*\\} 1.0"));

    process.destroy();

    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    await().atMost(LIMIT).until(fixtures::slotsAreFree);
  }

  @Tag("faults")
  @Test
  void killedAtAnyMomentItRepeatsNothing() throws Exception {
    fixtures.createSlot();
    List<String> ids = new ArrayList<>();
    for (int run = 0; run < 3; run++) {
      start(Map.of());
      await().atMost(LIMIT).until(() -> status("/health/ready") == 200);
      for (int i = 0; i < 20; i++) {
        ids.addAll(fixtures.commit("k", "k", "k"));
      }
      assertThat(process.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    start(Map.of());

    await().atMost(LIMIT).until(() -> fixtures.relayed().size() >= ids.size());
    assertThat(fixtures.relayedIds()).isEqualTo(ids);
  }

  @Tag("faults")
  @Test
  @DisplayName("Two relays of two databases on one Kafka, killed together, repeat and lose nothing")
  void twoRelaysKilledTogetherRepeatNothing() throws Exception {
    fixtures.createSlot();
    int otherPort = FreePort.pick();
    try (RelayFixtures other = new RelayFixtures()) {
      other.createSlot();
      List<String> ids = new ArrayList<>();
      List<String> otherIds = new ArrayList<>();
      for (int run = 0; run < 10; run++) {
        start(Map.of());
        Process otherProcess = launch(other, otherPort, Map.of());
        try {
          await().atMost(LIMIT).until(() -> status("/health/ready") == 200);
          await().atMost(LIMIT).until(() -> status(otherPort, "/health/ready") == 200);
          for (int i = 0; i < 20; i++) {
            ids.addAll(fixtures.commit("k", "k", "k"));
            otherIds.addAll(other.commit("k", "k", "k"));
          }
        } finally {
          process.destroyForcibly();
          otherProcess.destroyForcibly();
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(otherProcess.waitFor(30, TimeUnit.SECONDS)).isTrue();
      }
      start(Map.of());
      Process otherProcess = launch(other, otherPort, Map.of());
      try {
        await().atMost(LIMIT).until(() -> fixtures.relayed().size() >= ids.size());
        await().atMost(LIMIT).until(() -> other.relayed().size() >= otherIds.size());
      } finally {
        assertThat(otherProcess.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(fixtures.relayedIds()).isEqualTo(ids);
      assertThat(other.relayedIds()).isEqualTo(otherIds);
      await().atMost(LIMIT).until(other::slotsAreFree);
    }
  }

  @Test
  void staysUpAndSaysWhyWhenItRefuses() throws Exception {
    start(Map.of());

    await().atMost(LIMIT).until(() -> status("/health/ready") == 503);
    await().atMost(LIMIT).until(() -> body("/health/ready").contains("SLOT_MISSING"));
    assertThat(body("/health/ready")).contains("\"refused\"").contains("\"remedy\"");
    // A relay that refuses has ended its loop; a restart would not help.
    assertThat(body("/health/live")).contains("\"watched\"").contains("relay-status");
    assertThat(status("/health/live")).isEqualTo(200);
    assertThat(process.isAlive()).isTrue();
    assertThat(log()).contains("SLOT_MISSING");
  }

  @Test
  void aFailureEndsTheProcessWithALine() throws Exception {
    fixtures.createSlot();
    start(Map.of("accrual.database.password", "", "accrual.database.user", "nobody"));

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(log()).contains("the relay failed and ends").contains("nobody");
  }

  @Test
  void aWrongSettingEndsTheStartWithOneLine() throws Exception {
    start(Map.of("accrual.relay.batch-rows", "many"));

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(78);
    assertThat(log().lines())
        .singleElement()
        .asString()
        .contains("accrual.relay.batch-rows")
        .contains("many");
  }

  private void start(Map<String, String> settings) throws IOException {
    process = launch(fixtures, port, settings);
  }

  private Process launch(RelayFixtures fixtures, int port, Map<String, String> settings)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.add("-Xmx256m");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    Map<String, String> all =
        new java.util.TreeMap<>(
            Map.of(
                "accrual.database.url", fixtures.database.url(),
                "accrual.database.user", "postgres",
                "accrual.kafka.bootstrap-servers", SharedParts.kafka().bootstrapServers(),
                "accrual.registry.url", RelayFixtures.REGISTRY.toString(),
                "accrual.relay.slot", fixtures.slot,
                "accrual.http.port", Integer.toString(port)));
    all.putAll(settings);
    all.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-jar", Origin.of(Main.class).toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
        .start();
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  private int status(String path) throws Exception {
    return status(port, path);
  }

  private int status(int port, String path) throws Exception {
    try {
      return get(port, path).statusCode();
    } catch (IOException notYet) {
      return 0;
    }
  }

  private String body(String path) throws Exception {
    return get(port, path).body();
  }

  private HttpResponse<String> get(int port, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        BodyHandlers.ofString());
  }
}
