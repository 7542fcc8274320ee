package org.accrual.consumers.participant;

import com.fasterxml.uuid.Generators;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.accrual.contract.Topics;
import org.accrual.event.capacity.ReleaseSlot;
import org.accrual.event.capacity.ReserveSlot;
import org.accrual.event.randomization.Randomize;
import org.accrual.event.randomization.RevealAllocation;
import org.accrual.event.supply.AllocateKit;
import org.accrual.event.supply.HoldKits;
import org.accrual.event.supply.ReleaseKits;
import org.accrual.intake.Message;
import org.accrual.intake.Position;
import org.accrual.intake.StreamKey;
import org.accrual.runtime.Correlation;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;

/** One request of one enrollment, and the commands that its saga sends. */
public record Saga(SiteKey site, Attempt attempt) {
  /** Of every message that is made here. */
  public static final Correlation CORRELATION =
      new Correlation("the-conversation", "nurse", "00-trace");

  public static Saga at(SiteKey site) {
    return new Saga(site, new Attempt(Generators.timeBasedEpochGenerator().generate(), 1));
  }

  public Saga again() {
    return new Saga(site, new Attempt(attempt.enrollmentId(), attempt.number() + 1));
  }

  /** Requests a slot whatever is known of the study. */
  public ReserveSlot reserveSlot(long siteVersion) {
    return reserveSlot(siteVersion, 0, Map.of());
  }

  public ReserveSlot reserveSlot(long siteVersion, long studyVersion, Map<String, String> strata) {
    return new ReserveSlot(
        enrollment(),
        site.studyId(),
        site.siteId(),
        attempt.number(),
        siteVersion,
        studyVersion,
        strata);
  }

  public ReleaseSlot releaseSlot() {
    return releaseSlot(false);
  }

  /**
   * @param confirmed whether the enrollment was
   */
  public ReleaseSlot releaseSlot(boolean confirmed) {
    return new ReleaseSlot(
        enrollment(), site.studyId(), site.siteId(), attempt.number(), confirmed);
  }

  public HoldKits holdKits(long studyVersion, long siteVersion) {
    return new HoldKits(
        enrollment(), site.studyId(), site.siteId(), attempt.number(), studyVersion, siteVersion);
  }

  public AllocateKit allocateKit(byte[] sealedArm) {
    return new AllocateKit(
        enrollment(),
        site.studyId(),
        site.siteId(),
        attempt.number(),
        UUID.randomUUID().toString(),
        ByteBuffer.wrap(sealedArm));
  }

  public ReleaseKits releaseKits() {
    return new ReleaseKits(enrollment(), site.studyId(), site.siteId(), attempt.number());
  }

  public Randomize randomize(Map<String, String> strata, long studyVersion) {
    return randomize("P-" + enrollment(), strata, studyVersion);
  }

  public Randomize randomize(String patient, Map<String, String> strata, long studyVersion) {
    return new Randomize(
        enrollment(),
        site.studyId(),
        site.siteId(),
        attempt.number(),
        patient,
        strata,
        studyVersion);
  }

  public RevealAllocation reveal(String requestRef, byte[] readerKey) {
    return new RevealAllocation(
        enrollment(),
        site.studyId(),
        site.siteId(),
        attempt.number(),
        requestRef,
        ByteBuffer.wrap(readerKey));
  }

  /** What the context of its allocation's seal is. */
  public String allocation() {
    return "allocation:" + attempt;
  }

  public String enrollment() {
    return attempt.enrollmentId().toString();
  }

  /** A command as the intake hands it over. */
  public static Message command(String topic, SpecificRecord body) {
    return message(topic, SiteKey.of(body).toString(), Message.UNSEQUENCED, body);
  }

  /** An event of a site as the intake hands it over. */
  public static Message ofSite(long version, SpecificRecord body) {
    return message(Topics.SITE_EVENTS, SiteKey.of(body).toString(), version, body);
  }

  /** An event of a study as the intake hands it over. */
  public static Message ofStudy(long version, SpecificRecord body) {
    return message(Topics.STUDY_EVENTS, Fields.text(body, "study_id"), version, body);
  }

  private static Message message(String topic, String key, long version, SpecificRecord body) {
    return new Message(
        new Position(new TopicPartition(topic, 0), 0),
        new StreamKey(topic, key),
        version,
        UUID.randomUUID(),
        body.getSchema().getProp("accrual.type"),
        Instant.parse("2026-03-04T05:06:07Z"),
        CORRELATION,
        body);
  }
}
