package org.accrual.relay.stream.source;

import java.time.Duration;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** The engine's settings; each one that is not a default has its reason. */
final class EngineProperties {
  /** Prefix of the engine's own topic names, which nobody else sees. */
  static final String PREFIX = "accrual";

  static final String OUTBOX_TABLE = "outbox.message";

  /** Prefix of the logical messages that are the relay's heartbeats. */
  static final String HEARTBEAT = "accrual.heartbeat";

  /** How often a live owner reports to the server, in milliseconds. */
  static final String STATUS_INTERVAL = "status.update.interval.ms";

  private static final Duration SHORTEST_ANSWER = Duration.ofSeconds(5);

  /** Our key, which leads the task to its owner. */
  static final String OWNER = "accrual.owner";

  private EngineProperties() {}

  static Properties of(SourceSettings settings, boolean moveSlotOn, String owner) {
    Properties properties = new Properties();
    properties.setProperty("name", "accrual-relay");
    properties.setProperty("connector.class", OwnedSlotConnector.class.getName());
    properties.setProperty(OWNER, owner);
    properties.setProperty("topic.prefix", PREFIX);
    properties.setProperty("tasks.max", "1");
    database(properties, settings);
    stream(properties, settings);
    pace(properties, settings);
    beat(properties, settings, moveSlotOn);
    return properties;
  }

  private static void database(Properties properties, SourceSettings settings) {
    Properties parts = Driver.parseURL(settings.database().url(), new Properties());
    if (parts == null) {
      throw new IllegalArgumentException("not a PostgreSQL URL: " + settings.database().url());
    }
    DatabaseHosts.of(parts).addTo(properties);
    properties.setProperty("database.dbname", required(PGProperty.PG_DBNAME, parts));
    properties.setProperty("database.user", settings.database().user());
    properties.setProperty("database.password", settings.database().password());
    Duration timeout = settings.ownerTimeout();
    // A live owner reports to the server in good time.
    properties.setProperty(STATUS_INTERVAL, Long.toString(timeout.toMillis() / 4));
    // A question on a connection that was cut without notice is an error after this, not after a
    // quarter of an hour. OwnedSlotConnection takes the limit off the stream, which may be silent.
    long answer = Math.max(timeout.toSeconds(), SHORTEST_ANSWER.toSeconds());
    properties.setProperty("driver.socketTimeout", Long.toString(answer));
    for (String name : parts.stringPropertyNames()) {
      if (!name.startsWith("PG")) {
        properties.setProperty("driver." + name, parts.getProperty(name));
      }
    }
    // After the options of the URL: of two values PostgreSQL takes the last one. A heartbeat needs
    // this isolation, which a role's own settings could change.
    properties.setProperty(
        "driver.options",
        "%s -c wal_sender_timeout=%d -c default_transaction_isolation=read\\ committed"
            .formatted(parts.getProperty("options", ""), timeout.toMillis())
            .strip());
  }

  private static String required(PGProperty property, Properties parts) {
    String value = property.getOrDefault(parts);
    if (value == null) {
      throw new IllegalArgumentException("the database URL lacks " + property.getName());
    }
    return value;
  }

  private static void stream(Properties properties, SourceSettings settings) {
    properties.setProperty("plugin.name", "pgoutput");
    properties.setProperty("slot.name", settings.slot());
    properties.setProperty("publication.name", settings.publication());
    // The relay's role needs no rights on the publication, and a missing one is an error to see.
    properties.setProperty("publication.autocreate.mode", "disabled");
    properties.setProperty("table.include.list", OUTBOX_TABLE);
    // The slot alone determines where to continue; nothing is read from the table.
    properties.setProperty("snapshot.mode", "no_data");
    // Offsets live for one run: the slot and the checkpoint outlive it.
    properties.setProperty(
        "offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
    // The driver must not confirm what the checkpoint does not know.
    properties.setProperty("lsn.flush.mode", "connector");
    properties.setProperty("binary.handling.mode", "bytes");
    properties.setProperty("tombstones.on.delete", "false");
    properties.setProperty("extended.headers.enabled", "false");
  }

  private static void pace(Properties properties, SourceSettings settings) {
    properties.setProperty("poll.interval.ms", Long.toString(settings.pollInterval().toMillis()));
    properties.setProperty("offset.flush.interval.ms", "500");
    // Streaming started twice in one process could meet half a transaction of the first time; a
    // fresh process is simpler.
    properties.setProperty("errors.max.retries", "0");
    // The slot is released and acquired again at once; the server may need a moment.
    properties.setProperty("slot.max.retries", "100");
    properties.setProperty("slot.retry.delay.ms", "100");
    properties.setProperty("internal.task.management.timeout.ms", "30000");
    properties.setProperty("record.processing.shutdown.timeout.ms", "5000");
  }

  private static void beat(Properties properties, SourceSettings settings, boolean moveSlotOn) {
    String heartbeat = Long.toString(settings.heartbeat().toMillis());
    properties.setProperty("heartbeat.interval.ms", heartbeat);
    // Without the message an idle slot's confirmed place never moves (Debezium's own heartbeat has
    // nothing new for the server); without the snapshot record the WAL behind it is released late.
    properties.setProperty(
        "heartbeat.action.query",
        "select %spg_logical_emit_message(false, '%s', outbox.heartbeat('%s'))"
            .formatted(
                moveSlotOn ? "pg_log_standby_snapshot(), " : "",
                HEARTBEAT,
                settings.publication()));
    // Messages of other applications on the same database are none of ours.
    properties.setProperty("message.prefix.include.list", HEARTBEAT.replace(".", "\\."));
  }
}
