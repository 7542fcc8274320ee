package org.accrual.consumers.supply;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.runtime.blinding.SealBroken;
import org.accrual.runtime.blinding.Unseal;

/**
 * Opens kits, and caches those it opened last: opening a kit costs more than the rest of a request.
 * Safe for several threads: the intake and a redrive use it at the same time.
 */
final class KitArms {
  private static final Logger LOG = Logger.getLogger(KitArms.class.getName());

  /** The arm of a kit that cannot be opened: no study has an arm without a name. */
  private static final String NONE = "";

  private static final int REMEMBERED = 100_000;

  private final Unseal unseal;
  private final Map<KitKey, String> opened =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<KitKey, String> eldest) {
          return size() > REMEMBERED;
        }
      };

  private final Set<KitKey> unreadable = ConcurrentHashMap.newKeySet();

  /** Has the box too: a kit that is received again has another arm. */
  private record KitKey(SiteKey site, String kitId, ByteBuffer sealed) {}

  KitArms(Unseal unseal) {
    this.unseal = unseal;
  }

  /**
   * Returns the arm of a kit. A kit that was sealed for another key, or altered on its way, has
   * none: it is never allocated, is logged once, and the site's other kits are used.
   */
  synchronized String of(SiteKey site, String kitId, byte[] sealed) {
    return opened.computeIfAbsent(
        new KitKey(site, kitId, ByteBuffer.wrap(sealed)), key -> open(key, sealed));
  }

  /** Returns how many kits could not be opened since the start. */
  int unreadable() {
    return unreadable.size();
  }

  private String open(KitKey kit, byte[] sealed) {
    try {
      return unseal.open(sealed, "kit:%s/%s".formatted(kit.site(), kit.kitId()));
    } catch (SealBroken e) {
      unreadable.add(kit);
      LOG.log(
          Level.SEVERE,
          "kit {0} of site {1} cannot be opened and is not used: {2}; add the key that it was sealed"
              + " for to accrual.blinding.private-key and restart, or send the site other kits",
          new Object[] {kit.kitId(), kit.site(), e.getMessage()});
      return NONE;
    }
  }
}
