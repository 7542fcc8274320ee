package org.accrual.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRegistryIT {
  private static final String HOST = "127.0.0.1";
  private static final String SCHEMA = "{\"schema\": \"\\\"string\\\"\"}";

  @TempDir Path folder;

  @Test
  void startsAgainEmptyFromMemory() throws Exception {
    int port = FreePort.pick();
    try (EmbeddedRegistry registry = EmbeddedRegistry.start(folder, HOST, port)) {
      register(registry, "greeting");
      registry.kill();
      assertThat(registry.healthy()).isFalse();
    }
    try (EmbeddedRegistry registry = EmbeddedRegistry.start(folder, HOST, port)) {
      assertThat(subjects(registry)).isEqualTo("[]");
    }
  }

  @Tag("faults")
  @Test
  void keepsSchemasAndTheirIdsInADatabaseAcrossACrash() throws Exception {
    String database = SharedParts.emptyDatabase();
    String id;
    try (EmbeddedRegistry registry = EmbeddedRegistry.start(folder, HOST, 0, database)) {
      register(registry, "one");
      id = register(registry, "other", "{\"schema\": \"\\\"long\\\"\"}");
      registry.kill();
    }
    try (EmbeddedRegistry registry = EmbeddedRegistry.start(folder, HOST, 0, database)) {
      assertThat(subjects(registry)).contains("one", "other");
      assertThat(register(registry, "other", "{\"schema\": \"\\\"long\\\"\"}")).isEqualTo(id);
    }
  }

  private static String register(EmbeddedRegistry registry, String subject) throws Exception {
    return register(registry, subject, SCHEMA);
  }

  private static String register(EmbeddedRegistry registry, String subject, String schema)
      throws Exception {
    URI address = URI.create(registry.url() + "/subjects/" + subject + "/versions");
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .POST(BodyPublishers.ofString(schema))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      var answer = client.send(request, BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      return answer.body();
    }
  }

  private static String subjects(EmbeddedRegistry registry) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(registry.url() + "/subjects")).build();
      return client.send(request, BodyHandlers.ofString()).body();
    }
  }
}
