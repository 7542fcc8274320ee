package org.accrual.intake;

/** What a record's bytes turned out to be. */
public sealed interface Decoded permits Message, Unreadable {
  /** Where the record lies. */
  Position position();

  /** Whose order it is in. */
  StreamKey stream();
}
