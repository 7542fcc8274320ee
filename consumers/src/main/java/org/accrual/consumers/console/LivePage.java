package org.accrual.consumers.console;

import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.ForbiddenException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * A page's live stream: after each snapshot, the changes of the feeds that it watches. Ids are
 * {@code origin.number}; a page that reconnects with one gets only the changes since.
 */
final class LivePage {
  private static final int MOST_FEEDS = 16;
  private static final int LONGEST_FEED = 4096;

  private final Snapshots snapshots;
  private final List<String> watched;

  /**
   * Checks the feeds.
   *
   * @param watched each {@code Service/Method?request}
   */
  LivePage(Snapshots snapshots, List<String> watched) {
    if (watched.size() > MOST_FEEDS
        || watched.stream().anyMatch(each -> each.length() > LONGEST_FEED || !each.contains("?"))) {
      throw new BadRequestException(
          "at most %d feeds, each Service/Method?request of at most %d characters"
              .formatted(MOST_FEEDS, LONGEST_FEED));
    }
    if (watched.stream().anyMatch(each -> CallTable.isAct(nameOf(each)))) {
      throw new ForbiddenException("a feed only reads: an act is a POST to /console/api/call");
    }
    this.snapshots = snapshots;
    this.watched = List.copyOf(watched);
  }

  /** Sends snapshots until the page leaves or the process stops. */
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
      // The page has left.
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns members of a JSON object, each named by its feed's place in the list. */
  private List<String> changedAfter(long seen) {
    List<String> changed = new ArrayList<>();
    for (int place = 0; place < watched.size(); place++) {
      String each = watched.get(place);
      String name = nameOf(each);
      Feed feed = snapshots.feed(name, each.substring(name.length() + 1));
      if ((seen < 0 || feed.changedAt() > seen) && !feed.latest().isEmpty()) {
        changed.add("\"%d\":%s".formatted(place, feed.latest()));
      }
    }
    return changed;
  }

  private static String nameOf(String feed) {
    return feed.substring(0, feed.indexOf('?'));
  }

  /** Returns -1 for an id that is not of this process: all feeds are sent then. */
  private long numberOf(String id) {
    String prefix = snapshots.origin() + ".";
    return id.matches("[0-9a-f]{8}\\.[0-9]{1,15}") && id.startsWith(prefix)
        ? Long.parseLong(id.substring(prefix.length()))
        : -1;
  }
}
