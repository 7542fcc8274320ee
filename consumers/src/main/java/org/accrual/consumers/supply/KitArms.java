package org.accrual.consumers.supply;

import java.util.LinkedHashMap;
import java.util.Map;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.runtime.blinding.SealBroken;
import org.accrual.runtime.blinding.Unseal;

/**
 * Opens kits, and remembers those it opened last, since opening one costs more than all else that
 * is done with it. Not safe for use by several threads.
 */
final class KitArms {
  private static final int REMEMBERED = 100_000;

  private final Unseal unseal;
  private final Map<KitKey, String> opened =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<KitKey, String> eldest) {
          return size() > REMEMBERED;
        }
      };

  private record KitKey(SiteKey site, String kitId) {}

  KitArms(Unseal unseal) {
    this.unseal = unseal;
  }

  /**
   * The arm of a kit, which never changes.
   *
   * @throws UnopenedKit if it cannot be opened
   */
  String of(SiteKey site, String kitId, byte[] sealed) {
    return opened.computeIfAbsent(new KitKey(site, kitId), key -> open(key, sealed));
  }

  private String open(KitKey kit, byte[] sealed) {
    try {
      return unseal.open(sealed, "kit:%s/%s".formatted(kit.site(), kit.kitId()));
    } catch (SealBroken broken) {
      throw new UnopenedKit(kit.site(), kit.kitId(), broken);
    }
  }
}
