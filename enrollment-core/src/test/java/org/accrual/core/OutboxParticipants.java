package org.accrual.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.accrual.contract.EventSchemas;
import org.accrual.event.capacity.ReleaseSlot;
import org.accrual.event.capacity.ReserveSlot;
import org.accrual.event.capacity.SlotRefused;
import org.accrual.event.capacity.SlotReleased;
import org.accrual.event.capacity.SlotReserved;
import org.accrual.event.randomization.AllocationRevealed;
import org.accrual.event.randomization.Randomize;
import org.accrual.event.randomization.Randomized;
import org.accrual.event.randomization.RevealAllocation;
import org.accrual.event.supply.AllocateKit;
import org.accrual.event.supply.HoldKits;
import org.accrual.event.supply.KitAllocated;
import org.accrual.event.supply.KitsHeld;
import org.accrual.event.supply.KitsReleased;
import org.accrual.event.supply.ReleaseKits;
import org.accrual.runtime.blinding.Seal;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/**
 * Participants that answer straight from the outbox: slots as the site's head has them, kits and
 * allocations without end.
 */
public final class OutboxParticipants {
  public static final String ARM = "A";
  private final String jdbcUrl;
  private final Consumer<List<SpecificRecord>> answers;
  private final String arm;
  private final Set<UUID> seen = new HashSet<>();
  private final Map<String, Set<String>> slots = new HashMap<>();

  /**
   * Ones that nobody has asked yet.
   *
   * @param answers where they answer
   */
  public OutboxParticipants(String jdbcUrl, Consumer<List<SpecificRecord>> answers) {
    this(jdbcUrl, answers, ARM);
  }

  /**
   * Ones that nobody has asked yet.
   *
   * @param arm every patient's
   */
  public OutboxParticipants(String jdbcUrl, Consumer<List<SpecificRecord>> answers, String arm) {
    this.jdbcUrl = jdbcUrl;
    this.answers = answers;
    this.arm = arm;
  }

  /** Answers all that has been asked, and what is asked thereupon, until nothing is. */
  public void settle() {
    for (List<SpecificRecord> asked = asked(); !asked.isEmpty(); asked = asked()) {
      answers.accept(asked.stream().flatMap(a -> answer(a).stream()).toList());
    }
  }

  public int slotsTaken(String study, String site) {
    return slots.getOrDefault(study + "/" + site, Set.of()).size();
  }

  /** What has been asked since it was last asked for, in order. */
  public List<SpecificRecord> asked() {
    String sql =
        """
        select id, type, headers ->> 'ce_schemaversion', payload from outbox.message
         where aggregatetype like '%.commands' order by created_at, id
        """;
    List<SpecificRecord> fresh = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(jdbcUrl, "postgres", "");
        PreparedStatement select = connection.prepareStatement(sql);
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        if (seen.add(rows.getObject(1, UUID.class))) {
          fresh.add(decoded(rows.getString(2), rows.getInt(3), rows.getBytes(4)));
        }
      }
      return fresh;
    } catch (SQLException wrong) {
      throw new AssertionError(wrong);
    }
  }

  private List<SpecificRecord> answer(SpecificRecord command) {
    return switch (command) {
      case ReserveSlot c -> List.of(reserve(c));
      case ReleaseSlot c -> {
        slots
            .getOrDefault(c.getStudyId() + "/" + c.getSiteId(), new HashSet<>())
            .remove(c.getEnrollmentId());
        yield List.of(
            new SlotReleased(c.getEnrollmentId(), c.getStudyId(), c.getSiteId(), c.getAttempt()));
      }
      case HoldKits c ->
          List.of(new KitsHeld(c.getEnrollmentId(), c.getStudyId(), c.getSiteId(), c.getAttempt()));
      case Randomize c ->
          List.of(
              new Randomized(
                  c.getEnrollmentId(),
                  c.getStudyId(),
                  c.getSiteId(),
                  c.getAttempt(),
                  "a-" + c.getEnrollmentId(),
                  ByteBuffer.wrap(new byte[] {1, 2, 3})));
      case AllocateKit c ->
          List.of(
              new KitAllocated(
                  c.getEnrollmentId(), c.getStudyId(), c.getSiteId(), c.getAttempt(), "K1"));
      case ReleaseKits c ->
          List.of(
              new KitsReleased(c.getEnrollmentId(), c.getStudyId(), c.getSiteId(), c.getAttempt()));
      case RevealAllocation c -> List.of(revealed(c));
      default -> throw new AssertionError("not a command: " + command);
    };
  }

  private SpecificRecord reserve(ReserveSlot c) {
    String site = c.getStudyId() + "/" + c.getSiteId();
    Set<String> taken = slots.computeIfAbsent(site, _ -> new HashSet<>());
    long capacity =
        new StoredFixtures(jdbcUrl)
            .count(
                "select capacity from enrollment.site_head where study_id = ? and site_id = ?",
                c.getStudyId(),
                c.getSiteId());
    if (taken.size() < capacity && taken.add(c.getEnrollmentId())) {
      return new SlotReserved(c.getEnrollmentId(), c.getStudyId(), c.getSiteId(), c.getAttempt());
    }
    return new SlotRefused(
        c.getEnrollmentId(),
        c.getStudyId(),
        c.getSiteId(),
        c.getAttempt(),
        "SITE_CAPACITY_EXHAUSTED");
  }

  private AllocationRevealed revealed(RevealAllocation c) {
    byte[] key = new byte[c.getReaderKey().remaining()];
    c.getReaderKey().duplicate().get(key);
    return new AllocationRevealed(
        c.getEnrollmentId(),
        c.getStudyId(),
        c.getSiteId(),
        c.getAttempt(),
        c.getRequestRef(),
        ByteBuffer.wrap(Seal.of(key).seal(arm, "reveal:" + c.getRequestRef())));
  }

  private static SpecificRecord decoded(String type, int version, byte[] payload) {
    Schema schema = EventSchemas.of(type, version).orElseThrow();
    try {
      return new SpecificDatumReader<SpecificRecord>(schema)
          .read(null, DecoderFactory.get().binaryDecoder(payload, null));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
