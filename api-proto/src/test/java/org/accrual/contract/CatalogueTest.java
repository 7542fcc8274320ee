package org.accrual.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The documents that are made of the contracts are those that lie there; {@code -Dcatalogue=write}
 * writes them.
 */
class CatalogueTest {
  private static final Path EVENTS = Path.of("EVENTS.md");
  private static final Path ASYNC_API = Path.of("asyncapi.json");

  @BeforeAll
  static void write() throws IOException {
    if ("write".equals(System.getProperty("catalogue"))) {
      Files.writeString(EVENTS, CatalogueDocument.text());
      Files.writeString(ASYNC_API, AsyncApi.text());
    }
  }

  @Test
  void theEventCatalogueIsCurrent() {
    assertThat(EVENTS)
        .as("write it with mvn -pl api-proto test -Dcatalogue=write")
        .hasContent(CatalogueDocument.text());
  }

  @Test
  void theAsyncApiFileIsCurrent() {
    assertThat(ASYNC_API)
        .as("write it with mvn -pl api-proto test -Dcatalogue=write")
        .hasContent(AsyncApi.text());
  }

  @Test
  void whatTheAsyncApiFileRefersToIsThere() throws IOException {
    assertThat(AsyncApi.references())
        .isNotEmpty()
        .allSatisfy(file -> assertThat(Path.of(file)).exists());
    assertThat(AsyncApi.brokenPointers()).isEmpty();
  }

  @Test
  void everyTypeLiesOnATopicThatSomebodyReads() {
    assertThat(Catalogue.byTopic())
        .allSatisfy(
            (topic, entries) -> {
              assertThat(entries).as(topic).isNotEmpty();
              assertThat(Catalogue.readersOf(topic)).as(topic).isNotEmpty();
            });
    assertThat(Catalogue.byTopic().values().stream().flatMap(list -> list.stream()))
        .hasSameSizeAs(EventSchemas.current().values());
  }
}
