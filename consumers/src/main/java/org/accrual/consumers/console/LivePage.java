package org.accrual.consumers.console;

import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * A page's live stream: after each snapshot, what has changed of the feeds that it watches. Ids are
 * {@code origin.number}; who comes back with one is told only what has changed since.
 */
final class LivePage {
  private static final int MOST_FEEDS = 40;
  private static final int LONGEST_FEED = 4096;

  private final Snapshots snapshots;
  private final List<String> watched;

  /**
   * @param watched each {@code Service/Method?request}
   */
  LivePage(Snapshots snapshots, List<String> watched) {
    if (watched.size() > MOST_FEEDS
        || watched.stream().anyMatch(each -> each.length() > LONGEST_FEED || !each.contains("?"))) {
      throw new BadRequestException(
          "at most %d feeds, each Service/Method?request of at most %d characters"
              .formatted(MOST_FEEDS, LONGEST_FEED));
    }
    this.snapshots = snapshots;
    this.watched = List.copyOf(watched);
  }

  /** Until the page leaves or the process stops. */
  void show(SseEventSink sink, Sse sse, String lastId) {
    long seen = numberOf(lastId);
    long number = snapshots.number();
    try (sink) {
      while (!sink.isClosed() && !snapshots.isStopping()) {
        List<String> changed = changedAfter(seen);
        sink.send(
                sse.newEventBuilder()
                    .id(snapshots.origin() + "." + number)
                    .name("snapshot")
                    .mediaType(MediaType.APPLICATION_JSON_TYPE)
                    .data(
                        "{\"at\":\"%s\",\"feeds\":{%s}}"
                            .formatted(Instant.now(), String.join(",", changed)))
                    .build())
            .toCompletableFuture()
            .join();
        seen = number;
        number = snapshots.awaitAfter(seen);
      }
    } catch (CompletionException | IllegalStateException left) {
      // Whoever has left is told nothing more.
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  /** As members of a JSON object, by the place in the list of what is watched. */
  private List<String> changedAfter(long seen) {
    List<String> changed = new ArrayList<>();
    for (int place = 0; place < watched.size(); place++) {
      String each = watched.get(place);
      int split = each.indexOf('?');
      Feed feed = snapshots.feed(each.substring(0, split), each.substring(split + 1));
      if ((seen < 0 || feed.changedAt() > seen) && !feed.latest().isEmpty()) {
        changed.add("\"%d\":%s".formatted(place, feed.latest()));
      }
    }
    return changed;
  }

  /** -1 for an id that is not of this process: everything is told. */
  private long numberOf(String id) {
    String prefix = snapshots.origin() + ".";
    return id.matches("[0-9a-f]{8}\\.[0-9]{1,15}") && id.startsWith(prefix)
        ? Long.parseLong(id.substring(prefix.length()))
        : -1;
  }
}
