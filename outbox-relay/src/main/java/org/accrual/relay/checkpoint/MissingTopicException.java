package org.accrual.relay.checkpoint;

/** Signals that a topic of the installation does not exist. */
public final class MissingTopicException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MissingTopicException(String topic) {
    super("there is no topic " + topic);
  }
}
