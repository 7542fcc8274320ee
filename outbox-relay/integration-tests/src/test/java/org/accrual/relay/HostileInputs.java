package org.accrual.relay;

import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.accrual.contract.Topics;

/** Generates the statements of a role that may publish to one aggregate type and tries for more. */
final class HostileInputs {
  /** A statement and the values of its parameters. */
  record Input(String sql, List<?> parameters) {}

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          ".",
          "..",
          "../..",
          "%2e%2e",
          "a/b",
          "a?b#c",
          "'; drop table outbox.message; --",
          "\u0000",
          "\r\nHost: x",
          "ü",
          "\u202e\u0301",
          "\ud83d\ude00",
          "\ud83d",
          "x".repeat(200),
          "x".repeat(201),
          "😀".repeat(512),
          "x".repeat(100_000));

  private static final List<String> PAYLOADS =
      List.of(
          "{\"sample\": \"s\", \"value\": 5}",
          "{}",
          "[]",
          "null",
          "1",
          "\"text\"",
          "{",
          "{\"sample\": 5}",
          "{\"sample\": null}",
          "{\"sample\": \"s\", \"unknown\": {}}",
          "{\"sample\": \"s\", \"value\": NaN}",
          "{\"sample\": \"s\", \"value\": 1e400}",
          "{\"sample\": \"s\", \"value\": -1e131000}",
          "{\"sample\": \"s\", \"value\": \"5\"}",
          "{\"sample\": \"\\u0000\"}",
          "{\"sample\": \"\\ud83d\"}",
          "{\"sample\": " + "[".repeat(3000) + "]".repeat(3000) + "}",
          "{\"sample\": \"" + "x".repeat(200_000) + "\"}",
          "{\"sample\": \"" + "x".repeat(890_000) + "\"}",
          "{\"sample\": \"" + "x".repeat(1_000_000) + "\"}");

  private static final List<String> HEADERS =
      List.of(
          "[]",
          "null",
          "{\"\": \"x\"}",
          "{\"n\": 1}",
          "{\"n\": {\"nested\": []}}",
          "{\"ce_id\": \"0199\"}",
          "{\"ce_type\": \"accrual.study.activated.v1\"}",
          "{\"ce_source\": \"/accrual/enrollment-core\"}",
          "{\"ce_sequence\": \"1\"}",
          "{\"ce_schemaversion\": \"9\"}",
          "{\"datacontenttype\": \"application/avro\"}",
          "{\"accrual_outboxid\": \"0199\"}",
          "{\"ce_correlationid\": \"\", \"ce_causationid\": \"x\"}",
          "{\"traceparent\": \"00-zz-zz-zz\", \"tracestate\": \"=,=\"}",
          "{\"\\ud83d\\ude00\\r\\n\": \"ü\"}",
          "{\"long\": \"" + "x".repeat(16_000) + "\"}",
          "{\"long\": \"" + "x".repeat(20_000) + "\"}");

  private static final List<String> STATEMENTS =
      List.of(
          """
          insert into outbox.message (id, aggregatetype, aggregateid, type, payload)
          values (uuidv7(), 'study.events', 'S', 'accrual.study.activated.v1', '\\x0253')\
          """,
          "insert into outbox.message_default select * from outbox.message",
          "update outbox.message set aggregatetype = 'study.events'",
          "delete from outbox.message",
          "truncate outbox.message",
          "lock table outbox.message in access exclusive mode",
          "insert into outbox.allowed (role, aggregatetype) values (current_user::regrole, 'x')",
          "delete from outbox.allowed",
          "delete from outbox.rejected",
          "insert into outbox.rejected select *, 'x' from outbox.message",
          "select outbox.allow(current_user::regrole, 'study.events')",
          "select outbox.allow(current_user::regrole, 'lab.orders')",
          "select outbox.disallow(current_user::regrole, 'lab.orders')",
          "create function outbox.is_own(name) returns boolean language sql return false",
          "create or replace function outbox.is_own(p_aggregatetype text) returns boolean"
              + " language sql return false",
          "create function pg_temp.pg_has_role(name, oid, text) returns boolean language sql"
              + " return true",
          "set role postgres",
          "set role accrual_relay",
          "set session authorization postgres",
          "select set_config('role', 'postgres', false)",
          "set session_replication_role = replica",
          "update ops.relay set checkpoint = '0/0'",
          "delete from ops.relay",
          "call outbox.maintain()",
          "alter publication accrual_outbox set (publish = 'delete')",
          "drop publication accrual_outbox",
          "select pg_logical_emit_message(true, 'accrual.heartbeat', 'forged')",
          "select pg_logical_emit_message(false, 'other', repeat('x', 1000000)::bytea)",
          "select pg_drop_replication_slot(slot_name) from pg_replication_slots",
          "select pg_logical_slot_get_changes(slot_name, null, null) from pg_replication_slots",
          "select pg_replication_slot_advance(slot_name, pg_current_wal_lsn())"
              + " from pg_replication_slots",
          "select pg_terminate_backend(pid) from pg_stat_activity where usename <> current_user",
          "select pg_switch_wal()");

  private final Random random;
  private final String aggregateType;
  private final String type;
  private final List<Supplier<Input>> kinds =
      List.of(
          this::publish, this::publish, this::publishRaw, this::publishUnknown, this::statement);

  /**
   * @param aggregateType the one that the role may publish to
   * @param type one that has a schema
   */
  HostileInputs(long seed, String aggregateType, String type) {
    this.random = new Random(seed);
    this.aggregateType = aggregateType;
    this.type = type;
  }

  /** Returns inputs of all kinds, in random order. */
  Stream<Input> stream() {
    return Stream.generate(() -> one(kinds).get());
  }

  private Input publish() {
    return new Input(
        "select outbox.publish(?, ?, ?, ?::jsonb, ?::jsonb)",
        List.of(aggregateType(), key(), type(), one(PAYLOADS), headers()));
  }

  private Input publishRaw() {
    String topic =
        switch (random.nextInt(6)) {
          case 0 -> one(TEXTS);
          case 1 -> one(ownTopics());
          case 2 -> "accrual.accrual." + aggregateType;
          case 3 -> "accrual.dlq." + one(ownTopics());
          case 4 -> one(ownTopics()) + one(TEXTS);
          default -> Topics.PREFIX + aggregateType;
        };
    return new Input(
        "select outbox.publish_raw(?, ?, ?, ?::jsonb)",
        List.of(
            topic,
            key(),
            new byte[random.nextInt(random.nextBoolean() ? 1_000 : 1_000_000)],
            headers()));
  }

  /** Twenty messages of as many types, about each of which the relay asks the registry. */
  private Input publishUnknown() {
    return new Input(
        """
        select outbox.publish(?, 'k' || n, ?::text || n, '{}') from generate_series(1, 20) n\
        """,
        List.of(aggregateType, "unknown" + random.nextInt() + "."));
  }

  private Input statement() {
    return new Input(one(STATEMENTS), List.of());
  }

  private String aggregateType() {
    return switch (random.nextInt(6)) {
      case 0 -> one(ownTopics()).substring(Topics.PREFIX.length());
      case 1 -> aggregateType + one(TEXTS);
      case 2 -> Topics.deadLetters(one(ownTopics()));
      default -> aggregateType;
    };
  }

  private static List<String> ownTopics() {
    return Stream.of(Topics.EVENT_TOPICS, Topics.COMMAND_TOPICS, Topics.ANSWER_TOPICS)
        .flatMap(List::stream)
        .toList();
  }

  private String key() {
    return random.nextInt(4) == 0
        ? one(TEXTS)
        : random
            .ints(1 + random.nextInt(300), 1, 0x2fff)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
  }

  private String type() {
    return switch (random.nextInt(4)) {
      case 0 -> one(TEXTS);
      case 1 -> "accrual.study.activated.v1";
      default -> type;
    };
  }

  private String headers() {
    return random.nextInt(3) == 0 ? one(HEADERS) : "{\"unit\": \"mmol/l\"}";
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
