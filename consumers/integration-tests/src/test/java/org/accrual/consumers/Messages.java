package org.accrual.consumers;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Topics;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.intake.Message;
import org.accrual.intake.Position;
import org.accrual.intake.StreamKey;
import org.accrual.runtime.Correlation;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;

/** Messages as the intake hands them over. */
public final class Messages {
  public static final Correlation CORRELATION = new Correlation("conversation", "nurse", "");

  private Messages() {}

  public static Message of(
      String topic, String key, long version, Instant time, SpecificRecord body) {
    return new Message(
        new Position(new TopicPartition(topic, 0), version),
        new StreamKey(topic, key),
        version,
        UUID.randomUUID(),
        EventSchemas.typeOf(body.getSchema()),
        time,
        CORRELATION,
        body);
  }

  /** A story's events, a second apart, the first at a time. */
  public static List<Message> of(EnrollmentStory story, Instant first) {
    List<Message> messages = new ArrayList<>();
    for (SpecificRecord event : story.events()) {
      int place = messages.size();
      messages.add(
          of(Topics.ENROLLMENT_EVENTS, story.id, place + 1L, first.plusSeconds(place), event));
    }
    return messages;
  }
}
