package org.accrual.consumers.participant;

import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.accrual.event.site.KitReturned;
import org.accrual.event.site.KitsDestroyed;
import org.accrual.event.site.KitsQuarantined;
import org.accrual.event.site.KitsReceived;
import org.accrual.event.site.ReceivedKit;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.site.SiteCapacityChanged;
import org.accrual.event.site.SiteDeactivated;
import org.accrual.event.study.StudyArm;
import org.accrual.event.study.StudyFactor;
import org.accrual.event.study.StudyRegistered;
import org.accrual.event.study.StudyStratumCap;
import org.accrual.runtime.blinding.Seal;

/** Events of studies and sites for tests. */
public final class News {
  private News() {}

  /** Of arms with these ratios, and stratified by sex. */
  public static StudyRegistered registered(String study, Map<String, Integer> arms) {
    return registered(study, arms, true);
  }

  /** The same, with strata by site or central ones. */
  public static StudyRegistered registered(
      String study, Map<String, Integer> arms, boolean stratifyBySite) {
    return new StudyRegistered(
        study,
        "A study",
        arms.entrySet().stream().map(arm -> new StudyArm(arm.getKey(), arm.getValue())).toList(),
        List.of(new StudyFactor("sex", List.of("f", "m"))),
        100,
        100,
        List.of(2, 3, 4),
        stratifyBySite,
        false,
        List.of(),
        null);
  }

  /** A study that stops at its target, and has a cap on women. */
  public static StudyRegistered limited(String study, int target, int women) {
    return new StudyRegistered(
        study,
        "A study",
        List.of(new StudyArm("a", 1)),
        List.of(new StudyFactor("sex", List.of("f", "m"))),
        target,
        target,
        List.of(2),
        true,
        true,
        List.of(new StudyStratumCap(Map.of("sex", "f"), women)),
        null);
  }

  public static SiteActivated activated(SiteKey site, int capacity) {
    return new SiteActivated(site.studyId(), site.siteId(), capacity, "UTC");
  }

  public static SiteCapacityChanged capacity(SiteKey site, int capacity) {
    return new SiteCapacityChanged(site.studyId(), site.siteId(), capacity);
  }

  public static SiteDeactivated deactivated(SiteKey site) {
    return new SiteDeactivated(site.studyId(), site.siteId(), "a reason");
  }

  /** Kits with ids {@code <prefix>1, 2 …}, of these arms, that do not expire. */
  public static KitsReceived kits(SiteKey site, Seal seal, String prefix, List<String> arms) {
    return kits(site, seal, prefix, arms, null);
  }

  /** The same with their expiry date; null: they do not expire. */
  public static KitsReceived kits(
      SiteKey site, Seal seal, String prefix, List<String> arms, LocalDate expiryDate) {
    return new KitsReceived(
        site.studyId(),
        site.siteId(),
        IntStream.range(0, arms.size())
            .mapToObj(
                i -> {
                  String id = prefix + (i + 1);
                  byte[] box = seal.seal(arms.get(i), "kit:%s/%s".formatted(site, id));
                  return new ReceivedKit(id, ByteBuffer.wrap(box), "LOT-7", expiryDate);
                })
            .toList(),
        "nurse");
  }

  public static KitsQuarantined quarantined(SiteKey site, String... kits) {
    return new KitsQuarantined(site.studyId(), site.siteId(), List.of(kits), "a reason", "nurse");
  }

  public static KitReturned returned(SiteKey site, String kit, String enrollment) {
    return new KitReturned(site.studyId(), site.siteId(), kit, enrollment, "a reason", "nurse");
  }

  public static KitsDestroyed destroyed(SiteKey site, String... kits) {
    return new KitsDestroyed(site.studyId(), site.siteId(), List.of(kits), "a reason", "nurse");
  }
}
