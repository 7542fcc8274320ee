package org.accrual.core.application;

import java.util.List;

/** Changes that one thing caused: what they tell is told with it. */
public record Caused(Origin origin, List<Change> changes) {
  public Caused {
    changes = List.copyOf(changes);
  }
}
