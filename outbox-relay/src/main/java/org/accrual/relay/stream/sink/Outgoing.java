package org.accrual.relay.stream.sink;

import java.util.List;
import java.util.function.Predicate;
import org.accrual.relay.stream.encoding.Content;
import org.accrual.relay.stream.encoding.UnpublishableException;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A row, and the record that it became. */
record Outgoing(
    OutboxRow row, Content content, ProducerRecord<byte[], byte[]> record, SendSpan span) {

  boolean fromSql() {
    return content.fromSql();
  }

  String topic() {
    return record.topic();
  }

  /** Removes some of the rows and ends their spans; returns them. */
  static List<Outgoing> remove(List<Outgoing> rows, Predicate<Outgoing> which, String why) {
    List<Outgoing> removed = rows.stream().filter(which).toList();
    rows.removeIf(which);
    removed.forEach(each -> each.span().fail(new UnpublishableException(why)));
    return removed;
  }
}
