package org.accrual.relay.process;

import java.net.URI;
import java.time.Duration;
import java.util.Properties;
import org.accrual.relay.checkpoint.KafkaSettings;
import org.accrual.relay.stream.outbox.SliceLimits;
import org.accrual.relay.stream.source.SourceSettings;
import org.accrual.runtime.DatabaseSettings;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;
import org.accrual.runtime.registry.SchemaRegistry;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * The relay's settings.
 *
 * @param source where the outbox is read
 * @param sink where it goes
 * @param registry of schemas, a Confluent-compatible base URL
 * @param slotPoll how often a waiting relay checks whether the slot is free
 * @param failoverSlot whether a slot that recover makes is synchronized to standbys
 * @param retainedWarning bytes of WAL kept for the slot above which health and log warn
 * @param statusInterval how often {@code ops.relay}, which retention goes by, is updated
 */
public record RelaySettings(
    SourceSettings source,
    KafkaSettings sink,
    URI registry,
    Duration slotPoll,
    boolean failoverSlot,
    long retainedWarning,
    Duration statusInterval) {
  private static final String PREFIX = "accrual.relay.";
  private static final int MIB = 1024 * 1024;

  public static RelaySettings read(Settings settings) {
    String slot = settings.name(PREFIX + "slot", "accrual_outbox");
    SourceSettings source =
        new SourceSettings(
            database(settings),
            slot,
            settings.name(PREFIX + "publication", "accrual_outbox"),
            settings.duration(
                PREFIX + "heartbeat",
                Duration.ofSeconds(2),
                Duration.ofMillis(100),
                Duration.ofMinutes(5)),
            settings.duration(
                PREFIX + "poll-interval",
                Duration.ofMillis(5),
                Duration.ofMillis(1),
                Duration.ofSeconds(5)),
            settings.duration(
                PREFIX + "owner-timeout",
                Duration.ofSeconds(10),
                Duration.ofSeconds(1),
                Duration.ofMinutes(5)),
            settings.integer(PREFIX + "batch-rows", 4096, 1, 65_536),
            settings.integer(PREFIX + "queue-bytes", 32 * MIB, MIB, 1024 * MIB),
            new SliceLimits(
                settings.integer(PREFIX + "slice-rows", 20_000, 1, 1_000_000),
                settings.integer(PREFIX + "slice-bytes", 8 * MIB, 1, 256 * MIB)));
    return new RelaySettings(
        source,
        new KafkaSettings(
            settings.text("accrual.kafka.bootstrap-servers", "127.0.0.1:7500"),
            slot,
            settings.duration(
                PREFIX + "transaction-timeout",
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                Duration.ofMinutes(15)),
            settings.duration(
                PREFIX + "topic-timeout",
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                Duration.ofMinutes(5))),
        SchemaRegistry.url(settings),
        settings.duration(
            PREFIX + "slot-poll",
            Duration.ofMillis(500),
            Duration.ofMillis(50),
            Duration.ofMinutes(1)),
        settings.flag(PREFIX + "failover-slot", false),
        (long) settings.integer(PREFIX + "retained-wal-warning-mib", 1024, 1, 1_000_000) * MIB,
        settings.duration(
            PREFIX + "status-interval",
            Duration.ofSeconds(2),
            Duration.ofMillis(100),
            Duration.ofMinutes(1)));
  }

  /** Reads where the database is, and refuses a URL that the driver cannot read. */
  private static DatabaseSettings database(Settings settings) {
    DatabaseSettings database = DatabaseSettings.read(settings);
    Properties parts = Driver.parseURL(database.url(), new Properties());
    if (parts == null || !parts.containsKey(PGProperty.PG_DBNAME.getName())) {
      throw new InvalidSetting(
          "accrual.database.url",
          database.url().replaceFirst("\\?.*", "?…"),
          "jdbc:postgresql://host:port[,host:port]/database[?name=value&…], an IPv6 address in"
              + " brackets");
    }
    return database;
  }
}
