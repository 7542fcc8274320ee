package org.accrual.core.application;

/** An encoded answer. Opaque here: whoever asked knows how to read it. */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared or changed
public record Answer(byte[] bytes) {
  /** The answer that says no more than that the command was accepted. */
  static final Answer NOTHING = new Answer(new byte[0]);

  /** Makes the answer to an accepted command of what it led to. */
  public interface Encoder<T> {
    Answer encode(T result);
  }
}
