package org.accrual.consumers.participant;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The requests of a batch's sites that wait for news: those that did before, and those that now do.
 * One an attempt.
 */
public final class Pending {
  private final Map<Attempt, Request> before;
  private final Map<Attempt, Request> now = new LinkedHashMap<>();

  Pending(Map<Attempt, Request> before) {
    this.before = before;
  }

  /** All that is to be decided, in order: what waited, then what came. */
  public List<Request> and(List<Request> requests) {
    return Stream.concat(before.values().stream(), requests.stream()).toList();
  }

  /** Lets a request wait, or wait on. */
  public void add(Request request) {
    now.putIfAbsent(request.attempt(), request);
  }

  /** It was decided, or is void. */
  public void remove(Attempt attempt) {
    now.remove(attempt);
  }

  Collection<Attempt> noLonger() {
    return before.keySet().stream().filter(attempt -> !now.containsKey(attempt)).toList();
  }

  Collection<Request> added() {
    List<Request> added = new ArrayList<>();
    now.forEach(
        (attempt, entry) -> {
          if (!before.containsKey(attempt)) {
            added.add(entry);
          }
        });
    return added;
  }
}
