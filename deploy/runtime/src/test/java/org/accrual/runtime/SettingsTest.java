package org.accrual.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  private static Settings set(String value) {
    return Settings.of(key -> Optional.of(value));
  }

  @Test
  void takesTheFallbackWhereNothingIsSet() {
    Settings settings = Settings.of(key -> Optional.empty());

    assertThat(settings.text("a", "b")).isEqualTo("b");
    assertThat(settings.integer("a", 5, 1, 9)).isEqualTo(5);
    assertThat(settings.flag("a", true)).isTrue();
    assertThat(settings.secret("a")).isEmpty();
    assertThat(settings.duration("a", Duration.ofSeconds(3), Duration.ZERO, Duration.ofDays(1)))
        .isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void takesWhatIsAllowed() {
    assertThat(set(" 9 ").integer("a", 5, 1, 9)).isEqualTo(9);
    assertThat(set("false").flag("a", true)).isFalse();
    assertThat(set("b, c").someOf("a", "x", List.of("b", "c", "d"))).containsExactly("b", "c");
    assertThat(set("http://h:1/p").url("a", "x")).isEqualTo(URI.create("http://h:1/p"));
  }

  @ParameterizedTest
  @CsvSource({"500ms,500", "30s,30000", "5m,300000", "12h,43200000", "30d,2592000000"})
  void readsTimesWithTheirUnit(String value, long millis) {
    assertThat(set(value).duration("a", Duration.ZERO, Duration.ZERO, Duration.ofDays(99)))
        .isEqualTo(Duration.ofMillis(millis));
  }

  @Test
  void refusesInOneLineThatNamesKeyValueAndWhatIsAllowed() {
    refused("10", s -> s.integer("accrual.x", 5, 1, 9), "'10'", "a whole number from 1 to 9");
    refused("five", s -> s.integer("accrual.x", 5, 1, 9), "'five'", "a whole number from 1 to 9");
    refused("yes", s -> s.flag("accrual.x", true), "'yes'", "true, false");
    refused("b,e", s -> s.someOf("accrual.x", "x", List.of("b", "c")), "'b,e'", "b, c");
    refused("65536", s -> s.port("accrual.x"), "'65536'", "from 1 to 65535");
    refused("", s -> s.port("accrual.x"), "''", "a port from 1 to 65535");
    refused("a b", s -> s.url("accrual.x", "x"), "'a b'", "an absolute URL");
    refused("/p", s -> s.url("accrual.x", "x"), "'/p'", "an absolute URL");
    Consumer<Settings> second =
        s -> s.duration("accrual.x", Duration.ZERO, Duration.ofSeconds(1), Duration.ofMinutes(1));
    refused("5", second, "'5'", "from 1s to 60s");
    refused("2h", second, "'2h'", "from 1s to 60s");
    refused("999ms", second, "'999ms'", "from 1s to 60s");
  }

  private static void refused(String value, Consumer<Settings> read, String... parts) {
    assertThatThrownBy(() -> read.accept(set(value)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageStartingWith("accrual.x")
        .hasMessageContainingAll(parts)
        .message()
        .doesNotContain("\n");
  }
}
