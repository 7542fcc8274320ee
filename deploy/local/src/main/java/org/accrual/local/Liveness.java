package org.accrual.local;

/** What a process answers when it is asked whether it still works. */
enum Liveness {
  /** It works. */
  LIVE,
  /** It says itself that it is stuck. */
  STUCK,
  /** It does not answer. */
  SILENT
}
