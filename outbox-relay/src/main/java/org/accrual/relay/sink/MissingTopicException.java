package org.accrual.relay.sink;

/** Signals that a topic of the installation does not exist. */
public final class MissingTopicException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MissingTopicException(String topic) {
    super("there is no topic " + topic);
  }
}
