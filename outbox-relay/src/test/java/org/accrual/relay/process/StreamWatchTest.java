package org.accrual.relay.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.accrual.relay.process.StreamWatch.Server;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.RelayState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StreamWatchTest {
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);

  private final AtomicLong clock = new AtomicLong();
  private final RelayLife life = new RelayLife(clock::get);
  private final List<Throwable> failures = new ArrayList<>();

  @Nested
  @DisplayName("While the relay streams")
  class Streaming {
    Streaming() {
      life.enter(RelayState.WAITING_FOR_SLOT);
      life.enter(RelayState.RECOVERING);
      life.enter(RelayState.STREAMING);
    }

    @Test
    @DisplayName("a silent stream that the server does not confirm is one failure")
    void reportsACutStreamOnce() {
      StreamWatch watch = watch(HEARTBEAT, silence -> false);
      pass(Duration.ofSeconds(31));

      watch.check();
      watch.check();

      assertThat(failures)
          .singleElement()
          .extracting(Throwable::getMessage)
          .asString()
          .contains("31 s")
          .contains("check the network");
    }

    @Test
    @DisplayName("a server that does not answer does not confirm it")
    void reportsAServerThatDoesNotAnswer() {
      StreamWatch watch =
          watch(
              HEARTBEAT,
              silence -> {
                throw new SQLException("timeout");
              });
      pass(Duration.ofSeconds(31));

      watch.check();

      assertThat(failures).hasSize(1);
    }

    @Test
    @DisplayName("a stream that the server confirms may be silent: it reads foreign changes")
    void acceptsAConfirmedStream() {
      List<Duration> asked = new ArrayList<>();
      StreamWatch watch = watch(HEARTBEAT, asked::add);
      pass(Duration.ofHours(1));

      watch.check();

      assertThat(asked).containsExactly(Duration.ofHours(1));
      assertThat(failures).isEmpty();
    }

    @Test
    @DisplayName("the limit is 30 s, or ten heartbeats if that is longer")
    void waitsForTenHeartbeats() {
      StreamWatch shortest = watch(Duration.ofMillis(100), silence -> false);
      StreamWatch tenMinutes = watch(Duration.ofSeconds(60), silence -> false);
      pass(Duration.ofSeconds(30));
      shortest.check();
      pass(Duration.ofSeconds(570));
      tenMinutes.check();
      assertThat(failures).isEmpty();

      pass(Duration.ofSeconds(1));
      tenMinutes.check();

      assertThat(failures).hasSize(1);
    }

    @Test
    @DisplayName("a delivery that takes long is not a silent stream")
    void acceptsALongDelivery() {
      StreamWatch watch = watch(HEARTBEAT, silence -> false);
      life.silence().deliver();
      pass(Duration.ofHours(1));

      watch.check();

      assertThat(failures).isEmpty();
    }
  }

  @Test
  @DisplayName("While the relay waits for the slot there is no stream to be silent")
  void ignoresAWaitingRelay() {
    life.enter(RelayState.WAITING_FOR_SLOT);
    StreamWatch watch = watch(HEARTBEAT, silence -> false);
    pass(Duration.ofHours(1));

    watch.check();

    assertThat(failures).isEmpty();
  }

  private StreamWatch watch(Duration heartbeat, Server server) {
    return new StreamWatch(life, heartbeat, server, failures::add);
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }
}
