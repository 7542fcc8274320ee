package org.accrual.consumers.deadletter;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.api.ops.v1.GetDeadLetterResponse;
import org.accrual.consumers.WriterSchemas;
import org.accrual.intake.Message;
import org.accrual.intake.MessageDecoder;
import org.accrual.intake.Unreadable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.faulttolerance.Fallback;

/** A letter's payload for people, as far as it can be read. */
@ApplicationScoped
class LetterPayload {
  private static final Logger LOG = Logger.getLogger(LetterPayload.class.getName());

  private final MessageDecoder decoder;

  @Inject
  LetterPayload(WriterSchemas schemas) {
    this.decoder = new MessageDecoder(schemas::byId);
  }

  /** While the registry is away the rest of the letter is shown all the same. */
  @Fallback(fallbackMethod = "leaveOut")
  public void decode(
      ConsumerRecord<byte[], byte[]> record, GetDeadLetterResponse.Builder response) {
    switch (decoder.decode(record)) {
      case Message message -> response.setPayloadJson(message.body().toString());
      case Unreadable unreadable -> response.setDecodeError(unreadable.reason());
    }
  }

  public void leaveOut(
      ConsumerRecord<byte[], byte[]> record, GetDeadLetterResponse.Builder response) {
    LOG.log(
        Level.WARNING,
        "the dead letter {0}-{1}@{2} could not be decoded; look after the registry",
        new Object[] {record.topic(), record.partition(), record.offset()});
    response.setDecodeError("the schema registry cannot be asked now");
  }
}
