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
import org.accrual.event.supply.KitsRefused;
import org.accrual.event.supply.KitsReleased;
import org.accrual.event.supply.ReleaseKits;
import org.accrual.runtime.blinding.Seal;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/**
 * Participants that answer the commands in the outbox: with slots as the site's head has them, with
 * as many kits as a test gives them, and with allocations without end. A repeated command gets the
 * answer of the first.
 */
public final class OutboxParticipants {
  public static final String ARM = "A";
  private final String jdbcUrl;
  private final Consumer<List<SpecificRecord>> answers;
  private final String arm;
  private final Set<UUID> seen = new HashSet<>();
  private final Map<String, Set<String>> slots = new HashMap<>();
  private final SiteKits kits = new SiteKits();

  /**
   * Creates participants that nobody has asked yet.
   *
   * @param answers receives their answers
   */
  public OutboxParticipants(String jdbcUrl, Consumer<List<SpecificRecord>> answers) {
    this(jdbcUrl, answers, ARM);
  }

  /**
   * Creates participants that nobody has asked yet.
   *
   * @param arm the arm of every patient
   */
  public OutboxParticipants(String jdbcUrl, Consumer<List<SpecificRecord>> answers, String arm) {
    this.jdbcUrl = jdbcUrl;
    this.answers = answers;
    this.arm = arm;
  }

  /** Answers all commands, and those that follow from the answers, until there are none. */
  public void settle() {
    for (List<SpecificRecord> asked = asked(); !asked.isEmpty(); asked = asked()) {
      answers.accept(asked.stream().flatMap(a -> answer(a).stream()).toList());
    }
  }

  /** Gives a site so many kits of each arm; a site that is given none has kits without end. */
  public void receiveKits(String study, String site, int kitsOfEachArm) {
    kits.receive(study + "/" + site, kitsOfEachArm);
  }

  /** Returns how many kits of each arm of a site are held for patients or allocated to them. */
  public int kitsTaken(String study, String site) {
    return kits.taken(study + "/" + site);
  }

  public int slotsTaken(String study, String site) {
    return slots.getOrDefault(study + "/" + site, Set.of()).size();
  }

  /** Returns the commands that are new since the last call, in order. */
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
    } catch (SQLException e) {
      throw new AssertionError(e);
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
      case HoldKits c -> List.of(hold(c));
      case Randomize c ->
          List.of(
              new Randomized(
                  c.getEnrollmentId(),
                  c.getStudyId(),
                  c.getSiteId(),
                  c.getAttempt(),
                  "a-" + c.getEnrollmentId(),
                  c.getSiteId() + "-0001",
                  "00",
                  ByteBuffer.wrap(new byte[] {1, 2, 3})));
      case AllocateKit c ->
          List.of(
              new KitAllocated(
                  c.getEnrollmentId(), c.getStudyId(), c.getSiteId(), c.getAttempt(), "K1"));
      case ReleaseKits c -> {
        kits.release(c.getStudyId() + "/" + c.getSiteId(), c.getEnrollmentId());
        yield List.of(
            new KitsReleased(c.getEnrollmentId(), c.getStudyId(), c.getSiteId(), c.getAttempt()));
      }
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
    if (taken.contains(c.getEnrollmentId()) || taken.size() < capacity) {
      taken.add(c.getEnrollmentId());
      return new SlotReserved(c.getEnrollmentId(), c.getStudyId(), c.getSiteId(), c.getAttempt());
    }
    return new SlotRefused(
        c.getEnrollmentId(),
        c.getStudyId(),
        c.getSiteId(),
        c.getAttempt(),
        "SITE_CAPACITY_EXHAUSTED");
  }

  private SpecificRecord hold(HoldKits c) {
    return kits.hold(c.getStudyId() + "/" + c.getSiteId(), c.getEnrollmentId())
        ? new KitsHeld(c.getEnrollmentId(), c.getStudyId(), c.getSiteId(), c.getAttempt())
        : new KitsRefused(
            c.getEnrollmentId(), c.getStudyId(), c.getSiteId(), c.getAttempt(), "KITS_EXHAUSTED");
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
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
