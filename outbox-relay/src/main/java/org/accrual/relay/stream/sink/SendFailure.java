package org.accrual.relay.stream.sink;

import java.util.List;
import java.util.Set;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.NotEnoughReplicasAfterAppendException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Why a record was not sent: because of itself, of its topic, or of the broker as a whole. */
record SendFailure(Outgoing of, Exception error) {

  /** Returns whether the record does not fit its topic; other records of the topic may. */
  boolean concernsTheRecord() {
    return switch (error) {
      case RecordTooLargeException _,
          RecordBatchTooLargeException _,
          InvalidRecordException _,
          InvalidTimestampException _ ->
          true;
      default -> false;
    };
  }

  /** Returns the topics that take no records at all; empty if the failure is not of that kind. */
  Set<String> closedTopics() {
    return switch (error) {
      // The broker names them; the record that failed first may be one for another topic.
      case TopicAuthorizationException e when !e.unauthorizedTopics().isEmpty() ->
          e.unauthorizedTopics();
      case TopicAuthorizationException _,
          InvalidTopicException _,
          UnknownTopicOrPartitionException _,
          NotEnoughReplicasException _,
          NotEnoughReplicasAfterAppendException _ ->
          Set.of(of.topic());
      default -> Set.of();
    };
  }

  /** Returns the rows that cannot be sent, if all of them are from SQL; otherwise none. */
  List<Outgoing> concernedFromSql(List<Outgoing> rows) {
    Set<String> closed = closedTopics();
    List<Outgoing> concerned =
        concernsTheRecord()
            ? List.of(of)
            : rows.stream().filter(each -> closed.contains(each.topic())).toList();
    return concerned.stream().allMatch(Outgoing::fromSql) ? concerned : List.of();
  }

  String message() {
    return String.valueOf(error.getMessage());
  }
}
