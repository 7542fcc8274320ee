package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.accrual.relay.process.RelaySettings;
import org.accrual.runtime.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The network between relay and PostgreSQL drops packets, and nobody closes a connection. */
class CutConnectionIT {
  private final RelayFixtures fixtures = new RelayFixtures();
  private final URI direct = URI.create(fixtures.database.url().substring("jdbc:".length()));
  private final BlackHole network = new BlackHole(direct.getPort());
  private final RelayRun relay = new RelayRun(fixtures, throughTheNetwork());
  private final RelayRun other = new RelayRun(fixtures);

  CutConnectionIT() throws Exception {}

  @AfterEach
  void close() throws Exception {
    network.close();
    other.close();
    relay.close();
    fixtures.close();
  }

  @Test
  @DisplayName("A relay whose connection is cut ends, and another takes over without a repeat")
  void endsWhenItsConnectionIsCut() throws Exception {
    fixtures.createSlot();
    relay.startStreaming();
    List<String> ids = new ArrayList<>(fixtures.commit("k"));
    relay.awaitRelayed(ids);

    network.cut();

    ids.addAll(fixtures.commit("k"));
    await().atMost(RelayRun.LIMIT).until(() -> !relay.failures.isEmpty());
    other.startStreaming();
    other.awaitRelayed(ids);
    assertThat(other.failures).isEmpty();
  }

  @Tag("faults")
  @Test
  @DisplayName("A relay whose stream alone is cut ends, and another takes over without a repeat")
  void endsWhenItsStreamIsCut() throws Exception {
    fixtures.createSlot();
    relay.startStreaming();
    List<String> ids = new ArrayList<>(fixtures.commit("k"));
    relay.awaitRelayed(ids);

    network.cutStreams();

    ids.addAll(fixtures.commit("k"));
    await().atMost(Duration.ofSeconds(60)).until(() -> !relay.failures.isEmpty());
    assertThat(relay.failures.getFirst()).hasMessageContaining("check the network");
    // A process ends at once.
    relay.stop();
    other.startStreaming();
    other.awaitRelayed(ids);
    assertThat(other.failures).isEmpty();
  }

  /** A relay whose URL names two servers, the first of which is away. */
  private RelaySettings throughTheNetwork() {
    RelaySettings settings = fixtures.settings();
    DatabaseSettings database = settings.source().database();
    String url =
        "jdbc:postgresql://[::1]:1,127.0.0.1:%d%s?targetServerType=primary"
            .formatted(network.port(), direct.getPath());
    return RelayFixtures.on(
        new DatabaseSettings(url, database.user(), database.password()), settings);
  }
}
