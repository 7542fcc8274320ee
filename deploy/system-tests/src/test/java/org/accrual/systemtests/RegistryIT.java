package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.accrual.contract.EventSchemas;
import org.accrual.local.Ports;
import org.accrual.local.Stack;
import org.accrual.provision.Schemas;
import org.accrual.runtime.registry.RegistryUnavailable;
import org.accrual.runtime.registry.SchemaRegistry;
import org.accrual.runtime.registry.UnknownSchema;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Enrollments go on without the registry; one that takes its place needs nothing repaired. */
@Tag("faults")
class RegistryIT {
  private static final int ENROLLMENTS = 200;
  private static final String SUBJECT = "accrual.enrollment.confirmed.v1";

  private final String study =
      "REG-" + Long.toString(System.nanoTime(), 36).toUpperCase(Locale.ROOT);

  @Test
  void stoppedRestartedAndReplacedByAnEmptyOneUnderLoad() throws Exception {
    // A relay that begins without a registry tells nobody anything until there is one.
    try (TestStack stack =
            TestStack.started(
                settings -> settings.withOptions(Stack.CORE, "-Daccrual.saga.step-deadline=3m"));
        SiteClient client = stack.client()) {
      URI url = URI.create(stack.addresses().registry());
      client.openSite(study, "S1", ENROLLMENTS);
      Map<String, Integer> before = ids(url);
      try (Load load = Load.of(study, "S1", ENROLLMENTS, List.of(client))) {
        load.reaches(20);

        long registry = stack.stop(Stack.REGISTRY);
        int stopped = load.done();
        load.reaches(stopped + 40);
        for (int port : healthPorts(stack.addresses().ports())) {
          await("what " + port + " says")
              .atMost(Duration.ofSeconds(20))
              .untilAsserted(() -> assertHealth(port, "away"));
        }
        TestStack.goOn(registry);

        replaceByAnEmptyOne(stack);
        // Both begin anew, with a registry that knows nothing.
        stack.kill(Stack.CONSUMERS);
        stack.kill(Stack.RELAY);
        stack.awaitRunning(Stack.CONSUMERS);
        Schemas.register(url);

        load.allConfirmed();
      }
      for (int port : healthPorts(stack.addresses().ports())) {
        await("what " + port + " says")
            .atMost(Duration.ofSeconds(60))
            .untilAsserted(() -> assertHealth(port, "answers"));
      }
      assertThat(ids(url)).as("what is on the topics has the same ids again").isEqualTo(before);
      assertNothingToRepair(stack);
    }
  }

  private void assertNothingToRepair(TestStack stack) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(
                        stack
                            .evidence()
                            .rows(
                                "select count(*) from projection.enrollment where study_id = ? and state = 'on-study'",
                                study))
                    .containsExactly(Integer.toString(ENROLLMENTS)));
    assertThat(stack.evidence().rows("select count(*) from ops.dead_letters")).containsExactly("0");
    assertThat(stack.evidence().rows("select count(*) from outbox.rejected")).containsExactly("0");
  }

  /** Its database is made anew while it is dead, so that it comes back with nothing. */
  private static void replaceByAnEmptyOne(TestStack stack) throws Exception {
    stack.awaitRunning(Stack.REGISTRY);
    stack.kill(Stack.REGISTRY);
    try (Connection connection =
            DriverManager.getConnection(stack.addresses().jdbc(), "postgres", "");
        var statement = connection.createStatement()) {
      statement.execute("drop database registry with (force)");
      statement.execute("create database registry");
    }
    // Again, since it may have begun on the database before.
    stack.kill(Stack.REGISTRY);
    SchemaRegistry registry = new SchemaRegistry(URI.create(stack.addresses().registry()));
    await("an empty registry")
        .atMost(Duration.ofSeconds(90))
        .until(
            () -> {
              try {
                registry.latest(SUBJECT);
                return false;
              } catch (UnknownSchema empty) {
                return true;
              } catch (RegistryUnavailable notYet) {
                return false;
              }
            });
  }

  private static Map<String, Integer> ids(URI url) {
    SchemaRegistry registry = new SchemaRegistry(url);
    Map<String, Integer> ids = new TreeMap<>();
    EventSchemas.released()
        .forEach(
            schema -> {
              String type = EventSchemas.typeOf(schema);
              ids.put(type + " " + EventSchemas.versionOf(schema), registry.idNow(type, schema));
            });
    return ids;
  }

  private static List<Integer> healthPorts(Ports ports) {
    return List.of(ports.coreHttp(), ports.relayHttp(), ports.consumersHttp());
  }

  private static void assertHealth(int port, String registry) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> health =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/health/ready".formatted(port)))
                  .timeout(Duration.ofSeconds(5))
                  .build(),
              BodyHandlers.ofString());
      assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
      assertThat(health.body()).contains("\"registry\":\"" + registry + "\"");
    }
  }
}
