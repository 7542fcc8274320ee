package org.accrual.relay.stream.sink;

import static org.accrual.relay.stream.outbox.OutboxFixtures.row;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.accrual.contract.Topics;
import org.accrual.embedded.CommittedRecords;
import org.accrual.embedded.EmbeddedKafka;
import org.accrual.relay.checkpoint.KafkaSettings;
import org.accrual.relay.stream.encoding.FakeRegistry;
import org.accrual.relay.stream.encoding.RecordEncoder;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Checkpoint.Origin;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.outbox.Position;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics that a broker with access rules lets the relay describe, but not write to. */
class KafkaDestinationsIT {
  private static final String READ_ONLY = "accrual.lab.readonly";
  private static final String SMALL = "accrual.lab.small";
  private static final String CHECKPOINTS = Topics.relayCheckpoint("denied");
  private static final String TOO_FEW = "accrual.lab.toofew";

  @TempDir static Path folder;
  private static EmbeddedKafka kafka;

  @BeforeAll
  static void start() throws Exception {
    kafka =
        EmbeddedKafka.start(
            folder,
            "127.0.0.1",
            0,
            Map.of(
                "authorizer.class.name",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found",
                "true"));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  topic(Topics.STUDY_EVENTS),
                  topic(CHECKPOINTS),
                  topic(READ_ONLY),
                  topic(SMALL).configs(Map.of("max.message.bytes", "2000")),
                  topic(TOO_FEW).configs(Map.of("min.insync.replicas", "2"))))
          .all()
          .get();
      admin
          .createAcls(
              List.of(
                  acl(AclOperation.ALL, AclPermissionType.ALLOW),
                  acl(AclOperation.WRITE, AclPermissionType.DENY)))
          .all()
          .get();
    }
  }

  private static NewTopic topic(String name) {
    return new NewTopic(name, Optional.of(1), Optional.empty());
  }

  private static AclBinding acl(AclOperation operation, AclPermissionType permission) {
    return new AclBinding(
        new ResourcePattern(ResourceType.TOPIC, READ_ONLY, PatternType.LITERAL),
        new AccessControlEntry("User:ANONYMOUS", "*", operation, permission));
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @Test
  @DisplayName("The broker's answers say whether a topic takes records, and how large ones")
  void theBrokerIsAsked() throws Exception {
    try (KafkaDestinations destinations = new KafkaDestinations(kafka.bootstrapServers())) {
      assertThat(destinations.of(SMALL)).isEqualTo(Destination.open(2000));
      assertThat(destinations.of(READ_ONLY).fault())
          .contains("the relay may not write to topic " + READ_ONLY);
      // min.insync.replicas is 2, but the broker wants no more than the one that there is.
      assertThat(destinations.of(TOO_FEW).fault()).isEmpty();
      assertThat(destinations.of("accrual.nowhere").fault())
          .contains("there is no topic accrual.nowhere");
      assertThat(destinations.of("no topic").fault()).isPresent();
    }
  }

  @Test
  @DisplayName("A broker's negative answer is remembered, but not for long")
  void anAnswerIsRemembered() throws Exception {
    try (KafkaDestinations destinations = new KafkaDestinations(kafka.bootstrapServers())) {
      destinations.refused(SMALL, "because");
      assertThat(destinations.of(SMALL).fault()).contains("because");
    }
  }

  @Test
  @DisplayName("A right that is lost after the broker was asked sets the message aside")
  void aWriteThatTheBrokerRefusesIsSetAside() throws Exception {
    List<String> rejected = new ArrayList<>();
    Rejections rejections =
        new Rejections() {
          @Override
          public void keep(List<Rejection> kept) {
            kept.forEach(each -> rejected.add(each.row().id() + ": " + each.error()));
          }

          @Override
          public Set<String> keptOf(List<String> ids) {
            return Set.of();
          }
        };
    KafkaSettings settings =
        new KafkaSettings(
            kafka.bootstrapServers(), "denied", Duration.ofSeconds(30), Duration.ofSeconds(30));
    Checkpoint checkpoint = new Checkpoint(new Origin("1", 1, "denied", "p"), Position.at(7));
    try (FakeRegistry registry = new FakeRegistry();
        Publisher publisher =
            new Publisher(
                Publisher.producer(settings),
                new RecordEncoder(registry.ids(), "a_slot"),
                topic -> Destination.open(1_000_000),
                rejections)) {
      publisher.fence();

      int setAside =
          publisher.publish(
              List.of(
                  row("00000000-0000-0000-0000-000000000001"),
                  raw("lab.readonly", "b"),
                  raw("lab.toofew", "c"),
                  raw("lab.readonly", "d")),
              checkpoint);

      assertThat(setAside).isEqualTo(2);
    }
    assertThat(rejected).hasSize(2).allMatch(each -> each.contains("Not authorized"));
    assertThat(
            Stream.of(Topics.STUDY_EVENTS, TOO_FEW, CHECKPOINTS)
                .map(topic -> CommittedRecords.of(kafka.bootstrapServers(), topic).size()))
        .containsExactly(1, 1, 1);
  }

  private static OutboxRow raw(String aggregateType, String id) {
    return new OutboxRow(
        id,
        aggregateType,
        "K",
        "raw",
        ByteBuffer.allocate(1),
        "{\"datacontenttype\":\"application/octet-stream\"}",
        "2026-11-24T12:00:00.000001Z");
  }
}
