package org.accrual.relay.stream.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import java.time.Duration;
import java.util.Properties;
import org.accrual.relay.stream.outbox.SliceLimits;
import org.accrual.runtime.DatabaseSettings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnginePropertiesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "db.example.org:7400          | db.example.org:7400",
        "127.0.0.1                    | 127.0.0.1:5432",
        "[::1]:7400                   | [::1]:7400",
        "a:7400,[::1],127.0.0.1:7999  | a:7400,[::1]:5432,127.0.0.1:7999"
      })
  @DisplayName("Debezium accepts and uses any hosts that the driver takes")
  void usesTheHostsOfTheUrl(String hosts, String used) {
    Configuration config = Configuration.from(of("jdbc:postgresql://" + hosts + "/accrual", 10));

    assertThat(config.validateAndRecord(PostgresConnectorConfig.ALL_FIELDS, message -> {}))
        .isTrue();

    Configuration inPlace = DatabaseHosts.inPlace(config);
    assertThat(inPlace.getString("database.hostname") + ":" + inPlace.getString("database.port"))
        .isEqualTo(used);
    assertThat(inPlace.getString("database.dbname")).isEqualTo("accrual");
  }

  @Test
  @DisplayName("Parameters of the URL go to the driver, and its options are kept")
  void keepsTheParametersOfTheUrl() {
    Properties properties =
        of(
            "jdbc:postgresql://a,b/accrual?targetServerType=primary&options=-c%20work_mem=8MB%20-c%20wal_sender_timeout=1h",
            10);

    assertThat(properties)
        .containsEntry("driver.targetServerType", "primary")
        .containsEntry(
            "driver.options",
            "-c work_mem=8MB -c wal_sender_timeout=1h -c wal_sender_timeout=10000"
                + " -c default_transaction_isolation=read\\ committed");
  }

  @ParameterizedTest
  @CsvSource({"1,5", "10,10", "300,300"})
  @DisplayName("A read takes as long as an owner may be silent at most, at least 5 s")
  void limitsEachRead(int ownerTimeout, String seconds) {
    assertThat(of("jdbc:postgresql://a/accrual", ownerTimeout))
        .containsEntry("driver.socketTimeout", seconds);
    assertThat(of("jdbc:postgresql://a/accrual?socketTimeout=7", ownerTimeout))
        .containsEntry("driver.socketTimeout", "7");
  }

  private static Properties of(String url, int ownerTimeoutSeconds) {
    return EngineProperties.of(
        new SourceSettings(
            new DatabaseSettings(url, "postgres", ""),
            "slot",
            "publication",
            Duration.ofSeconds(2),
            Duration.ofMillis(5),
            Duration.ofSeconds(ownerTimeoutSeconds),
            1,
            1024,
            new SliceLimits(1, 1)),
        true,
        "owner");
  }
}
