package org.accrual.consumers.supply;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.accrual.consumers.participant.Request;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.consumers.supply.Hold.Kit;
import org.accrual.event.supply.HoldKits;

/**
 * Reads as much of each site's stock as a batch's requests can need: of every arm one kit for each
 * hold and each request for one. Opening a kit takes a third of a millisecond, so a sample of those
 * that expire first is read, then a larger one while an arm lacks kits, and in the end all.
 */
final class StockReader {
  private static final int LARGER = 8;

  private final KitTable kits;

  StockReader(KitTable kits) {
    this.kits = kits;
  }

  /** The kits that are needed of a site, and how many of its kits are read for them. */
  private record Want(List<String> arms, int held, int ofEachArm, int sample) {
    static Want of(List<String> arms, int held, int asked) {
      int least = arms.size() * (held + asked);
      return new Want(arms, held, held + asked, least == 0 ? 0 : least * 3 / 2 + LARGER);
    }

    Want larger() {
      int larger = (int) Math.min((long) sample * LARGER, Integer.MAX_VALUE);
      return new Want(arms, held, ofEachArm, larger);
    }

    Stock stock(List<Kit> kits, LocalDate today) {
      Stock stock = new Stock(arms, held, today);
      kits.forEach(stock::add);
      return stock;
    }
  }

  /**
   * Reads the stocks of the requests' sites.
   *
   * @param today in UTC
   */
  Map<SiteKey, Stock> read(
      Connection connection, Heard heard, List<Request> requests, LocalDate today)
      throws SQLException {
    Map<SiteKey, Want> wanted = wanted(connection, heard, requests);
    Map<SiteKey, Stock> stocks = HashMap.newHashMap(wanted.size());
    while (!wanted.isEmpty()) {
      Map<SiteKey, Integer> samples = HashMap.newHashMap(wanted.size());
      wanted.forEach((site, want) -> samples.put(site, want.sample()));
      Map<SiteKey, List<Kit>> found = kits.available(connection, samples, today);
      Map<SiteKey, Want> unmet = new HashMap<>();
      wanted.forEach(
          (site, want) -> {
            List<Kit> sample = found.getOrDefault(site, List.of());
            Stock stock = want.stock(sample, today);
            stocks.put(site, stock);
            if (!stock.has(want.ofEachArm()) && sample.size() == want.sample()) {
              unmet.put(site, want.larger());
            }
          });
      wanted = unmet;
    }
    return stocks;
  }

  private static Map<SiteKey, Want> wanted(
      Connection connection, Heard heard, List<Request> requests) throws SQLException {
    Map<SiteKey, Integer> asked = new HashMap<>();
    for (Request request : requests) {
      asked.merge(request.site(), request.command() instanceof HoldKits ? 1 : 0, Integer::sum);
    }
    Map<SiteKey, Integer> held = HoldTable.held(connection, asked.keySet());
    Map<SiteKey, Want> wanted = HashMap.newHashMap(asked.size());
    asked.forEach(
        (site, holds) ->
            wanted.put(site, Want.of(heard.arms(site), held.getOrDefault(site, 0), holds)));
    return wanted;
  }
}
